"""What is said to a device: where it stands decides between several. A call here has the name of the device besides."""

from .climates import TEMPERATURE
from .players import RELATIVE, SEARCH
from .scripts import COUNT
from .tools import LIVE, OFF, ON

GARAGE, KITCHEN, BEDROOM = "Garage Door", "Kitchen Window", "Demo vacuum 1 first floor"
LIVING_ROOM, NOWHERE = "Demo vacuum 0 ground floor", "Hall Window"
LAMP = {"name": "Lamp"}

CALLS = [
    ("in the garage, one of two of one name", ON, LAMP, GARAGE),
    ("in the kitchen, the other", ON, LAMP, KITCHEN),
    ("in the bedroom, neither", OFF, LAMP, BEDROOM),
    ("in the living room, the one of that floor", OFF, LAMP, LIVING_ROOM),
    ("nowhere, neither", OFF, LAMP, NOWHERE),
    ("in the garage, the one that is elsewhere, by area", OFF, {**LAMP, "area": "Kitchen"}, GARAGE),
    ("in the garage, nothing at all", ON, {}, GARAGE),
    ("in the bedroom, a temperature", TEMPERATURE, {"temperature": 24}, BEDROOM),
    ("in the kitchen, the temperature of that floor", TEMPERATURE, {"temperature": 23}, KITCHEN),
    ("nowhere, a temperature", TEMPERATURE, {"temperature": 22}, NOWHERE),
    ("in the bedroom, a search", SEARCH, {"search_query": "rain"}, BEDROOM),
    ("in the garage, a search", SEARCH, {"search_query": "rain"}, GARAGE),
    ("in the bedroom, the volume", RELATIVE, {"volume_step": 5}, BEDROOM),
    ("in the garage, an intent of the owner", COUNT, LAMP, GARAGE),
    ("in the bedroom, an intent of the owner", COUNT, LAMP, BEDROOM),
    ("in the garage, the live context", LIVE, LAMP, GARAGE),
    ("in the kitchen, cancelling all timers", "intent__HassCancelAllTimers", {}, KITCHEN),
]
