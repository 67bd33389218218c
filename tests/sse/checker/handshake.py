"""The handshake, and the probe with which newer clients find out whether there is one."""

from __future__ import annotations

import json
import re

from . import MUST, SHOULD, Missed, NotTried, check, expect
from .session import AT_ONCE, ENVELOPE, VERSIONS, Server

LIFECYCLE = "MCP 2025-11-25, lifecycle"
CLIENTS = "clients in use"


@check("initialize", MUST, "the result has protocolVersion, capabilities, serverInfo with name and version", LIFECYCLE)
async def initialize(server: Server) -> str:
    async with server.session() as session:
        result = await session.initialize()
        information = result.get("serverInfo", {})
        expect(isinstance(result.get("protocolVersion"), str), json.dumps(result)[:200])
        expect(isinstance(result.get("capabilities"), dict), json.dumps(result)[:200])
        expect(isinstance(information.get("name"), str), information)
        expect(isinstance(information.get("version"), str), information)
        return f"{information['name']} {information['version']}".strip()


def _of(version: str):
    @check(f"initialize-{version}", SHOULD, f"a client that offers {version} is answered with it", LIFECYCLE)
    async def negotiates(server: Server) -> str:
        async with server.session() as session:
            answered = (await session.initialize(version))["protocolVersion"]
            expect(answered == version, answered)
            return answered


for _version in VERSIONS:
    _of(_version)


@check("initialize-unknown", MUST, "an unknown version is answered with one that the server supports", LIFECYCLE)
async def initialize_unknown(server: Server) -> str:
    async with server.session() as session:
        answered = (await session.initialize("1999-01-01"))["protocolVersion"]
        expect(re.fullmatch(r"20\d\d-\d\d-\d\d", answered), answered)
    async with server.session() as session:
        again = (await session.initialize(answered))["protocolVersion"]
        expect(again == answered, f"{answered}, but who offers that is answered with {again}")
        return answered


@check("initialize-unknown-newest", SHOULD, "that is the newest of those it supports", LIFECYCLE)
async def initialize_unknown_newest(server: Server) -> str:
    async with server.session() as session:
        answered = (await session.initialize("1999-01-01"))["protocolVersion"]
    for version in reversed(VERSIONS):
        async with server.session() as session:
            if (await session.initialize(version))["protocolVersion"] == version:
                expect(answered >= version, f"{answered}, though it supports {version}")
                return answered
    raise Missed(f"{answered}, and none of {', '.join(VERSIONS)}")


@check("quiet-before-initialized", MUST, "before `initialized` the server asks for nothing but ping", LIFECYCLE)
async def quiet_before_initialized(server: Server) -> str:
    async with server.session() as session:
        information = {"name": "sse-check", "version": "1"}
        capabilities = {"roots": {"listChanged": True}, "sampling": {}, "elicitation": {}}
        await session.ask(
            "initialize", {"protocolVersion": VERSIONS[-1], "capabilities": capabilities, "clientInfo": information}
        )
        await session.ask("ping")
        asked = [one["method"] for one in session.messages() if "method" in one and "id" in one]
        expect(set(asked) <= {"ping"}, ", ".join(asked))
        return "nothing else"


@check("declared-is-served", MUST, "what the capabilities declare is listed, and each list is a list", LIFECYCLE)
async def declared_is_served(server: Server) -> str:
    async with server.session() as session:
        declared = (await session.initialize())["capabilities"]
        counts = []
        for kind in ("tools", "prompts", "resources"):
            if kind in declared:
                answer = await session.ask(f"{kind}/list")
                listed = answer.get("result", {}).get(kind)
                expect(isinstance(listed, list), f"{kind}/list: {json.dumps(answer)[:200]}")
                counts.append(f"{len(listed)} {kind}")
        if not counts:
            raise NotTried("neither tools nor prompts nor resources are declared")
        return ", ".join(counts)


@check("served-without-initialize", SHOULD, "a new stream is served: clients that come back do not initialize", CLIENTS)
async def served_without_initialize(server: Server) -> str:
    async with server.session() as session:
        declared = (await session.initialize())["capabilities"]
    kind = next((one for one in ("tools", "prompts", "resources") if one in declared), None)
    if kind is None:
        raise NotTried("there is nothing to list")
    async with server.session() as session:
        answer = await session.ask(f"{kind}/list")
        expect("result" in answer, json.dumps(answer.get("error"))[:200])
        return f"{kind}/list is answered"


@check("probe-at-once", SHOULD, "server/discover is answered within 2 s, with its own id", CLIENTS)
async def probe_at_once(server: Server) -> str:
    async with server.session() as session:
        answer = await session.answer(await session.begin("server/discover", {"_meta": ENVELOPE}, "probe"), AT_ONCE)
        if "error" in answer:
            expect(isinstance(answer["error"].get("code"), int), json.dumps(answer)[:200])
            return f"error {answer['error']['code']}"
        versions = answer["result"].get("supportedVersions")
        expect(isinstance(versions, list) and versions, json.dumps(answer)[:200])
        return f"supports {', '.join(versions)}"


@check("probe-leads-on", SHOULD, "then it serves what the answer promised: the handshake, if it was an error", CLIENTS)
async def probe_leads_on(server: Server) -> str:
    async with server.session() as session:
        answer = await session.ask("server/discover", {"_meta": ENVELOPE})
        if "error" in answer:
            return f"then initialize with {(await session.initialize())['protocolVersion']}"
        declared = answer["result"].get("capabilities", {})
        kind = next((one for one in ("tools", "prompts", "resources") if one in declared), None)
        if kind is None:
            raise NotTried("there is nothing to list")
        listed = await session.ask(f"{kind}/list", {"_meta": ENVELOPE})
        result = listed.get("result", {})
        expect(isinstance(result.get(kind), list), f"{kind}/list: {json.dumps(listed)[:200]}")
        expect(result.get("resultType") == "complete", f"resultType {result.get('resultType')!r}")
        return f"then {kind}/list without a handshake"
