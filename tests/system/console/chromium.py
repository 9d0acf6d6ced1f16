"""Drive headless Chromium over its DevTools protocol, with real keys, and keep all that it complains about."""

import asyncio
import base64
import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: tests/peers/chromium/install.sh"
)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--window-size=1280,800",
)
LIMIT_S = 40
_CODES = {
    "Enter": 13,
    "Escape": 27,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowUp": 38,
    "ArrowDown": 40,
    "Tab": 9,
}


class Tab:
    """One page, in a profile of its own: another person's browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self.problems: list[str] = []
        """Errors and warnings of the console, exceptions, violations of the policy, failed requests."""
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            found = json.loads(message.data)
            if "id" in found:
                answer = self._answers.pop(found["id"])
                if not answer.done():
                    answer.set_result(found)
            else:
                self._note(found["method"], found["params"])

    def _note(self, method: str, params: Any) -> None:
        if method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(params["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.problems.append(json.dumps(params["args"])[:500])
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"{params['entry']['source']}: {params['entry']['text']}")

    async def _ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        return await asyncio.wait_for(answer, LIMIT_S)

    async def call(self, method: str, **params: Any) -> Any:
        """Call a method of the protocol."""
        found = await self._ask(method, **params)
        assert "error" not in found, found
        return found["result"]

    async def begin(self) -> None:
        """Listen to all that can go wrong."""
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")

    async def go(self, url: str) -> None:
        """Load a page."""
        await self.call("Page.navigate", url=url)

    async def value(self, script: str) -> Any:
        """Return what an expression is."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until an expression is true."""
        deadline = asyncio.get_running_loop().time() + LIMIT_S
        while not await self._is_true(script):
            if asyncio.get_running_loop().time() > deadline:
                text = await self.value("document.body.innerText")
                raise AssertionError(f"{script}: not within {LIMIT_S} s; {self.problems}; the page says:\n{text}")
            await asyncio.sleep(0.05)

    async def _is_true(self, script: str) -> bool:
        # while a page is loaded, what it will have is not there yet, and what was there may be gone
        found = await self._ask("Runtime.evaluate", expression=f"Boolean({script})", returnByValue=True)
        return found.get("result", {}).get("result", {}).get("value") is True

    async def until_text(self, selector: str, text: str) -> None:
        """Wait until an element holds a text."""
        await self.until(f"document.querySelector({json.dumps(selector)}).innerText.includes({json.dumps(text)})")

    async def press(self, *keys: str) -> None:
        """Press keys, as a keyboard does."""
        for key in keys:
            code = _CODES.get(key, 0)
            text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
            more = {"windowsVirtualKeyCode": code, "code": key} if code else {}
            await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **more)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **more)

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.call("Input.insertText", text=text)

    async def fill(self, name: str, text: str) -> None:
        """Type into the field of a name, in the dialog that is open."""
        field = f"document.querySelector('dialog input[name=\"{name}\"]')"
        await self.until(field)
        await self.value(f"{field}.focus(), {field}.select()")
        await self.type(text)

    async def close_dialog(self) -> None:
        """Close the dialog by its key."""
        await self.press("Escape")
        await self.until("!document.querySelector('dialog')")

    async def screenshot(self, path: Path) -> None:
        """Write what is seen as a PNG."""
        found = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(found["data"]))


class Browser:
    """A process of Chromium."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._http = aiohttp.ClientSession()
        self._process: subprocess.Popen[bytes] | None = None
        self._main: Tab | None = None
        self._address = ""

    async def start(self) -> None:
        """Start it, and wait for its address."""
        command = [CHROMIUM or "", *OPTIONS, f"--user-data-dir={self._profile}"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = self._profile / "DevToolsActivePort"
        async with asyncio.timeout(LIMIT_S):
            while not (port_file.is_file() and len(port_file.read_text().split()) == 2):
                await asyncio.sleep(0.05)
        port, path = port_file.read_text().split()
        self._address = f"ws://127.0.0.1:{port}"
        self._main = await self._tab(path)

    async def _tab(self, path: str) -> Tab:
        return Tab(await self._http.ws_connect(self._address + path, max_msg_size=0))

    async def open(self) -> Tab:
        """Open a tab that shares nothing with others."""
        assert self._main is not None
        context = (await self._main.call("Target.createBrowserContext"))["browserContextId"]
        target = await self._main.call("Target.createTarget", url="about:blank", browserContextId=context)
        tab = await self._tab(f"/devtools/page/{target['targetId']}")
        await tab.begin()
        return tab

    async def close(self) -> None:
        """End it."""
        await self._http.close()
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
