"""Photographs of pages by a real browser, and those of the sample that the README shows."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tertulia.commands import build, check
from tertulia.core.errors import TertuliaError
from tertulia.core.files import write_whole
from tertulia.core.languages import say

WIDTH_PX, HEIGHT_PX = 1280, 860
# What the README shows of the sample: each picture, and the page whose top it is, or the part of it.
OF_SAMPLE = {
    "docs/screenshot.png": "",
    "docs/screenshot-talk.png": "2026/11/quien-contesta-a-las-once-de-la-noche/#conversation",
}


class Shot(NamedTuple):
    """One photograph to be taken."""

    address: str  # of the page; with a fragment, that part of it is on top
    file: Path
    width_px: int = WIDTH_PX
    height_px: int = HEIGHT_PX
    scheme: str = "light"


def camera(root: Path) -> check.Tools:
    """
    Return the tools to take photographs with, installed.

    Raises:
        TertuliaError: there is no browser.
    """
    tools = check.Tools(root / "var" / "check" / "tools")
    if not tools.chromium:
        raise TertuliaError(say("check_no_chromium"))
    tools.packages()
    return tools


def take(shots: Iterable[Shot], tools: check.Tools, folder: Path) -> None:
    """
    Take each of the *shots*; *folder* is a passing one.

    Raises:
        TertuliaError: the browser did not.
    """
    told = [
        {"address": shot.address, "file": str(shot.file), "width": shot.width_px, "height": shot.height_px,
         "scheme": shot.scheme}
        for shot in shots
    ]  # fmt: skip
    job = folder / "shots.json"
    job.write_text(json.dumps({"chromium": tools.chromium, "shots": told}), "utf-8")
    command = [tools.node(), str(tools.folder / "shots.mjs"), str(job)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = next((line for line in done.stderr.splitlines() if line.startswith("Error: ")), done.stderr[:200])
        raise TertuliaError(say("check_browser_failed", why=why))


def of_sample(root: Path) -> None:
    """
    Take those of the README anew.

    Raises:
        TertuliaError: there is no browser, or the sample cannot be built.
    """
    tools = camera(root)
    with build.workshop(root, ".output-") as folder:
        report = build.run(root, folder / "site", "publishconf.py")
        if report.failure:
            raise TertuliaError(report.failure)
        with check.served(folder / "site", "") as origin:
            shots = [Shot(f"{origin}/{page}", folder / Path(file).name) for file, page in OF_SAMPLE.items()]
            take(shots, tools, folder)
        for file, shot in zip(OF_SAMPLE, shots, strict=True):
            write_whole(root / file, shot.file.read_bytes())
