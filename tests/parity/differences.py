"""What differs on purpose, and why."""

from __future__ import annotations

_HIDDEN = "no tool tells of this argument, which stands for the device that is spoken to; Home Assistant obeys it"

#: By the title of the check: what Hearth answers.
DIFFERENCES: dict[str, tuple[object, str]] = {
    "prompts/get of an unknown prompt": ({"error": -32602}, "the protocol's code; Home Assistant answers 0"),
    "resources/read of an unknown resource": ({"error": -32002}, "the protocol's code; Home Assistant answers 0"),
    "resources/templates/list": ({"resourceTemplates": []}, "whoever has resources lists templates, if only none"),
    "a device id that is no string": ({"error": -32602}, "the protocol's code; Home Assistant answers 0"),
    "a script with an area that does not exist": (
        {"isError": True},
        "an error that the model can read; Home Assistant answers with the JSON-RPC error 'list index out of range'",
    ),
    "a preferred area": ({"isError": True}, _HIDDEN),
    "a preferred floor": ({"isError": True}, _HIDDEN),
    "a script with null for its field": (
        {"isError": True},
        "what a script takes is checked against its schema, and the model is told; there the script fails in silence",
    ),
}

#: Tools that Hearth does not offer here.
NOT_OFFERED = {
    "assist_satellite__HassBroadcast": "the home has no satellites; Home Assistant offers it where it could have some",
}

#: Arguments that Hearth's tools do not have.
NOT_TAKEN = {"is_volume_muted": "it has no type, and Home Assistant ignores it"}
