"""A small server of the Python SDK over HTTP+SSE, to run the checker against: `python python_server.py PORT`.

It is written for both majors of the SDK, which name the same thing differently.
"""

from __future__ import annotations

import asyncio
import sys

try:
    from mcp.server.fastmcp import FastMCP as Framework
except ImportError:
    from mcp.server.mcpserver import MCPServer as Framework

server = Framework("python-sdk")


@server.tool()
async def slow(seconds: float) -> str:
    """Waits."""
    await asyncio.sleep(seconds)
    return f"waited {seconds} s"


@server.prompt()
def greeting() -> str:
    """A prompt, so that there is one."""
    return "Hello"


@server.resource("note://one")
def note() -> str:
    """A resource, so that there is one."""
    return "one"


def main() -> None:
    port = int(sys.argv[1])
    if hasattr(server, "settings") and hasattr(server.settings, "port"):
        server.settings.port = port
        server.run("sse")
    else:
        server.run("sse", port=port)


main()
