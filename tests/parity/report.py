"""What the comparison prints: a line for each thing compared, where two answers differ, and the calls by tool."""

from __future__ import annotations

import json
from collections import Counter

from differences import DIFFERENCES


class Report:
    """Prints `ok title` for what is equal and ends with the counts."""

    def __init__(self) -> None:
        self.passed = self.failed = 0
        #: By tool: calls made, accepted and refused by Home Assistant, differing on purpose, refused in the same words.
        self.calls: dict[str, Counter[str]] = {}

    def holds(self, title: str, holds: bool, *because: str) -> None:
        """One thing that must hold."""
        self.passed, self.failed = self.passed + holds, self.failed + (not holds)
        print(f"{'ok' if holds else 'FAILED'} {title}", flush=True)
        for line in () if holds else because:
            print(f"    {line}", flush=True)

    def equal(self, title: str, ours: object, theirs: object, shown: str = "") -> bool:
        """One comparison; true when it differs on purpose."""
        if ours != theirs and title in DIFFERENCES and ours == DIFFERENCES[title][0]:
            self.holds(f"{title} (differs on purpose: {DIFFERENCES[title][1]})", True)
            return True
        self.holds(shown or title, ours == theirs, *where(ours, theirs))
        return False

    def call(self, tool: str, *what: str) -> None:
        """Counts what came of a call."""
        self.calls.setdefault(tool, Counter()).update(["made", *what])

    def table(self) -> None:
        """The calls by tool."""
        columns = ("made", "accepted", "refused", "differing on purpose")
        print(f"\n| tool | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")
        total: Counter[str] = Counter()
        for tool, counts in sorted(self.calls.items()):
            total += counts
            print(f"| {tool or '(none)'} | {' | '.join(str(counts[each] or '') for each in columns)} |")
        print(f"| **all** | {' | '.join(f'**{total[each]}**' for each in columns)} |\n")
        print(f"# {total['worded']} of {total['refused']} refusals are in the same words")


def short(value: object) -> str:
    """A value on one line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) < 600 else text[:600] + " …"


def where(ours: object, theirs: object, path: str = "") -> list[str]:
    """The first places where two values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = [f"{path}/{key}: only {'ours' if key in ours else 'theirs'}" for key in ours.keys() ^ theirs.keys()]
        for key in ours.keys() & theirs.keys():
            found += where(ours[key], theirs[key], f"{path}/{key}")
        return sorted(found)[:6]
    if _entities(ours) and _entities(theirs):
        return where(_by_name(ours), _by_name(theirs), path) or ([] if ours == theirs else [f"{path}: another order"])
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [line for n, pair in enumerate(zip(ours, theirs)) for line in where(*pair, f"{path}/{n}")][:6]
    return [] if ours == theirs else [f"{path or '/'}: {short(ours)} != {short(theirs)}"]


def _entities(value: object) -> bool:
    """Whether it is the entities of a context, which are told by their names."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "names" in one for one in value)


def _by_name(entities: list[dict]) -> dict[str, dict]:
    """The entities of a context by their names, which several may share."""
    found: dict[str, dict] = {}
    for one in entities:
        name = f"{one['domain']} {one['names']}"
        found[f"{name}, number {len(found)}" if name in found else name] = one
    return found
