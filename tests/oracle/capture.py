#!/usr/bin/env python3
"""Takes the tables of service calls from a running Home Assistant: what it accepts, refuses and clamps.

    capture.py URL TOKEN_FILE [DOMAIN ...]

URL is http://host:8123, TOKEN_FILE holds a long-lived access token of an administrator. The calls are those of
calls.py and scripts.py, made on the entities that they name (Home Assistant's demo platform, a few helpers and three
scripts); each domain's answers are written to DOMAIN.json beside this file. What was changed is put back as far as a
service call can; the helpers of `created` are made for the table and removed again.

Needs aiohttp. host/tests/oracle replays the tables against the embedded home.
"""

from __future__ import annotations

import asyncio
import json
import pathlib
import sys

import aiohttp

import scripts
from calls import ENTITIES
from contents import contents, take_out
from restore import restoring_calls

HERE = pathlib.Path(__file__).parent
# Attributes of the running system and of the demo, not of the domain.
NOT_RECORDED = {"restored", "entity_picture", "cleaned_area"}
MOVING = {"opening", "closing", "locking", "unlocking", "returning"}
# How long nothing may happen until a state counts as settled, by domain; demo covers move once a second.
QUIET_SECONDS = {"cover": 2.3, "valve": 2.3, "lock": 2.3, "light": 0.25}
QUIET_ELSE = 0.12
LONGEST_SECONDS = 40


class HomeAssistant:
    """The websocket interface, with the states of the entities kept up to date."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket, self.last = socket, 0
        self.waiting: dict[int, asyncio.Future] = {}
        self.states: dict[str, dict] = {}
        self.seen: dict[str, list[dict]] = {}
        self.event = asyncio.Event()

    @classmethod
    async def connect(cls, http: aiohttp.ClientSession, url: str, token: str) -> "HomeAssistant":
        socket = await http.ws_connect(url.rstrip("/") + "/api/websocket", max_msg_size=0)
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        answer = await socket.receive_json()
        if answer["type"] != "auth_ok":
            raise SystemExit(f"Home Assistant does not accept the token: {answer.get('message')}")
        self = cls(socket)
        self.http, self.url, self.token = http, url.rstrip("/"), token
        self.version = answer["ha_version"]
        self.reader = asyncio.create_task(self.read())
        await self.ask("subscribe_events", event_type="state_changed")
        for state in await self.ask("get_states"):
            self.states[state["entity_id"]] = plain(state)
        return self

    async def read(self) -> None:
        async for message in self.socket:
            message = message.json()
            if message["type"] == "event":
                data = message["event"]["data"]
                if data["new_state"] is not None:
                    state = plain(data["new_state"])
                    self.states[data["entity_id"]] = state
                    self.seen.setdefault(data["entity_id"], []).append(state)
                    self.event.set()
            elif message["id"] in self.waiting:
                self.waiting.pop(message["id"]).set_result(message)

    async def ask(self, kind: str, **data):
        message = await self.raw(kind, **data)
        if not message["success"]:
            raise RuntimeError(f"{kind} {data}: {message['error']}")
        return message["result"]

    async def raw(self, kind: str, **data) -> dict:
        self.last += 1
        future = self.waiting[self.last] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": self.last, "type": kind, **data})
        return await future

    async def get(self, path: str, **query):
        """What the HTTP interface answers."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.get(self.url + path, params=query, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def call(self, entity: str, service: str, data: dict, response: bool = False) -> dict:
        """Calls a service of the entity's domain; the raw answer."""
        domain = entity.split(".")[0]
        return await self.raw(
            "call_service", domain=domain, service=service, service_data=data, target={"entity_id": entity},
            return_response=response,
        )

    async def settled(self, entity: str) -> dict:
        """The state once nothing has happened for a while."""
        quiet = QUIET_SECONDS.get(entity.split(".")[0], QUIET_ELSE)
        async with asyncio.timeout(LONGEST_SECONDS):
            while True:
                before = self.states[entity]
                await asyncio.sleep(quiet)
                if self.states[entity] is before and before["state"] not in MOVING:
                    return before

    async def reaches(self, entity: str, attributes: dict) -> None:
        """Waits until the moving entity shows these attributes."""
        async with asyncio.timeout(LONGEST_SECONDS):
            while any(self.states[entity]["attributes"].get(key) != value for key, value in attributes.items()):
                self.event.clear()
                await self.event.wait()


def plain(state: dict) -> dict:
    attributes = {key: value for key, value in state["attributes"].items() if key not in NOT_RECORDED}
    return {"state": state["state"], "attributes": attributes}


async def record(home: HomeAssistant, entity: str, step: dict) -> dict:
    """Makes one call and notes what came of it."""
    if "at" in step:
        await home.reaches(entity, step["at"])
    home.seen[entity] = []
    before = home.states[entity]
    asked = step.get("response", False)
    answer = await home.call(entity, step["service"], step["data"], asked)
    row = {key: step[key] for key in ("at", "service", "data") if key in step}
    if not answer["success"]:
        row["error"] = {key: answer["error"][key] for key in ("code", "message")}
        await asyncio.sleep(0.02)
        if home.states[entity] != before and "at" not in step:
            raise RuntimeError(f"{entity} changed although it refused {step}")
        return row
    if asked:
        tidy = step.get("tidy", lambda response: response)
        row["response"] = tidy(answer["result"]["response"][entity])
        return row
    if step.get("leave_moving"):
        async with asyncio.timeout(LONGEST_SECONDS):
            while not home.seen[entity]:
                home.event.clear()
                await home.event.wait()
        # Slats move without a word of it in the state; the first that is heard of them is a step on the way.
        if home.seen[entity][0]["state"] in MOVING:
            row["moving"] = home.seen[entity][0]
        return row
    settled = await home.settled(entity)
    if home.seen[entity] and home.seen[entity][0]["state"] in MOVING:
        row["moving"] = home.seen[entity][0]
    row["settled"] = settled
    return row


async def create(home: HomeAssistant, plan: dict) -> str | None:
    """Makes the helper of a plan; its storage id."""
    if "created" not in plan:
        return None
    domain = plan["entity"].split(".")[0]
    made = await home.ask(f"{domain}/create", **plan["created"])
    async with asyncio.timeout(LONGEST_SECONDS):
        while plan["entity"] not in home.states:
            await asyncio.sleep(0.05)
    return made["id"]


async def register(home: HomeAssistant, entity: str, options: dict) -> dict:
    """Gives the entity's registry entry these options, by their domain; those that it had."""
    known = (await home.ask("config/entity_registry/get", entity_id=entity))["options"] if options else {}
    for domain, of_domain in options.items():
        await home.ask(
            "config/entity_registry/update", entity_id=entity, options_domain=domain, options=of_domain
        )
    return {domain: known.get(domain) for domain in options}


async def table(home: HomeAssistant, plan: dict) -> dict:
    """Brings one entity into its first state and makes all its calls."""
    entity = plan["entity"]
    made = await create(home, plan)
    touched = {name: home.states[name] for name in [entity, *plan.get("touches", [])]}
    filled = {name: await contents(home, name) for name in touched}
    registered = await register(home, entity, plan.get("registered", {}))
    try:
        for service, data in plan.get("prepare", []):
            answer = await home.call(entity, service, data)
            if not answer["success"]:
                raise RuntimeError(f"preparing {entity}: {answer['error']}")
            await home.settled(entity)
        initial = await home.settled(entity)
        rows = [await record(home, entity, step) for step in plan["calls"]]
    finally:
        await register(home, entity, registered)
        if made is None:
            for name, state in touched.items():
                await home.settled(name)
                for service, data in restoring_calls(name, state):
                    await home.call(name, service, data)
                await take_out(home, name, filled[name])
        else:
            domain = entity.split(".")[0]
            await home.ask(f"{domain}/delete", **{f"{domain}_id": made})
    return {"entity": entity, "config": plan["config"], "initial": initial, "calls": rows}


async def record_script(home: HomeAssistant, step: dict) -> dict:
    """Makes one call of the domain `script` and notes what came of it for all that scripts touch."""
    more = {key: step[key] for key in ("target",) if key in step}
    asked = {"return_response": True} if step.get("response") else {}
    answer = await home.raw(
        "call_service", domain="script", service=step["service"], service_data=step["data"], **more, **asked
    )
    row = {key: value for key, value in step.items() if key != "response"} | asked
    if answer["success"]:
        if asked:
            row["response"] = answer["result"]["response"]
    else:
        row["error"] = {key: answer["error"][key] for key in ("code", "message")}
    async with asyncio.timeout(LONGEST_SECONDS):
        while True:
            before = [home.states[name] for name in scripts.TOUCHED]
            await asyncio.sleep(QUIET_SECONDS["light"])
            runs = any(home.states[name]["state"] == "on" for name in scripts.TOUCHED if name.startswith("script."))
            still = all(home.states[name] is state for name, state in zip(scripts.TOUCHED, before))
            if still and runs == step.get("still_running", False):
                break
    row["after"] = {name: of_script(home.states[name]) for name in scripts.TOUCHED}
    return row


def of_script(state: dict) -> dict:
    """Without the moment it last ran, which is another in each replay."""
    attributes = {key: value for key, value in state["attributes"].items() if key != "last_triggered"}
    return {"state": state["state"], "attributes": attributes}


async def script_table(home: HomeAssistant) -> dict:
    """Makes the calls of scripts.py; a row tells only of what is no longer as the row before left it."""
    touched = {name: home.states[name] for name in scripts.TOUCHED}
    try:
        for entity, service, data in scripts.PREPARE:
            await home.call(entity, service, data)
            await home.settled(entity)
        initial = {name: of_script(home.states[name]) for name in scripts.TOUCHED}
        rows = [await record_script(home, step) for step in scripts.CALLS]
    finally:
        for name, state in touched.items():
            for service, data in restoring_calls(name, state):
                await home.call(name, service, data)
    known = dict(initial)
    for row in rows:
        row["changed"] = {name: state for name, state in row.pop("after").items() if state != known[name]}
        known |= row["changed"]
    return {"prepare": scripts.PREPARE, "initial": initial, "calls": rows}


def written_script(version: str, table: dict) -> str:
    """As `written`, for the one table that is about a whole home."""

    def lines(rows: list) -> str:
        return ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)

    initial = ",\n".join(f"    {json.dumps(name)}: {json.dumps(state)}" for name, state in table["initial"].items())
    return (
        f'{{\n  "home_assistant": {json.dumps(version)},\n  "prepare": [\n{lines(table["prepare"])}\n  ],\n'
        f'  "initial": {{\n{initial}\n  }},\n  "calls": [\n{lines(table["calls"])}\n  ]\n}}\n'
    )


def written(version: str, tables: list[dict]) -> str:
    """JSON with one call a line, so that a difference is read at a glance."""

    def line(value) -> str:
        return json.dumps(value, ensure_ascii=False)

    parts = []
    for entry in tables:
        rows = ",\n".join(f"        {line(row)}" for row in entry["calls"])
        calls = f"[\n{rows}\n      ]" if rows else "[]"
        parts.append(
            f'    {{\n      "entity": {line(entry["entity"])},\n      "config": {line(entry["config"])},\n'
            f'      "initial": {line(entry["initial"])},\n      "calls": {calls}\n    }}'
        )
    entities = ",\n".join(parts)
    return f'{{\n  "home_assistant": {line(version)},\n  "entities": [\n{entities}\n  ]\n}}\n'


async def main() -> None:
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    url, token, wanted = sys.argv[1], pathlib.Path(sys.argv[2]).read_text().strip(), sys.argv[3:]
    async with aiohttp.ClientSession() as http:
        home = await HomeAssistant.connect(http, url, token)
        notices = {n["notification_id"] for n in await home.ask("persistent_notification/get")}
        for domain, plans in ENTITIES.items():
            if wanted and domain not in wanted:
                continue
            tables = [await table(home, plan) for plan in plans]
            (HERE / f"{domain}.json").write_text(written(home.version, tables), encoding="utf-8")
            print(domain, sum(len(t["calls"]) for t in tables), "calls on", len(tables), "entities")
        if not wanted or "script" in wanted:
            taken = await script_table(home)
            (HERE / "script.json").write_text(written_script(home.version, taken), encoding="utf-8")
            print("script", len(taken["calls"]), "calls")
        # The demo's button leaves a notification.
        for notice in await home.ask("persistent_notification/get"):
            if notice["notification_id"] not in notices and notice["title"] == "Button":
                data = {"notification_id": notice["notification_id"]}
                await home.ask("call_service", domain="persistent_notification", service="dismiss", service_data=data)
        home.reader.cancel()


if __name__ == "__main__":
    asyncio.run(main())
