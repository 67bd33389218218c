"""What is asked of both homes, a file for each kind of thing, in an order in which nothing waits for long.

Each call is its title, the tool and the arguments, and the name of the device that it is said to, if any. Whether it is
accepted or refused is for Home Assistant to say. What changes something is followed by a comparison of all states.
"""

from . import (
    climates, context, covers, devices, helpers, lights, lists, machines, names, numbers, places, players, scripts,
)
from .tools import LIGHT_SET, OFF

#: What the homes remember, and no state shows: the last brightness of what is off.
PREPARE = [(LIGHT_SET, {"name": "Bed Light", "brightness": 50}), (OFF, {"name": "Bed Light"})]

CALLS = [
    call
    for kind in (
        machines, names, places, lights, covers, helpers, climates, numbers, players, lists, scripts, devices,
        context,
    )
    for call in kind.CALLS
]
