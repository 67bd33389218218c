"""Locks, switches, buttons, scenes and helpers."""

from .tools import LIVE, OFF, ON

CALLS = [
    ("turning a lock off unlocks it", OFF, {"name": "Front Door"}),
    ("the lock is read back", LIVE, {"name": "Front Door"}),
    ("turning a lock on locks it", ON, {"name": "Kitchen Door"}),
    ("a lock that jams", ON, {"name": "Poorly Installed Door"}),
    ("unlocking what jammed", OFF, {"name": "Poorly Installed Door"}),
    ("all locks", ON, {"domain": ["lock"], "name": "Openable Lock"}),
    ("a switch", ON, {"name": "AC"}),
    ("a switch of which nobody knows", OFF, {"name": "Decorative Lights"}),
    ("a helper that a light follows", ON, {"name": "Guest mode"}),
    ("pressing a button", ON, {"name": "Doorbell test"}),
    ("turning a button off", OFF, {"name": "Doorbell test"}),
    ("a scene", ON, {"name": "Reading"}),
    ("turning a scene off", OFF, {"name": "Reading"}),
    ("a script by name", ON, {"name": "Slow"}),
    ("a script turned off", OFF, {"name": "Slow"}),
    ("a number", ON, {"name": "Target level"}),
    ("a choice", ON, {"name": "House scene"}),
    ("a list", ON, {"name": "Chores"}),
    ("a calendar", ON, {"name": "Family"}),
]
