"""The live context, the time, timers, and tools that there are not."""

from .tools import LIVE

TIMERS = "intent__HassCancelAllTimers"

CALLS = [
    ("cancelling all timers", TIMERS, {}),
    ("cancelling all timers of an area", TIMERS, {"area": "Kitchen"}),
    ("cancelling all timers of no area", TIMERS, {"area": "Moon"}),
    ("the time", "llm__GetDateTime", {}),
    ("the time, with an argument that is not known", "llm__GetDateTime", {"zone": "UTC"}),
    ("a tool that does not exist", "intent__HassTurnOm", {"name": "Bed Light"}),
    ("a tool without a name", "", {}),
    ("a tool that others are offered", "intent__HassStartTimer", {"minutes": 5}),
    ("everything", LIVE, {}),
    ("by a name", LIVE, {"name": "Lamp"}),
    ("by an alias in another case", LIVE, {"name": "BLINDS"}),
    ("by an area", LIVE, {"area": "Kitchen"}),
    ("by an alias of an area", LIVE, {"area": "study"}),
    ("by a domain", LIVE, {"domain": "cover"}),
    ("by domains", LIVE, {"domain": ["light", " Lock ", ""]}),
    ("by people", LIVE, {"domain": "person"}),
    ("by weather", LIVE, {"domain": "weather"}),
    ("by name and domain", LIVE, {"name": "Bed Light", "domain": "light"}),
    ("by area and domain", LIVE, {"area": "Bedroom", "domain": ["light", "fan"]}),
    ("by blanks", LIVE, {"name": "", "area": "", "domain": []}),
    ("by nulls", LIVE, {"name": None, "area": None, "domain": None}),
    ("by a number", LIVE, {"name": 7}),
    ("by a list of names", LIVE, {"name": ["Lamp"]}),
    ("by a domain that is an object", LIVE, {"domain": {"is": "light"}}),
    ("by a name that nobody has", LIVE, {"name": "Nobody"}),
    ("by an area that does not exist", LIVE, {"area": "Moon"}),
    ("by a domain that is not exposed", LIVE, {"domain": "camera"}),
    ("by an area without the domain", LIVE, {"area": "Garage", "domain": "fan"}),
    ("by a name and the wrong domain", LIVE, {"name": "Bed Light", "domain": "lock"}),
    ("by a calendar, which has a tool of its own", LIVE, {"name": "Family"}),
    ("by a floor, which it does not know", LIVE, {"floor": "First floor"}),
]
