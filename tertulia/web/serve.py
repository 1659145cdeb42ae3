"""Starting the service: by itself behind waitress, or inside the preview on the preview's own address.

What listens is ``server``.
"""

import contextlib
import logging
import signal
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from tertulia.conversation.blog import Blog
from tertulia.core import languages, settings
from tertulia.core.addresses import same_address, split_address
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.store import Store, open_store
from tertulia.web import server, webmention
from tertulia.web.app import MOUNTS, create
from tertulia.web.context import Desk

LOCAL = "http://127.0.0.1:8001"


def desk(
    root: Path,
    conf: Mapping[str, Any],
    *,
    output: Callable[[], Path] | None = None,
    at: str = "",
    store: Store | None = None,
) -> Desk:
    """
    The service of the blog in the folder *root*.

    Args:
        conf: The plain values of pelicanconf.py.
        output: Where the built site is, if not in ``output``.
        at: The address under which both site and service are seen, in a preview.
        store: The blog's store, where it is open already.
    """
    found = settings.load(root)
    site = str(conf.get("SITE_ADDRESS", "")).rstrip("/")
    here = split_address(site).origin
    told = str(conf.get("SERVICE_ADDRESS") or "").rstrip("/")
    same_origin = bool(at) or not told or same_address(told, here)
    title = conf.get("SITENAME", "")
    lang = str(conf.get("DEFAULT_LANG") or languages.DEFAULT)
    blog = Blog(
        root=root,
        site=site,
        title=str(languages.local(title, lang, lang)),
        lang=lang,
        langs=tuple(conf.get("LANGUAGES") or ()),
        service=at or told or (here if conf.get("SERVICE_ADDRESS") == "/" else LOCAL),
        output=output or (lambda: root / "output"),
        author=str(conf.get("AUTHOR", "")),
    )
    store = store or open_store(found.tertulia_store.reveal(), root)
    snapshots = root / "var" / "conversation"
    made = Desk.at(root, blog, store, found, lambda: datetime.now(UTC), snapshots=snapshots, same_origin=same_origin)
    return made


def run(root: Path, conf: Mapping[str, Any], host: str, port: int) -> None:
    """
    Answer until Ctrl-C or SIGTERM.

    Raises:
        SettingError: the port cannot be had.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that some wait a moment is no news
    logging.getLogger().handlers[0].addFilter(settings.HideSecrets())
    at_work = desk(root, conf)
    begin(at_work)
    try:
        _servers, answer = server.listen(create(at_work), host, port)
    except OSError as error:
        raise SettingError(say("port_refused", host=host, port=port, reason=error.strerror or error)) from error
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(say("service_at", address=f"http://{host}:{port}"), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        answer()
    if at_work.behind:
        at_work.behind.stop()
    at_work.store.close()


def mounts(root: Path, conf: Mapping[str, Any], site: Any, at: str) -> dict[str, WSGIApplication]:
    """The service as parts of a preview: *site* shows whichever folder was built last, *at* is its address."""
    from tertulia.web.moderation import login_link

    at_work = desk(root, conf, output=lambda: site.folder or root / "output", at=at)
    begin(at_work)
    print(say("moderate_at", link=login_link(at_work)), flush=True)
    app = create(at_work)
    return dict.fromkeys(MOUNTS, app)


def begin(at_work: Desk) -> None:
    """What a crash may have left undone, and what has had its time."""
    at_work.moderator.sweep()
    at_work.moderator.show_all()
    webmention.begin(at_work)
    if at_work.behind:
        at_work.behind.start()
