"""The tasks of this clone: ``python3 tasks.py TASK``; alone, it lists them. The command line is ``tertulia/cli.py``.

Any Python 3 can read this file as far as the first check, and says so when it is too old. From there the clone's
own ``.venv`` is made or found (``tertulia/commands/environment.py``), and the rest runs inside it.
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
OLDEST = (3, 11)


def too_old(version: "tuple[object, ...]", conf: str) -> str:
    """One line for a Python that cannot run us, in the blog's language. Nothing newer than Python 3.0 in here."""
    here, needed = (".".join(map(str, numbers[:2])) for numbers in (version, OLDEST))
    if re.search(r"^DEFAULT_LANG = [\"']en", conf, re.MULTILINE):
        line = "Tertulia needs Python {} or later; this one is {}. Install a newer one and run it by its name: {}"
    else:
        line = "Tertulia necesita Python {} o posterior; este es {}. Instala uno más nuevo y llámalo por su nombre: {}"
    return line.format(needed, here, "python" + needed + " tasks.py")


if sys.version_info < OLDEST:
    with open(os.path.join(ROOT, "pelicanconf.py"), "rb") as file:
        sys.exit(too_old(sys.version_info, file.read().decode("utf-8", "replace")))

if __name__ == "__main__":
    sys.path.insert(0, ROOT)  # by hand, because PYTHONSAFEPATH would leave it out
    from tertulia.__main__ import main, nothing_to_build

    if sys.argv[1:] != ["build"] or not nothing_to_build(ROOT, strict=False):  # says so at once
        from tertulia.commands import environment

        environment.enter(ROOT, sys.argv)  # usually does not return: goes on in .venv's Python
        main(ROOT)
