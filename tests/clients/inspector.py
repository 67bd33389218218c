"""The command line of the MCP Inspector: one connection for each question, and a strict look at the tools."""

from __future__ import annotations

import asyncio
import json
import os
import re
import urllib.request

from checks import Checks, entity, state, surroundings
from installed import inspector

AROUND = surroundings()


async def ask(method: str, *options: str, strict: bool = False) -> tuple[dict, int, str]:
    """What it prints, its status, and what it says on standard error."""
    command = [
        *inspector(), "--cli", "--server-url", AROUND.url, "--transport", AROUND.transport, "--protocol-era", AROUND.mode,
        "--header", f"Authorization: {AROUND.headers['Authorization']}", "--stored-auth-only", "--format", "json",
        "--method", method, *options, *(["--strict"] if strict else []),
    ]
    home = os.environ["MCP_REMOTE_CONFIG_DIR"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"HOME": home, "MCP_CATALOG_PATH": f"{home}/catalog.json"},
    )
    out, complaints = await process.communicate()
    said = json.loads(out) if out.strip() else {}
    return said.get("result", said), process.returncode, complaints.decode()


async def call(tool: str, arguments: dict) -> tuple[str, bool]:
    """Calls a tool."""
    result, status, complaints = await ask("tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))
    assert "content" in result, (status, result, complaints)
    return "".join(part["text"] for part in result["content"]), bool(result.get("isError"))


async def live(**filters: object) -> str:
    text, failed = await call("homeassistant__GetLiveContext", filters)
    return text if failed else json.loads(text)["result"]


async def main() -> None:
    checks = Checks(f"Inspector 2.12, {AROUND.transport}, {AROUND.mode}")
    house = AROUND.house
    async with checks.check("lists tools, and finds nothing wrong with them", shows="lists"):
        result, status, complaints = await ask("tools/list", strict=True)
        assert status == 0, (status, result, complaints)
        names = {tool["name"] for tool in result["tools"]}
        assert {"intent__HassTurnOn", "light__HassLightSet", house["slow"]["tool"]} <= names, names
    async with checks.check("connects", shows="connects"):
        checks.shown["connects"] = False
        with urllib.request.urlopen(f"{AROUND.control}/seen", timeout=5) as answer:
            seen = json.load(answer)
        version = "2026-07-28" if seen["envelopes"] > seen["discovers"] else "2025-11-25"
        assert version == AROUND.version or not AROUND.version, version
        checks.shown["connects"] = version
    async with checks.check("lists and gets the prompt", shows="lists"):
        result, status, complaints = await ask("prompts/list")
        assert [prompt["name"] for prompt in result["prompts"]] == [house["prompt"]], (status, result, complaints)
        result, status, complaints = await ask("prompts/get", "--prompt-name", house["prompt"])
        assert house["light"]["name"] in result["messages"][0]["content"]["text"], (status, complaints)
    async with checks.check("lists and reads the resource", shows="lists"):
        result, status, complaints = await ask("resources/list")
        uri = "homeassistant://assist/context-snapshot"
        assert uri in [one["uri"] for one in result["resources"]], (status, result, complaints)
        result, status, complaints = await ask("resources/read", "--uri", uri)
        text = result["contents"][0]["text"]
        assert entity(json.loads(text)["result"] if text.startswith("{") else text, house["light"]["name"]), complaints
    async with checks.check("controls by name and reads it back", shows="controls"):
        name = house["light"]["name"]
        text, failed = await call("intent__HassTurnOn", {"name": name})
        assert not failed, text
        assert state(await live(name=name), name) == "on"
    async with checks.check("controls by area and reads it back", shows="controls"):
        area = house["area"]
        text, failed = await call("light__HassLightSet", {"area": area["name"], "brightness": 40})
        assert not failed, text
        assert re.search(r"brightness_pct: ['\"]?40['\"]?", entity(await live(area=area["name"]), area["light"]))
    async with checks.check("controls by floor and reads it back", shows="controls"):
        floor = house["floor"]
        text, failed = await call("intent__HassTurnOff", {"floor": floor["name"], "domain": ["light"]})
        assert not failed, text
        assert state(await live(name=floor["light"]), floor["light"]) == "off"
    async with checks.check("hears of a refused action", shows="refusals"):
        text, failed = await call(*house["refused"][0])
        assert failed and text, text
    checks.end()


asyncio.run(main())
