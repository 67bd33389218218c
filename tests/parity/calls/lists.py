"""To-do lists and calendars."""

from .tools import LIVE

GET, ADD = "todo__get_items", "todo__HassListAddItem"
COMPLETE, REMOVE = "todo__HassListCompleteItem", "todo__HassListRemoveItem"
EVENTS = "calendar__get_events"
SHOPPING = "Shopping list"

CALLS = [
    ("the open items", GET, {"todo_list": SHOPPING}),
    ("all items, with dates and descriptions", GET, {"todo_list": "Chores", "status": "all"}),
    ("the completed items", GET, {"todo_list": "Chores", "status": "completed"}),
    ("a list in another case", GET, {"todo_list": "shopping LIST"}),
    ("a list that there is not", GET, {"todo_list": "Wishes"}),
    ("no list", GET, {}),
    ("a status that there is not", GET, {"todo_list": SHOPPING, "status": "forgotten"}),
    ("a status that is null", GET, {"todo_list": SHOPPING, "status": None}),
    ("a list, with an argument that is not known", GET, {"todo_list": SHOPPING, "colour": "red"}),
    ("a list for a list", GET, {"todo_list": [SHOPPING]}),
    ("an item is added", ADD, {"name": SHOPPING, "item": "butter"}),
    ("an item in Greek, to a list in another case", ADD, {"name": "shopping list", "item": "ελιές"}),
    ("an item with ß first", ADD, {"name": SHOPPING, "item": "ßtrange"}),
    ("an item that is there already", ADD, {"name": SHOPPING, "item": "milk"}),
    ("a number for an item", ADD, {"name": SHOPPING, "item": 7}),
    ("an item with blanks around it", ADD, {"name": SHOPPING, "item": "  honey "}),
    ("a blank item", ADD, {"name": SHOPPING, "item": " "}),
    ("no item", ADD, {"name": SHOPPING}),
    ("an item to nobody's list", ADD, {"name": "Wishes", "item": "pony"}),
    ("an item to what is no list", ADD, {"name": "Bed Light", "item": "bulb"}),
    ("the items are read back", GET, {"todo_list": SHOPPING, "status": "needs_action"}),
    ("an item is completed", COMPLETE, {"name": SHOPPING, "item": "Bread"}),
    ("an item is completed in another case", COMPLETE, {"name": SHOPPING, "item": "BUTTER"}),
    ("an item is completed, folded from Greek", COMPLETE, {"name": "Chores", "item": "λουλουδια και πολεμος"}),
    ("an item that is completed already", COMPLETE, {"name": SHOPPING, "item": "Eggs"}),
    ("an item that there is not", COMPLETE, {"name": SHOPPING, "item": "Caviar"}),
    ("completing on nobody's list", COMPLETE, {"name": "Wishes", "item": "pony"}),
    ("completing nothing", COMPLETE, {"name": SHOPPING, "item": None}),
    ("an item is removed", REMOVE, {"name": SHOPPING, "item": "eggs"}),
    ("an item is removed that there is not", REMOVE, {"name": SHOPPING, "item": "Caviar"}),
    ("an item is removed from a list with dates", REMOVE, {"name": "Chores", "item": "Call the plumber"}),
    ("removing from nobody's list", REMOVE, {"name": "Wishes", "item": "pony"}),
    ("an item to the list with dates", ADD, {"name": "Chores", "item": "paint the fence"}),
    ("the counts are read back", LIVE, {"domain": "todo"}),
    ("the lists are read back", GET, {"todo_list": SHOPPING, "status": "all"}),
    ("the chores are read back", GET, {"todo_list": "Chores", "status": "all"}),
    # calendars
    ("what is today", EVENTS, {"calendar": "Family", "range": "today"}),
    ("what is this week", EVENTS, {"calendar": "Family", "range": "week"}),
    ("another calendar", EVENTS, {"calendar": "Calendar 1", "range": "week"}),
    ("a calendar in another case", EVENTS, {"calendar": "family", "range": "week"}),
    ("a calendar that there is not", EVENTS, {"calendar": "Work", "range": "week"}),
    ("a range that there is not", EVENTS, {"calendar": "Family", "range": "month"}),
    ("no range", EVENTS, {"calendar": "Family"}),
    ("a number for a range", EVENTS, {"calendar": "Family", "range": 7}),
]
