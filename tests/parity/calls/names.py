"""Whom a name means, in any alphabet, and what odd arguments come to."""

from .tools import LIVE, OFF, ON

PERSIAN_ROOF, TREE = "سقف الحديقة", "δέντρα"

CALLS = [
    ("by name", ON, {"name": "Bed Light"}),
    ("by name in another case, with blanks around it", OFF, {"name": " bed LIGHT "}),
    ("by alias", ON, {"name": "night light"}),
    ("by entity id", OFF, {"name": "light.bed_light"}),
    ("by an entity id in another case", OFF, {"name": "Light.Bed_Light"}),
    ("by a name with an umlaut and an emoji", ON, {"name": "Küche ☕"}),
    ("by its alias", OFF, {"name": "kaffee"}),
    # other alphabets
    ("ß is folded to ss", ON, {"name": "STRASSENLÜFTER"}),
    ("the capital ẞ as well", OFF, {"name": "STRAẞENLÜFTER"}),
    ("Greek in small letters, with a sigma at the end", ON, {"name": "ανεμιστηρας"}),
    ("Greek with an accent that the alias does not have", ON, {"name": "ανεμιστήρας"}),
    ("Greek, by the other alias", LIVE, {"name": TREE}),
    ("Greek, a sigma within for one at the end", LIVE, {"name": "δεντροσ"}),
    ("Cyrillic in another case", LIVE, {"name": "ПОЛИВНОЙ КРАН"}),
    ("Chinese", LIVE, {"name": "果园"}),
    ("Arabic", LIVE, {"name": PERSIAN_ROOF}),
    ("the Turkish İ as it is", ON, {"name": "İstanbul"}),
    ("the Turkish İ as its folding has it, with a dot above", OFF, {"name": "i̇STANBUL"}),
    ("the Turkish İ as a plain i", ON, {"name": "istanbul"}),
    ("an umlaut of two code points", ON, {"name": "Stra\u00dfenlu\u0308fter"}),
    ("full-width letters", ON, {"name": "Ｂｅｄ Ｌｉｇｈｔ"}),
    # more than one, none, not that
    ("two of one name", ON, {"name": "Lamp"}),
    ("two of one name, one of them in the area", ON, {"name": "Lamp", "area": "Garage"}),
    ("two of one name, none of them in the area", ON, {"name": "Lamp", "area": "Bedroom"}),
    ("two of one name on different domains", ON, {"name": "Living Room", "domain": ["media_player"]}),
    ("a name that nobody has", ON, {"name": "Nobody"}),
    ("a name that is not exposed", ON, {"name": "Siren"}),
    ("a name that is not exposed, of a known domain", ON, {"name": "Percentage Limited Fan", "domain": ["fan"]}),
    ("what cannot be turned on", ON, {"name": "Outside Temperature"}),
    ("what is only there to be seen", OFF, {"name": "Anna"}),
    ("weather turned on", ON, {"name": "Demo Weather South"}),
    ("a name and a domain that do not go together", ON, {"name": "Bed Light", "domain": ["switch"]}),
    ("the name all", OFF, {"name": "all", "domain": ["switch"]}),
    # odd arguments
    ("nothing at all", ON, {}),
    ("only blanks", ON, {"name": " ", "area": ""}),
    ("null for what is optional", ON, {"name": "Bed Light", "area": None, "domain": None}),
    ("nulls alone", OFF, {"name": None, "area": None}),
    ("an argument that is not known", ON, {"name": "Bed Light", "colour": "red"}),
    ("a number for a name", ON, {"name": 7}),
    ("a list for a name", ON, {"name": ["Bed Light"]}),
    ("an object for a name", ON, {"name": {"is": "Bed Light"}}),
    ("a boolean for a name", ON, {"name": True}),
    ("a list of blanks for a domain", ON, {"name": "Bed Light", "domain": [" "]}),
    ("an empty list for a domain", OFF, {"name": "Bed Light", "domain": []}),
    ("a number for a domain", ON, {"name": "Bed Light", "domain": 3}),
    ("a domain that there is not", ON, {"name": "Bed Light", "domain": ["spaceship"]}),
]
