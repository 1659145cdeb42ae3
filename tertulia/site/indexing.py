"""Pagefind on one part of an index after another, so that it holds the words of one part at a time.

    python indexing.py BINARY PAGES TARGET [PART…]

A program of its own that imports nothing of ours: Ctrl-C ends it as it ends who waits for it, and Pagefind with it. It
prints of each part that failed why, as JSON, and ends with 1 where there is one.
"""

import json
import os
import signal
import subprocess
import sys

WHOLE = "all"  # the folder of the pages of the part that is called ""


def main(binary: str, pages: str, target: str, *parts: str) -> None:
    """Index the folders of *pages* that are called as *parts* are, each into the folder of that name in *target*."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which ends Pagefind too
    failed = {}
    for part in parts:
        command = [binary, "--site", os.path.join(pages, part or WHOLE), "--output-path", os.path.join(target, part)]
        try:
            done = subprocess.run(
                [*command, "--quiet"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            )  # fmt: skip
        except OSError as error:
            failed[part] = str(error)
            continue
        if done.returncode:
            failed[part] = (done.stdout.strip().splitlines() or [str(done.returncode)])[-1]
    print(json.dumps(failed))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main(*sys.argv[1:])
