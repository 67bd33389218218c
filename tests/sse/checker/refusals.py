"""What must be refused, and that a refusal hurts nothing else."""

from __future__ import annotations

from urllib.parse import urlsplit

from . import MUST, SHOULD, Missed, NotTried, check, expect
from .session import Server, shown

SSE = "MCP 2024-11-05, transports, HTTP with SSE"
HTTP = "RFC 9110"
CLIENTS = "clients in use"
EVIL = "http://evil.example"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
NOT_JSON = (b"", b"{", b"not JSON", b"\xff\xfe", b'{"jsonrpc":"2.0","id":1,"method":"ping"')
NO_MESSAGE = (b"1", b'"ping"', b"null", b"{}", b'{"jsonrpc":"1.0","id":1,"method":"ping"}', b'{"jsonrpc":"2.0","id":1}')


async def _refused(server: Server, bodies: tuple[bytes, ...]) -> str:
    taken = []
    async with server.session() as session:
        await session.initialize()
        for body in bodies:
            response = await session.post(body)
            if not 400 <= response.status < 500:
                taken.append(f"{body.decode(errors='replace')!r}: {shown(response)}")
    expect(not taken, "; ".join(taken))
    return f"{len(bodies)} bodies"


@check("not-json", SHOULD, "a body that is not JSON is a 4xx", CLIENTS)
async def not_json(server: Server) -> str:
    return await _refused(server, NOT_JSON)


@check("no-message", SHOULD, "JSON that is no JSON-RPC message is a 4xx", CLIENTS)
async def no_message(server: Server) -> str:
    return await _refused(server, NO_MESSAGE)


@check("goes-on-after-refusals", MUST, "after such bodies the session goes on", SSE)
async def goes_on_after_refusals(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        for body in NOT_JSON + NO_MESSAGE:
            await session.post(body)
            await session.ask("ping")
        return f"after each of {len(NOT_JSON + NO_MESSAGE)}"


@check("other-methods", SHOULD, "POST, PUT and DELETE on the path of the stream are a 405 or a 404", CLIENTS)
async def other_methods(server: Server) -> str:
    seen = {}
    for method in ("POST", "PUT", "DELETE"):
        seen[method] = (await server.request(method, server.url, PING if method != "DELETE" else b"")).status
    # `mcp-remote` posts first and falls back to this transport on these two alone.
    expect(set(seen.values()) <= {404, 405}, seen)
    return ", ".join(f"{method} {status}" for method, status in seen.items())


@check("allow", MUST, "a 405 says in Allow what is allowed", f"{HTTP}, 15.5.6")
async def allow(server: Server) -> str:
    response = await server.request("POST", server.url, PING)
    if response.status != 405:
        raise NotTried(f"it is a {response.status}")
    allowed = response.headers.get("allow", "nothing")
    expect("GET" in allowed, allowed)
    return allowed


@check("messages-by-get", SHOULD, "GET where messages are posted to is a 404 or a 405", SSE)
async def messages_by_get(server: Server) -> str:
    async with server.session() as session:
        response = await server.request("GET", await session.messages_url())
        expect(response.status in (404, 405), response.status)
        return str(response.status)


@check("without-token-stream", SHOULD, "GET without the token is a 401", HTTP)
async def without_token_stream(server: Server) -> str:
    if not server.token:
        raise NotTried("no token was given")
    for authorization in (None, "Bearer wrong"):
        response = await server.request("GET", server.url, headers={"Authorization": authorization})
        expect(response.status == 401, response.status)
    return "401"


@check("without-token-post", SHOULD, "a post without the token is a 401, and does nothing", HTTP)
async def without_token_post(server: Server) -> str:
    if not server.token:
        raise NotTried("no token was given")
    async with server.session() as session:
        await session.initialize()
        response = await session.post({**PING, "id": "stranger"}, {"Authorization": None})
        expect(response.status == 401, shown(response))
        await session.ask("ping")
        expect(not session.answers("stranger"), "it was answered on the stream")
        return "401"


@check("challenge", MUST, "a 401 has a WWW-Authenticate", f"{HTTP}, 15.5.2")
async def challenge(server: Server) -> str:
    if not server.token:
        raise NotTried("no token was given")
    response = await server.request("GET", server.url, headers={"Authorization": None})
    if response.status != 401:
        raise NotTried(f"it is a {response.status}")
    said = response.headers.get("www-authenticate")
    expect(said, "none")
    return said


@check("well-known", SHOULD, "unused well-known paths are a 404 or JSON, never a 401 or a page", CLIENTS)
async def well_known(server: Server) -> str:
    seen = {}
    for name in ("oauth-protected-resource", "oauth-authorization-server"):
        response = await server.request("GET", f"{server.origin}/.well-known/{name}", headers={"Authorization": None})
        kind = response.headers.get("content-type", "")
        seen[name] = response.status
        if response.status != 404 and not (response.status == 200 and kind.startswith("application/json")):
            raise Missed(f"{name}: {response.status} {kind}")
    return ", ".join(f"{name} {status}" for name, status in seen.items())


@check("origin-evil-stream", MUST, "GET from a web page of somewhere else is refused", SSE)
async def origin_evil_stream(server: Server) -> str:
    response = await server.request("GET", server.url, headers={"Origin": EVIL})
    expect(400 <= response.status < 500, response.status)
    return str(response.status)


@check("origin-evil-post", MUST, "a post from a web page of somewhere else is refused", SSE)
async def origin_evil_post(server: Server) -> str:
    async with server.session() as session:
        response = await session.post(PING, {"Origin": EVIL})
        expect(400 <= response.status < 500, shown(response))
        return shown(response)


@check("origin-own", SHOULD, "the server's own origin is admitted", CLIENTS)
async def origin_own(server: Server) -> str:
    async with server.session({"Origin": server.origin}) as session:
        response = await session.post(PING, {"Origin": server.origin})
        expect(200 <= response.status < 300, shown(response))
        await session.answer(1)
        return server.origin


@check("host-evil", SHOULD, "a request that names another host is refused: that stops DNS rebinding", CLIENTS)
async def host_evil(server: Server) -> str:
    host = urlsplit(EVIL).netloc
    response = await server.request("GET", server.url, headers={"Host": host})
    expect(400 <= response.status < 500, response.status)
    return str(response.status)


@check("preflight", SHOULD, "OPTIONS from the own origin needs no token, and allows the headers of MCP", CLIENTS)
async def preflight(server: Server) -> str:
    asks = {
        "Authorization": None,
        "Origin": server.origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,mcp-protocol-version",
    }
    response = await server.request("OPTIONS", server.url, headers=asks)
    expect(200 <= response.status < 300, shown(response))
    allowed = response.headers.get("access-control-allow-headers", "nothing").lower()
    expect(allowed == "*" or "mcp-protocol-version" in allowed, allowed)
    return allowed
