#!/usr/bin/env python3
"""Writes a schema of the Model Context Protocol as it is kept here: without its prose, one definition a line.

    without_prose.py schema/2025-11-25/schema.json > 2025-11-25.json
"""

import json
import sys

PROSE = ("$comment", "description", "examples")


def without_prose(value):
    """What is validated with. A property may be named `description`: its value is a schema then, no text."""
    if isinstance(value, dict):
        kept = {}
        for name, member in value.items():
            is_prose = name in PROSE and not isinstance(member, dict)
            if not is_prose:
                kept[name] = without_prose(member)
        return kept
    if isinstance(value, list):
        return [without_prose(item) for item in value]
    return value


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = without_prose(json.load(file))
    table = "$defs" if "$defs" in schema else "definitions"
    line = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"))
    print(f'{{"$schema":{line(schema["$schema"])},{line(table)}:{{')
    print(",\n".join(f"{line(name)}:{line(schema[table][name])}" for name in sorted(schema[table])))
    print("}}")


main()
