"""A real Chromium, driven over its DevTools pipe: no driver to install, scripts on or off.

https://chromedevtools.github.io/devtools-protocol/; ``--remote-debugging-pipe`` reads file descriptor 3 and writes 4.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
)


# The browser reads file 3 and writes file 4; a shell can only move those below 10.
_LAUNCH = """
import fcntl, os, sys
source, sink = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(source, 3)
os.dup2(sink, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Page:
    """One page of the browser."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = to_browser, from_browser
        self._left = b""
        self._number = 0
        self._events: list[dict[str, Any]] = []
        self.complaints: list[str] = []  # what the console says in red: the policy, other hosts, what is not there
        self.session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call("Log.enable")

    def scripts(self, on: bool) -> None:
        """Switch JavaScript of the pages on or off."""
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def open(self, url: str) -> None:
        """Go to *url* and wait until it is there."""
        self._events.clear()
        self.call("Page.navigate", url=url)
        self.loaded()

    def loaded(self, seconds: float = PATIENCE) -> None:
        """Wait until the page that is coming is there."""
        self.event("Page.loadEventFired", seconds)

    def click(self, selector: str, *, leaves: bool = True) -> None:
        """Click as a person does; with *leaves*, wait for the page to which it leads."""
        self._events.clear()
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        if leaves:
            self.loaded()

    def fill(self, selector: str, text: str) -> None:
        """Write into a field."""
        self.run(
            f"(e => {{ e.value = {json.dumps(text)}; e.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
            f"(document.querySelector({json.dumps(selector)}))"
        )

    def run(self, script: str) -> Any:
        """The value of an expression, evaluated in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def until(self, script: str, seconds: float = PATIENCE) -> Any:
        """Wait until an expression is true; its value."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                if found := self.run(script):
                    return found
            except AssertionError:
                pass  # between two pages
            time.sleep(0.05)
        raise AssertionError(f"never came true: {script}; the page says: {self.text()[:500]}")

    def text(self) -> str:
        """What a person reads."""
        return str(self.run("document.body.innerText"))

    def size(self, width: int, height: int) -> None:
        """Make the window that large."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> None:
        """Leave a picture of the whole page at *path*."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(answer["data"]))

    def call(self, method: str, **params: Any) -> Any:
        """One command, and its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read(30)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self._events.append(answer)

    def event(self, name: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait for an event; those already seen since the last action count."""
        ends = time.monotonic() + seconds
        while True:
            for event in self._events:
                if event.get("method") == name:
                    self._events.remove(event)
                    return event
            self._events.append(self._read(max(0.1, ends - time.monotonic())))

    def _read(self, seconds: float) -> dict[str, Any]:
        ends = time.monotonic() + seconds
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._in], [], [], max(0.0, ends - time.monotonic()))
            if not ready:
                raise AssertionError("the browser says nothing")
            read = os.read(self._in, 1 << 20)
            if not read:
                raise AssertionError("the browser is gone")
            self._left += read
        message, _, self._left = self._left.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        if found.get("method") == "Log.entryAdded" and found["params"]["entry"]["level"] == "error":
            self.complaints.append(found["params"]["entry"]["text"])
        return found


@contextmanager
def browser(*flags: str):
    """A page of a browser of our own, started with *flags* besides ours, gone at the end."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    profile = tempfile.mkdtemp(prefix="tertulia-browser-")

    process = subprocess.Popen(
        [
            *(sys.executable, "-c", _LAUNCH, str(to_read), str(from_write)),
            *(CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}"),
        ],
        pass_fds=(to_read, from_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(from_write)
    try:
        yield Page(to_write, from_read)
    finally:
        process.kill()
        process.wait()
        os.close(to_write)
        os.close(from_read)
        shutil.rmtree(profile, ignore_errors=True)
