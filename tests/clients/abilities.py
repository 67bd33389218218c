"""What not every client can: progress, cancelling, hearing of changes, answering questions, resuming, coming back."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from checks import Checks, Surroundings, Unprepared, state
from conversation import Conversation

#: What a form of the server is filled in with, and what the client's model says.
FILLED_IN = {"username": "ada", "email": "ada@example.org"}
SAMPLED = "a model of few words"
#: Begins a conversation at a URL.
Opened = Callable[[str], AbstractAsyncContextManager[Conversation]]


class Abilities(Conversation):
    """A conversation that also tries them."""

    def listening(self) -> AbstractAsyncContextManager[asyncio.Event]:
        """While it is open, the event is set when the client hears that the list of tools changed."""
        raise NotImplementedError

    async def try_all(self, checks: Checks, around: Surroundings, opened: Opened) -> None:
        """The cuts come last: some clients do not survive them. `opened` begins a conversation with another server."""
        await self._progress(checks, around.house)
        await self._cancels(checks, around.house)
        if os.environ.get("HEARTH_PROGRAM"):
            await self._hears_of_changes(checks, around.house)
        if around.asking:
            await self._answers(checks, opened(around.asking))
        if around.control:
            await self._resumes(checks, around)
            await self._comes_back(checks, around)

    async def _mark(self, house: dict) -> float:
        """What the slow script has left in the entity that shows it: the seconds that it waited."""
        mark = house["slow"]["mark"]
        return float(re.search(r"\d+(\.\d+)?", state(await self.live(name=mark), mark))[0])

    async def _slow(self, house: dict, seconds: float, progress=None) -> str:
        slow = house["slow"]
        text, failed = await self.call(slow["tool"], {slow["argument"]: seconds}, progress)
        assert not failed, text
        return text

    @asynccontextmanager
    async def _begun(self, checks: Checks, house: dict, seconds: float):
        """A call of the slow script that the server has begun, or that this client cannot know of."""
        begun = asyncio.Event()

        async def told(*_: object) -> None:
            begun.set()

        call = asyncio.create_task(self._slow(house, seconds, told))
        try:
            if "progress" not in checks.lacking:
                try:
                    await asyncio.wait_for(begun.wait(), checks.patience("progress"))
                except asyncio.TimeoutError:
                    raise Unprepared("nothing tells that the call has begun") from None
            else:
                # Another request of the same client that is answered: the one before it has been taken as well.
                await self.live(name=house["slow"]["mark"])
            yield call
        finally:
            call.cancel()

    async def _progress(self, checks: Checks, house: dict) -> None:
        async with checks.attempt("progress", "hears how far a call has come"):
            told: list[float] = []

            async def tell(done: float, *_: object) -> None:
                told.append(done)

            await self._slow(house, 0.3, tell)
            assert told and told == sorted(set(told)), told

    async def _cancels(self, checks: Checks, house: dict) -> None:
        async with checks.attempt("cancels", "stops a call by giving it up"):
            await self._slow(house, 0)
            async with self._begun(checks, house, 1) as call:
                call.cancel()
                await asyncio.wait([call])
                # What begins now ends after the cancelled one would have; until then that must leave no mark.
                later = asyncio.create_task(self._slow(house, 2))
                seen = set()
                while not later.done():
                    seen.add(await self._mark(house))
                    await asyncio.wait([later], timeout=0.05)
                await later
                assert seen <= {0.0, 2.0}, f"the script went on: {seen}"

    async def _hears_of_changes(self, checks: Checks, house: dict) -> None:
        async with checks.attempt("changes", "hears that the list of tools changed"):
            tool = house["slow"]["tool"]
            try:
                async with self.listening() as heard:
                    await asyncio.to_thread(set_read_only, True)
                    await asyncio.wait_for(heard.wait(), checks.patience("changes"))
                    assert tool not in await self.tools()
            finally:
                await asyncio.to_thread(set_read_only, False)
                async with asyncio.timeout(15):
                    while tool not in await self.tools():
                        await asyncio.sleep(0.02)

    async def _answers(self, checks: Checks, opened: AbstractAsyncContextManager[Conversation]) -> None:
        async with checks.attempt("answers", "answers what the server asks in the middle of a call"):
            async with asyncio.timeout(checks.patience("answers")), opened as said:
                text, failed = await said.call("test_elicitation", {"message": "Who are you?"})
                assert not failed and all(value in text for value in FILLED_IN.values()), text
                text, failed = await said.call("test_sampling", {"prompt": "What do you say?"})
                assert not failed and SAMPLED in text, text

    async def _resumes(self, checks: Checks, around: Surroundings) -> None:
        async with checks.attempt("resumes", "gets the answer to a call whose connection was cut"):
            async with self._begun(checks, around.house, 1) as call:
                before = await asyncio.to_thread(proxy, around.control, "cut")
                text = await asyncio.wait_for(call, checks.patience("resumes"))
                assert json.loads(text)["result"]["waited"] == 1, text
                after = await asyncio.to_thread(proxy, around.control, "seen")
                assert after["resumes"] > before["resumes"], "it did not say where it had stopped reading"

    async def _comes_back(self, checks: Checks, around: Surroundings) -> None:
        async with checks.attempt("comes back", "goes on after its connections were cut"):
            await asyncio.to_thread(proxy, around.control, "cut")
            async with asyncio.timeout(checks.patience("comes back")):
                while True:
                    try:
                        assert "intent__HassTurnOn" in await self.tools()
                        return
                    except AssertionError:
                        raise
                    # A client may first have to find out that its connections are gone.
                    except Exception:  # noqa: BLE001
                        await asyncio.sleep(0.05)


def set_read_only(read_only: bool) -> None:
    """Changes the config entry of the host that runs: its tools that act go, or come back."""
    program = os.environ["HEARTH_PROGRAM"]
    entry = json.loads(subprocess.run([program, "entry", "list", "--json"], check=True, stdout=subprocess.PIPE).stdout)
    command = [program, "entry", "set", entry[0]["id"], "--read-only", str(read_only).lower()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def proxy(control: str, command: str) -> dict[str, int]:
    """Cuts every connection to the server, or only asks what has been seen until now."""
    with urllib.request.urlopen(f"{control}/{command}", timeout=5) as answer:
        return json.load(answer)
