"""Vacuums and lawn mowers. The demo's vacuum takes half a minute to its base, whatever it is told meanwhile: it is sent
there once, and not called upon again."""

from .tools import LIVE, OFF, ON

START, BASE = "vacuum__HassVacuumStart", "vacuum__HassVacuumReturnToBase"
CLEAN = "vacuum__HassVacuumCleanArea"
MOW, DOCK = "lawn_mower__HassLawnMowerStartMowing", "lawn_mower__HassLawnMowerDock"
FIRST = "Demo vacuum 0 ground floor"

CALLS = [
    ("a vacuum starts", START, {"name": FIRST}),
    ("the vacuum is read back", LIVE, {"domain": "vacuum"}),
    ("a vacuum starts by a name in Cyrillic", START, {"name": "пылесос"}),
    ("the vacuums of an area start", START, {"area": "Living Room"}),
    ("a vacuum where there is none", START, {"area": "Garage"}),
    ("a vacuum of nobody", START, {"name": "Nobody"}),
    ("a vacuum of another domain", START, {"name": "Bed Light", "domain": ["light"]}),
    ("an area is cleaned", CLEAN, {"area": "Kitchen"}),
    ("an area is cleaned by its alias, and a vacuum by its name", CLEAN, {"area": "lounge", "name": FIRST}),
    ("an area that is not on the map", CLEAN, {"area": "Garage"}),
    ("an area is cleaned by one that cannot", CLEAN, {"area": "Kitchen", "name": "Пылесос"}),
    ("an area that does not exist is cleaned", CLEAN, {"area": "Moon"}),
    ("no area is cleaned", CLEAN, {}),
    ("an area is cleaned by nobody", CLEAN, {"area": "Kitchen", "name": "Nobody"}),
    ("a vacuum that cannot is sent to its base", BASE, {"name": "Demo vacuum 2 second floor"}),
    ("a vacuum is sent to its base", BASE, {"name": "Пылесос", "domain": "vacuum"}),
    ("a vacuum is turned off", OFF, {"name": FIRST}),
    ("a vacuum is turned on", ON, {"name": FIRST}),
    ("the mower starts", MOW, {"name": "My Lawn Mower"}),
    ("the mower starts by an alias", MOW, {"name": "газонокосилка"}),
    ("the mower is read back", LIVE, {"domain": "lawn_mower"}),
    ("the mower goes to its dock", DOCK, {}),
    ("the mower starts in an area", MOW, {"area": "Großer Garten"}),
    ("the mower goes to its dock by floor", DOCK, {"floor": "Außen"}),
    ("a mower where there is none", MOW, {"area": "Kitchen"}),
    ("a mower of nobody", DOCK, {"name": "Nobody"}),
    ("the mower is turned on", ON, {"name": "My Lawn Mower"}),
]
