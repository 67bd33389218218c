"""Covers and valves."""

from .tools import LIVE, OFF, ON, POSITION, STOP

CALLS = [
    ("a position", POSITION, {"name": "Hall Window", "position": 30}),
    ("a position by alias", POSITION, {"name": "blinds", "position": 60}),
    ("the position is read back", LIVE, {"name": "blinds"}),
    ("a position as text", POSITION, {"name": "Hall Window", "position": "20"}),
    ("a position out of range", POSITION, {"name": "Hall Window", "position": 101}),
    ("a position that is missing", POSITION, {"name": "Hall Window"}),
    ("a position that is null", POSITION, {"name": "Hall Window", "position": None}),
    ("a position without a target", POSITION, {"position": 50}),
    ("a cover without positions", POSITION, {"name": "Garage Door", "position": 50}),
    ("the position of a light", POSITION, {"name": "Bed Light", "position": 50}),
    ("the position of a valve", POSITION, {"name": "Поливной кран", "position": 50}),
    ("the position of a valve without positions", POSITION, {"name": "Front Garden", "position": 50}),
    ("opening", ON, {"name": "Kitchen Window"}),
    ("closing by device class", OFF, {"device_class": ["garage"]}),
    ("opening by device class and area", ON, {"device_class": ["garage"], "area": "Garage"}),
    ("a whole floor of covers", OFF, {"floor": "Ground floor", "domain": ["cover"], "area": "Kitchen"}),
    ("stopping", STOP, {"name": "Hall Window"}),
    ("stopping what cannot be stopped", STOP, {"name": "Garage Door"}),
    ("stopping a light", STOP, {"name": "Bed Light"}),
    ("stopping a valve", STOP, {"name": "ΔΕΝΤΡΟΣ"}),
    ("stopping nothing", STOP, {}),
    ("closing a valve", OFF, {"name": "Front Garden"}),
    ("opening a valve by an alias", ON, {"name": "果园"}),
    ("closing the roof by its alias", OFF, {"name": "سقف الحديقة"}),
]
