"""The names of the tools that many calls share."""

ON, OFF = "intent__HassTurnOn", "intent__HassTurnOff"
POSITION, STOP = "intent__HassSetPosition", "intent__HassStopMoving"
LIGHT_SET = "light__HassLightSet"
LIVE = "homeassistant__GetLiveContext"
