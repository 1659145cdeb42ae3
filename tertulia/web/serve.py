"""Starting the service: by itself behind waitress, or inside the preview on the preview's own address.

What listens is ``server``.
"""

import contextlib
import logging
import signal
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from tertulia.app import Blog
from tertulia.core import running
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.core.secret import HideSecrets
from tertulia.core.setting_kinds import MOUNTS
from tertulia.core.visible import OneLine
from tertulia.web import server, webmention
from tertulia.web.app import create


def run(root: Path, host: str, port: int) -> None:
    """
    Serve the blog in the folder *root* until Ctrl-C or SIGTERM.

    Args:
        port: 0 takes one that is free; which one is printed.

    Raises:
        SettingError: the port cannot be had.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that some wait a moment is no news
    for rule in (HideSecrets(), OneLine()):
        logging.getLogger().handlers[0].addFilter(rule)
    with Blog(root) as blog:
        _serve(blog, host, port)


def _serve(blog: Blog, host: str, port: int) -> None:
    app = create(blog)
    begin(blog)
    try:
        servers, answer = server.listen(app, host, port)
    except OSError as error:
        raise SettingError(say("port_refused", host=host, port=port, reason=error)) from error
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = int(servers[0].effective_port)  # the one that was free, where any was asked for
    print(say("service_at", address=f"http://{host}:{port}"), flush=True)
    with contextlib.suppress(KeyboardInterrupt), running.tell(blog.root, host, port) or contextlib.nullcontext():
        answer()
    blog.background.stop()


def mounts(root: Path, site: Any, address: str) -> tuple[dict[str, WSGIApplication], str]:
    """
    Open the service as part of a preview.

    Args:
        site: The preview's; its ``folder`` is whichever was built last.
        address: Where the preview answers.

    Returns:
        The beginning of a path → what answers there; and a line with a link into the moderation.
    """
    from tertulia.web.sign_in import link

    blog = Blog(root, output=lambda: site.folder or root / "output", preview_address=address)
    app = create(blog)
    begin(blog)
    return dict.fromkeys(MOUNTS, app), say("moderate_at", link=link(blog))


def begin(blog: Blog) -> None:
    """Do what a crash may have left undone, forget what has had its time, and start the threads."""
    blog.background.sweep()
    blog.moderator.show_all()
    webmention.begin(blog)
    blog.background.start()
