"""Lights."""

from .tools import LIGHT_SET as SET, LIVE

CALLS = [
    ("brightness", SET, {"name": "Bed Light", "brightness": 50}),
    ("the brightness is read back", LIVE, {"name": "Bed Light"}),
    ("brightness as text", SET, {"name": "Bed Light", "brightness": "30"}),
    ("brightness as text with blanks", SET, {"name": "Bed Light", "brightness": " 40 "}),
    ("brightness as a fraction", SET, {"name": "Bed Light", "brightness": 20.7}),
    ("brightness out of range", SET, {"name": "Bed Light", "brightness": 101}),
    ("brightness below nought", SET, {"name": "Bed Light", "brightness": -1}),
    ("brightness that is no number", SET, {"name": "Bed Light", "brightness": "bright"}),
    ("brightness that is a list", SET, {"name": "Bed Light", "brightness": [50]}),
    ("brightness null", SET, {"name": "Bed Light", "brightness": None}),
    ("brightness of a whole area", SET, {"area": "Living Room", "brightness": 20}),
    ("brightness nought is off", SET, {"name": "Bed Light", "brightness": 0}),
    ("a colour by name", SET, {"name": "Bed Light", "color": "tomato"}),
    ("a colour by name in another case", SET, {"name": "Kitchen Lights", "color": "Light Blue"}),
    ("a colour that is not one", SET, {"name": "Bed Light", "color": "hearth"}),
    ("a colour that is a number", SET, {"name": "Bed Light", "color": 255}),
    ("a colour temperature", SET, {"name": "Kitchen Lights", "temperature": 3000}),
    ("a colour temperature below nought", SET, {"name": "Kitchen Lights", "temperature": -1}),
    ("a colour temperature beyond what it can", SET, {"name": "Kitchen Lights", "temperature": 99999}),
    ("colour and brightness", SET, {"name": "Kitchen Lights", "color": "red", "brightness": 60}),
    ("colour and colour temperature", SET, {"name": "Kitchen Lights", "color": "red", "temperature": 3000}),
    ("neither colour nor brightness", SET, {"name": "Bed Light"}),
    ("a light that is only on or off", SET, {"name": "Desk lamp", "brightness": 10}),
    ("what is no light", SET, {"name": "AC", "brightness": 10}),
    ("another domain than light", SET, {"name": "AC", "domain": ["switch"], "brightness": 10}),
    ("a floor of lights", SET, {"floor": "Downstairs", "brightness": 35}),
    ("all lights", SET, {"brightness": 25}),
]
