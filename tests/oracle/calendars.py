"""The calls of the table of calendars: one that begins empty, with events far enough ahead for any replay."""

from __future__ import annotations

CREATE, GET = "create_event", "get_events"


def call(service: str, data: dict | None = None, **more) -> dict:
    return {"service": service, "data": data or {}, **more}


def create(summary, **data) -> dict:
    return call(CREATE, {"summary": summary, **data})


def get(start: str | None = None, end: str | None = None, **data) -> dict:
    times = {"start_date_time": start, "end_date_time": end}
    return call(GET, {key: time for key, time in times.items() if time} | data, response=True)


FAMILY = [
    get("2027-01-01 00:00:00", "2028-01-01 00:00:00"),
    create("Holiday", start_date="2027-07-05", end_date="2027-07-12", location="Sea", description="Bring towels"),
    create("Dentist", start_date_time="2027-06-01 09:30:00", end_date_time="2027-06-01 10:15:00", location="Main Street 4"),
    create("Concert", start_date_time="2027-05-20T19:00:00+00:00", end_date_time="2027-05-20T22:00:00+00:00"),
    create("Night shift", start_date_time="2027-05-20 22:00:00", end_date_time="2027-05-21 06:00:00", description="Ward 3"),
    create("Away", start_date="2026-11-01", end_date="2027-05-01"),
    # What is asked for, and what only touches it.
    get("2027-01-01 00:00:00", "2028-01-01 00:00:00"),
    get("2027-05-20 00:00:00", "2027-05-21 00:00:00"),
    get("2027-05-21 06:00:00", "2027-05-21 12:00:00"),
    get("2027-05-21 05:59:59", "2027-05-21 12:00:00"),
    get("2027-05-20 10:00:00", "2027-05-20 21:00:00"),
    get("2027-05-20 10:00:00", "2027-05-20 21:00:01"),
    get("2027-06-01 09:45:00", "2027-06-01 10:00:00"),
    get("2027-07-01T00:00:00+02:00", "2027-07-05T00:00:00+02:00"),
    get("2027-07-01T00:00:00+02:00", "2027-07-05T00:00:01+02:00"),
    get("2027-07-11T22:00:00+00:00", "2027-07-20T00:00:00+00:00"),
    get("2027-07-11T21:59:59+00:00", "2027-07-20T00:00:00+00:00"),
    get("2027-07-08 12:00:00", duration={"minutes": 5}),
    get("2027-06-01 00:00:00", duration="24:00:00"),
    get("2027-06-01 00:00:00", duration="10:00"),
    get("2027-06-01 00:00:00", duration={"days": 40, "hours": 2}),
    get("2027-06-01 00:00:00", duration=36000),
    get("2027-06-01 00:00:00", duration="36000"),
    get("2027-06-01", "2027-06-02"),
    get("2027-06-01 00:00:00", duration=0),
    get("2027-06-01 00:00:00", duration="-01:00:00"),
    get("2027-06-01 00:00:00", duration="soon"),
    get("2027-06-01 00:00:00", duration={"weeks": "two"}),
    get("2027-06-01 00:00:00", duration={"years": 1}),
    get("2027-06-01 00:00:00", duration={}),
    get("2027-06-01 00:00:00", duration=[1]),
    get("2027-06-02 00:00:00", "2027-06-01 00:00:00"),
    get("2027-06-01 00:00:00", "2027-06-01 00:00:00"),
    get("2027-06-01 00:00:00"),
    get("2027-06-01 00:00:00", "2027-06-02 00:00:00", duration=60),
    get("soon", "2027-06-02 00:00:00"),
    call(GET, {"start_date_time": 5, "end_date_time": "2027-06-02 00:00:00"}, response=True),
    call(GET, {}, response=True),
    call(GET, {"end_date_time": "2027-06-02 00:00:00", "summary": "x"}, response=True),
    # What makes an event.
    create("x"),
    create("x", start_date="2027-06-01"),
    create("x", end_date="2027-06-01"),
    create("x", start_date_time="2027-06-01 10:00:00"),
    create("x", end_date_time="2027-06-01 10:00:00"),
    create("x", start_date="2027-06-01", end_date="2027-06-01"),
    create("x", start_date="2027-06-02", end_date="2027-06-01"),
    create("x", start_date_time="2027-06-01 10:00:00", end_date_time="2027-06-01 10:00:00"),
    create("x", start_date_time="2027-06-01 10:00:00", end_date_time="2027-06-01 09:00:00"),
    create("x", start_date="2027-06-01", end_date_time="2027-06-01 10:00:00"),
    create("x", start_date="2027-06-01", start_date_time="2027-06-01 10:00:00"),
    create("x", start_date="2027-06-01", end_date="2027-06-02", **{"in": {"days": 1}}),
    create("x", start_date="June", end_date="2027-06-02"),
    create("x", start_date="2027-06-01", end_date=5),
    create("x", start_date_time="2027-06-01 10:00:00+02:00", end_date_time="2027-06-01 12:00:00"),
    create("x", start_date_time="noon", end_date_time="2027-06-01 12:00:00"),
    create("x", start_date_time=None, end_date_time="2027-06-01 12:00:00"),
    create("x", **{"in": {"days": -1}}),
    create("x", **{"in": {"days": 1, "weeks": 1}}),
    create("x", **{"in": {"months": 1}}),
    create("x", **{"in": "tomorrow"}),
    create("x", start_date="2027-06-01", end_date="2027-06-02", rrule="FREQ=DAILY"),
    create(None, start_date="2027-06-01", end_date="2027-06-02"),
    create(["x"], start_date="2027-06-01", end_date="2027-06-02"),
    call(CREATE, {"start_date": "2027-06-01", "end_date": "2027-06-02"}),
    create("x", start_date="2027-06-01", end_date="2027-06-02", description=None),
    create("x", start_date="2027-06-01", end_date="2027-06-02", location=["a"]),
    create(5, start_date="2027-06-01", end_date="2027-06-02", location=6),
    create("", start_date="2027-06-01", end_date="2027-06-02", location=""),
    create("Later the same day", start_date_time="2027-06-01 20:00:00", end_date_time="2027-06-01 20:00:01"),
    create("Earlier the same day", start_date_time="2027-06-01 00:00:00", end_date_time="2027-06-01 01:00:00"),
    get("2027-06-01 00:00:00", "2027-06-02 00:00:00"),
    create("Soon", **{"in": {"days": 0}}),
    create("Next", **{"in": {"weeks": 2}}),
    call("turn_on"),
    call("delete_event", {"uid": "x"}),
]

CALENDARS = [{"entity": "calendar.family", "config": {}, "calls": FAMILY}]
