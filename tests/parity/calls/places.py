"""Areas, floors, domains and device classes."""

from .tools import LIVE, OFF, ON

CALLS = [
    ("an area and a domain", OFF, {"area": "Kitchen", "domain": ["light"]}),
    ("an alias of an area, the domain as a string", ON, {"area": "lounge", "domain": "light"}),
    ("an area id", OFF, {"area": "living_room", "domain": ["switch", "light"]}),
    ("a floor and a domain", ON, {"floor": "First floor", "domain": ["light"]}),
    ("an alias of a floor", OFF, {"floor": "upstairs", "domain": ["light"]}),
    ("a floor, an area on it and a domain", ON, {"floor": "Ground floor", "area": "Kitchen", "domain": ["light"]}),
    ("a floor and an area that is not on it", ON, {"floor": "First floor", "area": "Kitchen", "domain": ["light"]}),
    ("an area in Greek letters, folded", LIVE, {"area": "κηποσ"}),
    ("an area with ß as ss", LIVE, {"area": "GROSSER GARTEN"}),
    ("an area in Chinese", LIVE, {"area": "花园"}),
    ("an area that begins with İ", LIVE, {"area": "i̇skele"}),
    ("a floor in Cyrillic", OFF, {"floor": "СНАРУЖИ", "domain": ["fan"]}),
    ("an area where some can and some cannot", ON, {"area": "Office"}),
    ("an area where none can", OFF, {"area": "Office", "domain": ["sensor"]}),
    ("an area without any of the domain", ON, {"area": "Garage", "domain": ["fan"]}),
    ("a floor without any of the domain", ON, {"floor": "Außen", "domain": ["light"]}),
    ("an area that does not exist", ON, {"area": "Moon"}),
    ("a floor that does not exist", ON, {"floor": "Cellar", "domain": ["light"]}),
    ("a list for an area", ON, {"area": ["Kitchen"], "domain": ["light"]}),
    ("a whole domain", ON, {"domain": ["switch"]}),
    ("a domain that nothing of is exposed", ON, {"domain": ["siren"]}),
    ("a device class", OFF, {"device_class": ["outlet"]}),
    ("a device class as a string", ON, {"device_class": "outlet"}),
    ("a device class that is not one", OFF, {"device_class": ["spaceship"]}),
    ("a device class that nothing has", OFF, {"device_class": ["gas"]}),
    ("a device class in an area where it is not", OFF, {"device_class": ["garage"], "area": "Kitchen"}),
]
