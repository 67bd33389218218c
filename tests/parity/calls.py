"""What is asked of both homes, and where the answers differ on purpose.

The names are those of the home in `home.toml`, which is also that of the Home Assistant beside this repository's
reference. Every call is made on both, in this order; a call that changes something is followed by a comparison of all
states once both homes have come to rest.
"""

from __future__ import annotations

#: The domains that Hearth's home knows so far. Only these are compared, in contexts and in what a call reaches.
DOMAINS = [
    "binary_sensor", "button", "cover", "input_boolean", "input_button", "input_number", "input_select", "light",
    "lock", "scene", "script", "sensor", "switch",
]

#: The tools that Hearth has so far: these and no others are offered by it, with equal schemas. Script tools follow.
TOOLS = [
    "homeassistant__GetLiveContext", "intent__HassCancelAllTimers", "intent__HassSetPosition",
    "intent__HassStopMoving", "intent__HassTurnOff", "intent__HassTurnOn", "light__HassLightSet", "llm__GetDateTime",
]

#: What differs on purpose: by the title of the check, what Hearth answers, and why.
DIFFERENCES = {
    "prompts/get of an unknown prompt": ({"error": -32602}, "the protocol's code; Home Assistant answers 0"),
    "resources/read of an unknown resource": ({"error": -32002}, "the protocol's code; Home Assistant answers 0"),
    "resources/templates/list": ({"resourceTemplates": []}, "whoever has resources lists templates, if only none"),
    "a device id that is no string": ({"error": -32602}, "the protocol's code; Home Assistant answers 0"),
    "a script with an area that does not exist": (
        {"isError": True},
        "an error that the model can read; Home Assistant answers with the JSON-RPC error 'list index out of range'",
    ),
}

ON, OFF, SET = "intent__HassTurnOn", "intent__HassTurnOff", "light__HassLightSet"
POSITION, STOP, LIVE = "intent__HassSetPosition", "intent__HassStopMoving", "homeassistant__GetLiveContext"

#: Brings both homes into the same state, whatever they were left in.
PREPARE = [
    (ON, {"name": "Doorbell test"}),
    (ON, {"name": "Reading"}),
    (OFF, {"name": "Guest mode"}),
    (OFF, {"name": "Kaffee"}),
    (SET, {"name": "Bed Light", "brightness": 50}),
    (SET, {"area": "Living Room", "brightness": 70}),
    (SET, {"name": "Kitchen Lights", "brightness": 70}),
    (SET, {"name": "Office RGBW Lights", "brightness": 70}),
    (SET, {"name": "Entrance Color + White Lights", "brightness": 70}),
    (OFF, {"name": "Bed Light"}),
    (OFF, {"name": "Lamp", "area": "Kitchen"}),
    (OFF, {"name": "Lamp", "area": "Garage"}),
    (OFF, {"name": "AC"}),
    (OFF, {"name": "Decorative Lights"}),
    (POSITION, {"name": "Hall Window", "position": 10}),
    (POSITION, {"name": "Living Room Window", "position": 70}),
    (OFF, {"name": "Kitchen Window"}),
    (OFF, {"name": "Garage Door"}),
    (ON, {"name": "Front Door"}),
    (OFF, {"name": "Kitchen Door"}),
    ("script__slow", {"seconds": 0}),
]

#: Title, tool, arguments. Accepted or refused is for Home Assistant to say.
CALLS = [
    # by name
    ("by name", ON, {"name": "Bed Light"}),
    ("by name in another case, with blanks around it", OFF, {"name": " bed LIGHT "}),
    ("by alias", ON, {"name": "night light"}),
    ("by entity id", OFF, {"name": "light.bed_light"}),
    ("by a name with an umlaut and an emoji", ON, {"name": "Küche ☕"}),
    ("by its alias", OFF, {"name": "kaffee"}),
    ("two of one name", ON, {"name": "Lamp"}),
    ("two of one name, one of them in the area", ON, {"name": "Lamp", "area": "Garage"}),
    ("two of one name, none of them in the area", ON, {"name": "Lamp", "area": "Bedroom"}),
    ("a name that nobody has", ON, {"name": "Nobody"}),
    ("a name that is not exposed", ON, {"name": "Siren"}),
    ("what cannot be turned on", ON, {"name": "Outside Temperature"}),
    # by area and floor
    ("an area and a domain", OFF, {"area": "Kitchen", "domain": ["light"]}),
    ("an alias of an area, the domain as a string", ON, {"area": "lounge", "domain": "light"}),
    ("an area id", OFF, {"area": "living_room", "domain": ["switch", "light"]}),
    ("a floor and a domain", ON, {"floor": "First floor", "domain": ["light"]}),
    ("an alias of a floor", OFF, {"floor": "upstairs", "domain": ["light"]}),
    ("a floor, an area on it and a domain", ON, {"floor": "Ground floor", "area": "Kitchen", "domain": ["light"]}),
    ("a floor and an area that is not on it", ON, {"floor": "First floor", "area": "Kitchen", "domain": ["light"]}),
    ("an area where some can and some cannot", ON, {"area": "Office"}),
    ("an area that does not exist", ON, {"area": "Moon"}),
    ("a floor that does not exist", ON, {"floor": "Cellar", "domain": ["light"]}),
    ("a whole domain", ON, {"domain": ["switch"]}),
    ("a device class", OFF, {"device_class": ["outlet"]}),
    ("a device class that is not one", OFF, {"device_class": ["spaceship"]}),
    ("nothing at all", ON, {}),
    ("only blanks", ON, {"name": " ", "area": ""}),
    ("an argument that is not known", ON, {"name": "Bed Light", "colour": "red"}),
    # lights
    ("brightness", SET, {"name": "Bed Light", "brightness": 50}),
    ("brightness as text", SET, {"name": "Bed Light", "brightness": "30"}),
    ("brightness out of range", SET, {"name": "Bed Light", "brightness": 101}),
    ("brightness that is no number", SET, {"name": "Bed Light", "brightness": "bright"}),
    ("brightness of a whole area", SET, {"area": "Living Room", "brightness": 20}),
    ("brightness nought is off", SET, {"name": "Bed Light", "brightness": 0}),
    ("a colour by name", SET, {"name": "Bed Light", "color": "tomato"}),
    ("a colour that is not one", SET, {"name": "Bed Light", "color": "hearth"}),
    ("a colour temperature", SET, {"name": "Kitchen Lights", "temperature": 3000}),
    ("a light that is only on or off", SET, {"name": "Desk lamp", "brightness": 10}),
    ("what is no light", SET, {"name": "AC", "brightness": 10}),
    # covers
    ("a position", POSITION, {"name": "Hall Window", "position": 30}),
    ("a position by alias", POSITION, {"name": "blinds", "position": 40}),
    ("a position out of range", POSITION, {"name": "Hall Window", "position": 101}),
    ("a position that is missing", POSITION, {"name": "Hall Window"}),
    ("a cover without positions", POSITION, {"name": "Garage Door", "position": 50}),
    ("the position of a light", POSITION, {"name": "Bed Light", "position": 50}),
    ("opening", ON, {"name": "Kitchen Window"}),
    ("closing by device class", OFF, {"device_class": ["garage"]}),
    ("stopping", STOP, {"name": "Hall Window"}),
    ("stopping a light", STOP, {"name": "Bed Light"}),
    # locks, buttons, scenes, helpers
    ("turning a lock off unlocks it", OFF, {"name": "Front Door"}),
    ("turning a lock on locks it", ON, {"name": "Kitchen Door"}),
    ("pressing a button", ON, {"name": "Doorbell test"}),
    ("turning a button off", OFF, {"name": "Doorbell test"}),
    ("a scene", ON, {"name": "Reading"}),
    ("turning a scene off", OFF, {"name": "Reading"}),
    ("a script by name", ON, {"name": "Slow"}),
    ("a number", ON, {"name": "Target level"}),
    # scripts
    ("a script with a field and an area", "script__movie_night", {"brightness": 30, "room": "lounge"}),
    ("a script without its required field", "script__movie_night", {"room": "Kitchen"}),
    ("a script with a field that it does not have", "script__movie_night", {"brightness": 30, "music": "loud"}),
    ("a script with a number out of range", "script__movie_night", {"brightness": 130}),
    ("a script with text for a number", "script__movie_night", {"brightness": "dim"}),
    ("a script with an area that does not exist", "script__movie_night", {"brightness": 30, "room": "Moon"}),
    ("a script that waits", "script__slow", {"seconds": 1}),
    ("a script that fails", "script__panic", {}),
    # timers, time, tools
    ("cancelling all timers", "intent__HassCancelAllTimers", {}),
    ("cancelling all timers of an area", "intent__HassCancelAllTimers", {"area": "Kitchen"}),
    ("the time", "llm__GetDateTime", {}),
    ("a tool that does not exist", "intent__HassTurnOm", {"name": "Bed Light"}),
    # the live context
    ("everything", LIVE, {}),
    ("by a name", LIVE, {"name": "Lamp"}),
    ("by an alias in another case", LIVE, {"name": "BLINDS"}),
    ("by an area", LIVE, {"area": "Kitchen"}),
    ("by an alias of an area", LIVE, {"area": "study"}),
    ("by a domain", LIVE, {"domain": "cover"}),
    ("by domains", LIVE, {"domain": ["light", " Lock ", ""]}),
    ("by name and domain", LIVE, {"name": "Bed Light", "domain": "light"}),
    ("by blanks", LIVE, {"name": "", "area": "", "domain": []}),
    ("by a name that nobody has", LIVE, {"name": "Nobody"}),
    ("by an area that does not exist", LIVE, {"area": "Moon"}),
    ("by a domain that is not exposed", LIVE, {"domain": "camera"}),
    ("by a name and the wrong domain", LIVE, {"name": "Bed Light", "domain": "lock"}),
    ("by a floor, which it does not know", LIVE, {"floor": "First floor"}),
]

#: Requests that are no tool calls: title, method, parameters.
REQUESTS = [
    ("prompts/get of an unknown prompt", "prompts/get", {"name": "no such prompt"}),
    ("prompts/get without a name", "prompts/get", {}),
    ("resources/read of an unknown resource", "resources/read", {"uri": "homeassistant://nowhere"}),
    ("tools/call without a name", "tools/call", {"arguments": {}}),
    ("tools/call with a list for arguments", "tools/call", {"name": "llm__GetDateTime", "arguments": []}),
    ("an unknown method", "no/such", {}),
    ("resources/templates/list", "resources/templates/list", {}),
    (
        "a device id that is no string", "tools/call",
        {"name": "llm__GetDateTime", "arguments": {}, "_meta": {"io.home-assistant/device_id": 7}},
    ),
]
