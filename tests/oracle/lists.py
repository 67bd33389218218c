"""The calls of the tables of to-do lists: lists that begin empty and are empty again at the end."""

from __future__ import annotations

ADD, UPDATE, REMOVE, GET, CLEAR = "add_item", "update_item", "remove_item", "get_items", "remove_completed_items"


def call(service: str, data: dict | None = None, **more) -> dict:
    return {"service": service, "data": data or {}, **more}


def get(**data) -> dict:
    return call(GET, data, response=True)


FULL = [
    get(),
    call(ADD, {"item": "Milk"}),
    call(ADD, {"item": "  Bread  "}),
    call(ADD, {"item": "Water the plants", "due_date": "2027-03-01", "description": "All of them"}),
    call(ADD, {"item": "Call the plumber", "due_datetime": "2027-07-01 08:15:30"}),
    call(ADD, {"item": "Pay the rent", "due_datetime": "2027-03-28T12:30"}),
    call(ADD, {"item": "Water the roses", "due_datetime": "2027-07-01T08:15:30+00:00"}),
    call(ADD, {"item": "Read", "due_date": None, "description": None}),
    call(ADD, {"item": "Write", "description": ""}),
    call(ADD, {"item": 7, "due_datetime": None}),
    get(),
    call(ADD, {"item": "Milk"}),
    call(ADD, {"item": ""}),
    call(ADD, {"item": "   "}),
    call(ADD, {"item": None}),
    call(ADD, {"item": ["a"]}),
    call(ADD, {}),
    call(ADD, {"item": "x", "due_date": "tomorrow"}),
    call(ADD, {"item": "x", "due_date": "2027-02-30"}),
    call(ADD, {"item": "x", "due_date": 5}),
    call(ADD, {"item": "x", "due_datetime": "noon"}),
    call(ADD, {"item": "x", "due_datetime": 5}),
    call(ADD, {"item": "x", "due_date": "2027-03-01", "due_datetime": "2027-03-01 10:00:00"}),
    call(ADD, {"item": "x", "due_date": "2027-03-01", "due_datetime": None}),
    call(ADD, {"item": "x", "description": ["a"]}),
    call(ADD, {"item": "x", "status": "completed"}),
    call(ADD, {"item": "x", "rename": "y"}),
    call(UPDATE, {"item": "Bread", "status": "completed"}),
    get(),
    get(status="completed"),
    get(status=["needs_action"]),
    get(status=["needs_action", "completed"]),
    get(status=[]),
    call(GET, {"status": "done"}, response=True),
    call(GET, {"status": ["completed", "done"]}, response=True),
    call(GET, {"status": None}, response=True),
    call(GET, {"item": "Milk"}, response=True),
    call(UPDATE, {"item": "Bread", "status": "completed"}),
    call(UPDATE, {"item": "Bread", "rename": "Rye bread"}),
    call(UPDATE, {"item": "Rye bread", "status": "needs_action"}),
    call(UPDATE, {"item": "bread", "status": "completed"}),
    call(UPDATE, {"item": "Bread", "status": "completed"}),
    call(UPDATE, {"item": "Milk", "status": "done"}),
    call(UPDATE, {"item": "Milk", "status": None}),
    call(UPDATE, {"item": "Milk"}),
    call(UPDATE, {"item": "Milk", "rename": " "}),
    call(UPDATE, {"item": "", "status": "completed"}),
    call(UPDATE, {"status": "completed"}),
    call(UPDATE, {"item": "Milk", "due_date": "2027-04-01", "due_datetime": "2027-04-01 10:00:00"}),
    call(UPDATE, {"item": "Milk", "due_date": "2027-04-01"}),
    call(UPDATE, {"item": "Milk", "due_datetime": "2027-10-31 02:30:00"}),
    call(UPDATE, {"item": "Milk", "description": "Two bottles", "rename": "  Oat milk "}),
    get(),
    call(UPDATE, {"item": "Oat milk", "due_datetime": None}),
    call(UPDATE, {"item": "Oat milk", "description": None}),
    call(UPDATE, {"item": "Water the plants", "due_date": None}),
    get(),
    call(UPDATE, {"item": "Read", "status": "completed"}),
    call(UPDATE, {"item": 7, "status": "completed"}),
    call(CLEAR, {"all": True}),
    call(CLEAR),
    call(CLEAR),
    get(),
    call(REMOVE, {"item": "Bread"}),
    call(REMOVE, {"item": ["Write", "Bread"]}),
    call(REMOVE, {"item": []}),
    call(REMOVE, {"item": None}),
    call(REMOVE, {}),
    call(REMOVE, {"item": {"a": 1}}),
    call(REMOVE, {"item": "Milk"}),
    call(REMOVE, {"item": ["Oat milk", "Pay the rent"]}),
    get(),
    call("turn_on"),
    call("toggle"),
    call("move_item", {"uid": "x"}),
]

SIMPLE = [
    call(ADD, {"item": "Milk"}),
    call(ADD, {"item": "Eggs", "due_date": "2027-03-01"}),
    call(ADD, {"item": "Eggs", "due_datetime": "2027-03-01 10:00:00"}),
    call(ADD, {"item": "Eggs", "description": "Ten"}),
    call(ADD, {"item": "Eggs", "description": None}),
    call(ADD, {"item": "Eggs"}),
    call(UPDATE, {"item": "Eggs", "status": "completed"}),
    call(UPDATE, {"item": "Eggs", "due_date": "2027-03-01"}),
    call(UPDATE, {"item": "Butter", "due_date": "2027-03-01"}),
    call(UPDATE, {"item": "Milk", "rename": "Cream", "description": "Sour"}),
    call(UPDATE, {"item": "Milk", "rename": "Cream"}),
    get(),
    get(status="needs_action"),
    call(CLEAR),
    get(),
]

TODO_LISTS = [
    {"entity": "todo.chores", "config": {}, "calls": FULL},
    {
        "entity": "todo.shopping_list",
        "config": {"options": {"features": ["create", "delete", "update", "move"]}},
        "calls": SIMPLE,
    },
]
