"""What is asked of weather entities, and the persons of a home."""

from __future__ import annotations

from steps import call


def days(*rows) -> list:
    keys = ["condition", "precipitation", "temperature", "templow", "precipitation_probability", "is_daytime"]
    return [dict(zip(keys, row)) for row in rows]


def in_order(first: dict):
    """The demo turns its forecasts on by one every half hour; this turns them back."""

    def turned(answer: dict) -> dict:
        entries = answer["forecast"]
        at = next(at for at, entry in enumerate(entries) if first.items() <= entry.items())
        return {"forecast": entries[at:] + entries[:at]}

    return turned


SOUTH = days(
    ["rainy", 1.0, 22.0, 15.0, 60],
    ["rainy", 5.0, 19.0, 8.0, 30],
    ["cloudy", 0.0, 15.0, 9.0, 10],
    ["sunny", 0.0, 12.0, 6.0, 0],
    ["partlycloudy", 2.0, 14.0, 7.0, 20],
    ["rainy", 15.0, 18.0, 7.0, 0],
    ["fog", 0.2, 21.0, 12.0, 100],
)
NUMBERS = [
    [2.0, -23.3, -26.1, 60],
    [1.0, -25.0, -25.6, 25],
    [0.0, -27.8, -30.0, 70],
    [0.1, -30.6, -30.6, 90],
    [4.0, -28.3, -28.9, 40],
    [0.3, -25.6, -28.3, 0],
    [0.0, -22.8, -24.4, 0],
]
CONDITIONS = ["snowy", "partlycloudy", "sunny", "sunny", "snowy", "sunny", "sunny"]
NORTH_DAILY = days(*([condition, *row] for condition, row in zip(CONDITIONS, NUMBERS)))
NORTH_HOURLY = days(*(["sunny", *row] for row in NUMBERS))
NORTH_TWICE = days(*([condition, *row, at % 2 == 0] for at, (condition, row) in enumerate(zip(CONDITIONS, NUMBERS))))


def forecasts(kind, first: dict | None = None) -> dict:
    more = {"tidy": in_order(first)} if first else {}
    return call("get_forecasts", {"type": kind}, response=True, **more)


REFUSED = [
    forecasts("weekly"),
    forecasts(None),
    forecasts(["daily"]),
    call("get_forecasts", response=True),
    call("get_forecasts", {"type": "daily", "days": 3}, response=True),
    call("turn_on"),
]
WEATHERS = [
    {
        "entity": "weather.demo_weather_south",
        "config": {
            "state": "sunny",
            "attributes": {"temperature": 21.6, "humidity": 92, "pressure": 1099.0, "wind_speed": 1.8},
            "options": {"attribution": "Powered by Home Assistant", "forecast_daily": SOUTH},
        },
        "calls": [forecasts("daily", SOUTH[0]), forecasts("hourly"), forecasts("twice_daily"), *REFUSED],
    },
    {
        "entity": "weather.demo_weather_north",
        "config": {
            "state": "rainy",
            "attributes": {"temperature": -24.4, "humidity": 54, "pressure": 33423.66, "wind_speed": 7.72},
            "options": {
                "attribution": "Powered by Home Assistant",
                "forecast_daily": NORTH_DAILY,
                "forecast_hourly": NORTH_HOURLY,
                "forecast_twice_daily": NORTH_TWICE,
            },
        },
        "calls": [
            forecasts("daily", NORTH_DAILY[0]),
            forecasts("hourly", NORTH_HOURLY[0]),
            forecasts("twice_daily", NORTH_TWICE[0]),
        ],
    },
]


def person(name: str, config: dict, seen: dict | None = None) -> dict:
    """A person, and where the tracker saw it, if there is one."""
    trackers = [seen["source"]] if seen else []
    return {
        "entity": f"person.oracle_{name}",
        "created": {"name": f"Oracle {name}", "device_trackers": trackers},
        "config": {**config, "attributes": seen or {}, "options": {"device_trackers": trackers}},
        "calls": [call("turn_on"), call("explode")],
    }


def seen(by: str, latitude: float, longitude: float, accuracy: int) -> dict:
    return {"latitude": latitude, "longitude": longitude, "gps_accuracy": accuracy, "source": f"device_tracker.{by}"}


PERSONS = [
    person("unseen", {}),
    person("away", {"state": "not_home"}, seen("demo_anne_therese", 52.38052, 4.88285, 135)),
    person("home", {"state": "home"}, seen("demo_home_boy", 52.37308, 4.89222, 20)),
]
