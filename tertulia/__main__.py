"""The command ``tertulia``: whether there is anything to build is asked before anything else is imported.

That question is most of what ``build`` is asked by those who work on a blog, and by machines that build by the clock.
All else is ``tertulia/cli.py``.
"""

import atexit
import gc
import os
import sys
import time

from tertulia.site import up_to_date

CONF = b"tertulia.defaults"  # in the settings of every blog: ``tertulia/core/conf.py``


def main(folder: str = "") -> None:
    """
    Do what the command line asks for, and end the process as it ended.

    Args:
        folder: The blog's; "" looks for it where we stand, and upwards.
    """
    atexit.register(gc.freeze)  # what is left then goes with the process, and is not looked through
    if sys.argv[1:] in (["build"], ["build", "--strict"]) and nothing_to_build(folder, strict="--strict" in sys.argv):
        return
    from tertulia.cli import main as do

    do(folder)


def nothing_to_build(folder: str, *, strict: bool) -> bool:
    """
    Whether the output is what a build would make, and is as good as asked for; then that has been said.

    After an edit of a text it is made so, where that needs no build.
    """
    began = time.monotonic()
    root = folder or _blog()
    if not root:
        return False
    gc.disable()  # it lasts a moment, and a tenth of it would go to looking for what can be let go of
    try:
        told = _told(root, strict=strict)
    finally:
        gc.enable()
    if told is None or (strict and not told.clean):
        return False
    try:
        up_to_date.tell(told, time.monotonic() - began)
    except (OSError, ValueError):  # a terminal that has gone, or cannot write it
        return False
    return True


def _told(root: str, *, strict: bool) -> up_to_date.Told | None:
    look = up_to_date.look_at(os.path.join(root, *up_to_date.PLACE), os.path.join(root, "output"))
    if not look.is_edit:
        return look.told
    from tertulia.commands import edited

    return edited.show(look, strict=strict)[0]


def _blog() -> str:
    """Return the blog that we stand in, or ""."""
    try:
        place = os.getcwd()
    except OSError:
        return ""
    while True:
        try:
            with open(os.path.join(place, "pelicanconf.py"), "rb") as file:
                if CONF in file.read():
                    return place
        except OSError:
            pass
        if place == os.path.dirname(place):
            return ""
        place = os.path.dirname(place)


if __name__ == "__main__":
    main()
