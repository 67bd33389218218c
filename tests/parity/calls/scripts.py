"""Scripts, and the intents that the owner wrote."""

MOVIE, SLOW = "script__movie_night", "script__slow"
MORNING, ECHO = "intent_script__GoodMorning", "intent_script__EchoPlace"
COUNT = "intent_script__CountTargets"

CALLS = [
    ("a script with a field and an area", MOVIE, {"brightness": 30, "room": "lounge"}),
    ("a script without its required field", MOVIE, {"room": "Kitchen"}),
    ("a script with a field that it does not have", MOVIE, {"brightness": 30, "music": "loud"}),
    ("a script with a number out of range", MOVIE, {"brightness": 130}),
    ("a script with a number as text", MOVIE, {"brightness": "35"}),
    ("a script with text for a number", MOVIE, {"brightness": "dim"}),
    ("a script with an area that does not exist", MOVIE, {"brightness": 30, "room": "Moon"}),
    ("a script with an area in Greek", MOVIE, {"brightness": 30, "room": "κηπος"}),
    ("a script that waits", SLOW, {"seconds": 1}),
    ("a script with null for its field", SLOW, {"seconds": None}),
    ("a script that fails", "script__panic", {}),
    ("a script that fails, with an argument", "script__panic", {"loud": True}),
    # the owner's intents
    ("an intent that acts and speaks", MORNING, {}),
    ("an intent with a name", MORNING, {"name": "Bed Light"}),
    ("an intent that says what it was given", ECHO, {"area": "Moon", "name": "Nobody"}),
    ("an intent that was given nothing", ECHO, {}),
    ("an intent with an argument that is not known", ECHO, {"colour": "red"}),
    ("an intent with nulls", ECHO, {"name": None, "area": "Kitchen"}),
    ("an intent with blanks", ECHO, {"area": " ", "floor": ""}),
    ("an intent with a list for a name", ECHO, {"name": ["Bed Light"]}),
    ("an intent that counts a domain", COUNT, {"domain": ["light"]}),
    ("an intent that counts a domain as text", COUNT, {"domain": "cover"}),
    ("an intent that counts an area", COUNT, {"area": "Kitchen"}),
    ("an intent that counts nothing", COUNT, {"area": "Moon"}),
    ("an intent that counts a device class", COUNT, {"device_class": ["garage"]}),
    ("an intent whose action answers", "intent_script__AskScript", {}),
    ("an intent whose action answers, with a name", "intent_script__AskScript", {"name": "Bed Light"}),
    ("an intent that says nothing, for an area", "intent_script__Silence", {"area": "Kitchen"}),
    ("an intent that says nothing", "intent_script__Silence", {}),
    ("an intent that cannot be done", "intent_script__Impossible", {}),
    ("an intent that cannot be done anywhere", "intent_script__Impossible", {"area": "Moon"}),
    ("an intent that is not offered", "intent_script__PushButton", {}),
]
