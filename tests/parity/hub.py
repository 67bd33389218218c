"""What is asked of a Home Assistant beside MCP: its websocket, and what only REST has."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from types import TracebackType

from websockets.sync.client import ClientConnection, connect

#: Seconds that an answer may take.
PATIENCE = 60


class Hub:
    """`with Hub(url, token) as hub: hub.ask("get_states")`"""

    def __init__(self, url: str, token: str) -> None:
        self.url, self._token = url.rstrip("/"), token
        self._last = 0
        self._socket: ClientConnection

    def __enter__(self) -> "Hub":
        self._socket = connect(f"{self.url.replace('http', 'ws', 1)}/api/websocket", max_size=None)
        self._socket.recv(PATIENCE)
        self._socket.send(json.dumps({"type": "auth", "access_token": self._token}))
        answer = json.loads(self._socket.recv(PATIENCE))
        if answer["type"] != "auth_ok":
            raise SystemExit(f"{self.url} does not take the token: {answer.get('message')}")
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._socket.close()

    def ask(self, command: str, **fields: object) -> object:
        """The answer to a command; a refusal ends the program."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "type": command, **fields}))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE))
            if answer.get("id") == self._last and answer["type"] == "result":
                if not answer["success"]:
                    raise SystemExit(f"{command} {fields}: {answer['error']['message']}")
                return answer["result"]

    def act(self, action: str, data: dict | None = None, answers: bool = False, **target: object) -> object:
        """Calls an action, and gives what it answers if it does."""
        domain, _, service = action.partition(".")
        more = {"return_response": True} if answers else {}
        result = self.ask(
            "call_service", domain=domain, service=service, service_data=data or {}, target=target, **more
        )
        return result.get("response")

    def get(self, path: str, **query: str) -> object:
        """What a path of the REST interface shows."""
        request = urllib.request.Request(
            f"{self.url}{path}?{urllib.parse.urlencode(query)}", headers={"Authorization": f"Bearer {self._token}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)
