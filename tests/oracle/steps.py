"""How a step of a table is written."""

from __future__ import annotations


def call(service: str, data: dict | None = None, **more) -> dict:
    return {"service": service, "data": data or {}, **more}
