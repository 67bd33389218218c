"""Numbers as Python reads them, and words in another case."""

from .climates import HUMIDITY, SPEED, TEMPERATURE
from .tools import LIGHT_SET as SET, LIVE, OFF, ON, POSITION

LAMP = {"name": "Bed Light"}

CALLS = [
    ("a whole number with a sign, as text", SET, {**LAMP, "brightness": "+30"}),
    ("a whole number with an underscore, as text", SET, {**LAMP, "brightness": "3_5"}),
    ("a whole number in Arabic digits, as text", SET, {**LAMP, "brightness": "٤٠"}),
    ("a whole number with zeros in front, as text", SET, {**LAMP, "brightness": "045"}),
    ("a fraction as text where a whole number is wanted", SET, {**LAMP, "brightness": "30.0"}),
    ("a number in hexadecimal, as text", SET, {**LAMP, "brightness": "0x1e"}),
    ("a number with an exponent, as text", SET, {**LAMP, "brightness": "3e1"}),
    ("true for a number", SET, {**LAMP, "brightness": True}),
    ("false for a number", POSITION, {"name": "Kitchen Window", "position": False}),
    ("an empty text for a number", SET, {**LAMP, "brightness": ""}),
    ("a number too large for anybody", SET, {**LAMP, "brightness": 10**30}),
    ("a fraction below the least", SET, {**LAMP, "brightness": -0.5}),
    ("a fraction above the most", SET, {**LAMP, "brightness": 100.5}),
    ("a position with a fraction", POSITION, {"name": "Hall Window", "position": 30.9}),
    ("a speed with a fraction", SPEED, {"name": "Ceiling Fan", "percentage": 66.6}),
    ("a speed of true", SPEED, {"name": "Ceiling Fan", "percentage": True}),
    ("a humidity with a fraction", HUMIDITY, {"name": "Humidifier", "humidity": 47.9}),
    ("a humidity that is a list", HUMIDITY, {"name": "Humidifier", "humidity": [40]}),
    ("a temperature with an exponent, as text", TEMPERATURE, {"name": "HeatPump", "temperature": "2.05e1"}),
    ("a temperature with an underscore, as text", TEMPERATURE, {"name": "HeatPump", "temperature": "2_2"}),
    ("a temperature without end", TEMPERATURE, {"name": "HeatPump", "temperature": "inf"}),
    ("a temperature that is true", TEMPERATURE, {"name": "HeatPump", "temperature": True}),
    ("a temperature with a comma", TEMPERATURE, {"name": "HeatPump", "temperature": "21,5"}),
    # words
    ("a domain in capitals", ON, {**LAMP, "domain": ["LIGHT"]}),
    ("a domain with blanks", ON, {**LAMP, "domain": " light "}),
    ("a device class in capitals", OFF, {"device_class": ["OUTLET"]}),
    ("one device class that is one, one that is not", OFF, {"device_class": ["outlet", "spaceship"]}),
    ("domains that are text with a comma", ON, {**LAMP, "domain": "light,switch"}),
    ("an area id in capitals", OFF, {"area": "LIVING_ROOM", "domain": ["light"]}),
    ("a floor id", ON, {"floor": "ground_floor", "domain": ["light"]}),
    ("the name all in capitals", OFF, {"name": "ALL", "domain": ["switch"]}),
    ("the name all alone", OFF, {"name": "all"}),
    ("a null among domains", ON, {**LAMP, "domain": ["light", None]}),
    ("the same domain twice", OFF, {**LAMP, "domain": ["light", "light"]}),
    ("live, a domain in capitals", LIVE, {"domain": "LIGHT"}),
    ("live, a null among domains", LIVE, {"domain": ["light", None]}),
    ("live, blanks around a name", LIVE, {"name": "  bed light  "}),
    ("live, a name and an area that do not go together", LIVE, {**LAMP, "area": "Kitchen"}),
    # What the tools do not tell of. The lamps are first brought into the state that they are asked for.
    ("one lamp is on", ON, {"name": "Lamp", "area": "Garage"}),
    ("the other is off", OFF, {"name": "Lamp", "area": "Kitchen"}),
    ("a preferred area", ON, {"name": "Lamp", "preferred_area_id": "garage"}),
    ("a preferred area that does not exist", ON, {"name": "Lamp", "preferred_area_id": "moon"}),
    ("a preferred floor", OFF, {"name": "Lamp", "preferred_floor_id": "ground_floor"}),
]
