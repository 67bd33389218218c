"""Climate, humidifiers, fans."""

from .tools import LIVE, OFF, ON

TEMPERATURE, HUMIDITY = "climate__HassClimateSetTemperature", "humidifier__HassHumidifierSetpoint"
MODE, SPEED = "humidifier__HassHumidifierMode", "fan__HassFanSetSpeed"

CALLS = [
    # climate
    ("a temperature", TEMPERATURE, {"name": "HeatPump", "temperature": 21.5}),
    ("the temperature is read back", LIVE, {"domain": "climate"}),
    ("a temperature as text", TEMPERATURE, {"name": "Hvac", "temperature": "23"}),
    ("a temperature in an area", TEMPERATURE, {"area": "Bedroom", "temperature": 22}),
    ("a temperature on a floor", TEMPERATURE, {"floor": "Ground floor", "temperature": 20}),
    ("a temperature for several", TEMPERATURE, {"temperature": 20}),
    ("a temperature too high", TEMPERATURE, {"name": "HeatPump", "temperature": 99}),
    ("a temperature too low", TEMPERATURE, {"name": "HeatPump", "temperature": -5}),
    ("a temperature that is missing", TEMPERATURE, {"name": "HeatPump"}),
    ("a temperature that is no number", TEMPERATURE, {"name": "HeatPump", "temperature": "warm"}),
    ("a temperature of what has a range alone", TEMPERATURE, {"name": "Ecobee", "temperature": 21}),
    ("a temperature of what is no thermostat", TEMPERATURE, {"name": "Bed Light", "temperature": 21}),
    ("a temperature where there is no thermostat", TEMPERATURE, {"area": "Garage", "temperature": 21}),
    ("a temperature nowhere", TEMPERATURE, {"area": "Moon", "temperature": 21}),
    ("climate off", OFF, {"name": "HeatPump"}),
    ("climate on", ON, {"name": "HeatPump"}),
    # humidifiers
    ("a humidity", HUMIDITY, {"name": "Humidifier", "humidity": 44}),
    ("the humidity is read back", LIVE, {"domain": ["humidifier"]}),
    ("a humidity as text, in another case", HUMIDITY, {"name": "humidifier", "humidity": "60"}),
    ("a humidifier off", OFF, {"name": "Humidifier"}),
    ("a humidity that turns it on", HUMIDITY, {"name": "Humidifier", "humidity": 50}),
    ("a humidity out of range", HUMIDITY, {"name": "Humidifier", "humidity": 101}),
    ("a humidity that is missing", HUMIDITY, {"name": "Humidifier"}),
    ("a humidity without a name", HUMIDITY, {"humidity": 50}),
    ("a humidity of nobody", HUMIDITY, {"name": "Nobody", "humidity": 50}),
    ("a humidity of a light", HUMIDITY, {"name": "Bed Light", "humidity": 50}),
    ("a mode", MODE, {"name": "Hygrostat", "mode": "eco"}),
    ("a mode in another case", MODE, {"name": "Hygrostat", "mode": "ECO"}),
    ("a mode that it does not have", MODE, {"name": "Hygrostat", "mode": "turbo"}),
    ("a mode of one without modes", MODE, {"name": "Dehumidifier", "mode": "eco"}),
    ("a mode that is missing", MODE, {"name": "Hygrostat"}),
    ("a hygrostat off", OFF, {"name": "Hygrostat"}),
    ("a mode that turns it on", MODE, {"name": "Hygrostat", "mode": "home"}),
    # fans
    ("a speed", SPEED, {"name": "Ceiling Fan", "percentage": 33}),
    ("the speed is read back", LIVE, {"name": "Ceiling Fan"}),
    ("a speed as text", SPEED, {"name": "Living Room Fan", "percentage": "70"}),
    ("a speed between the steps", SPEED, {"name": "Living Room Fan", "percentage": 50}),
    ("a speed of nought", SPEED, {"name": "Ceiling Fan", "percentage": 0}),
    ("a speed out of range", SPEED, {"name": "Ceiling Fan", "percentage": 120}),
    ("a speed that is missing", SPEED, {"name": "Ceiling Fan"}),
    ("a speed of a fan that has presets alone", SPEED, {"name": "Preset Only Limited Fan", "percentage": 50}),
    ("a speed of a whole area", SPEED, {"area": "Bedroom", "percentage": 66}),
    ("a speed with the domain of fans", SPEED, {"name": "Straßenlüfter", "domain": ["fan"], "percentage": 100}),
    ("a speed with the domain of lights", SPEED, {"name": "Bed Light", "domain": ["light"], "percentage": 100}),
    ("a fan on", ON, {"name": "Living Room Fan"}),
    ("fans off", OFF, {"domain": ["fan"]}),
]
