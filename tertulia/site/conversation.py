"""The conversation around each post, from its snapshot (``tertulia/content/snapshot.py``). A post gets

``syndication``     where it lives on networks, which the theme links as ``u-syndication``
``said``            what people said, oldest first
``comments``        the newest of it, replies nested (``nest``)
``talk_parts``      what is older, in parts with pages of their own (``tertulia/site/talk_parts.py``)
``talk_places``     by key, the page of each comment that is not on the post's own
``talk_folder``     where those pages and the feeds of the talk are
``comment_count``   how many said something
``counts``          how many liked, shared or bookmarked it: ``{"like": 7}``
``open``            whether it takes comments: there is a service, and the post is public

The sample has a talk to show too. It lies in ``content/conversation``, is read where a post has no snapshot of its own,
goes with the sample (``commands/start.py``), and never comes near the store.

Settings:
    CONVERSATION_PATH    where the snapshots are. No folder, no conversation. Default ``var/conversation``.
    PATH                 ``content/``
    CONVERSATION_DEPTH   how many levels of reply to nest. Default 3.
    COMMENTS_PER_PAGE    how many comments an older part of a long talk has; 0 for one page with all. Default 100.
    SERVICE_ADDRESS      where the service answers: "https://talk.example", "/" for the site's own host, "" for none.
"""

import heapq
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tertulia.content import snapshot
from tertulia.content.folder import is_sample
from tertulia.content.snapshot import Comment, Conversation
from tertulia.core.addresses import encoded
from tertulia.core.sanitise import plain
from tertulia.core.setting_kinds import parse_service
from tertulia.core.text import shorten
from tertulia.site import talk_parts
from tertulia.site.contents import Content
from tertulia.site.talk_parts import Nest

SAMPLE_TALK = "conversation"  # in content/
LATEST = 3  # on the home page
LATEST_CHARS = 140


def service_of(settings: Mapping[str, Any]) -> str:
    """
    Where the service is, as pages lead to it: read as the service reads it, so that none leads elsewhere.

    Raises:
        SettingError: ``SERVICE_ADDRESS`` is no address.
    """
    written = str(settings.get("SERVICE_ADDRESS") or "").strip()
    parse_service(written, settings["SITE_ADDRESS"])
    return encoded(written)


def add_conversation(
    posts: Iterable[Content],
    settings: Mapping[str, Any],
    nest: Nest,
    *,
    takes_comments: bool = True,
    in_parts: bool = True,
) -> dict[str, Path]:
    """
    Give every one of *posts* its conversation.

    Args:
        takes_comments: Whether they take comments where there is a service; pages show what was said, and no form.
        in_parts: Whether the theme can draw the older parts of a long talk; if not, each page shows all of it.

    Returns:
        The pictures of those who spoke: name in the output → file, which need not exist.
    """
    own, content = Path(settings.get("CONVERSATION_PATH") or snapshot.FOLDER), Path(settings["PATH"])
    sample = content / SAMPLE_TALK if is_sample(content) else own
    has_any = own.is_dir() or sample.is_dir()
    avatars: dict[str, Path] = {}
    for post in posts:
        folder = own if has_any and snapshot.file_for(own, post.id, post.lang).exists() else sample
        found = snapshot.read(folder, post.id, post.lang) if has_any else Conversation(id=post.id, lang=post.lang)
        post.syndication, post.counts = found.syndication, found.counts
        talk = talk_parts.cut(found, post.url, nest, settings.get("COMMENTS_PER_PAGE", 0) if in_parts else 0)
        post.said, post.comments, post.talk_parts = found.comments, talk.latest, talk.parts
        post.talk_places, post.talk_folder = talk.places, talk_parts.folder(post.url)
        post.comment_count = len(found.comments)
        post.open = takes_comments and bool(settings.get("SERVICE_ADDRESS")) and not post.mark
        avatars |= {one.avatar: folder / "avatars" / Path(one.avatar).name for one in found.comments if one.avatar}
    return avatars


def latest(posts: Iterable[Content]) -> dict[str, list[tuple[Content, Comment, str]]]:
    """By language, what was said last under *posts*, newest first: the post, the comment, how it begins."""
    found: dict[str, list[Content]] = {}
    for post in posts:
        found.setdefault(post.lang, []).append(post)
    return {lang: latest_under(of_lang) for lang, of_lang in found.items()}


def latest_under(posts: Iterable[Content]) -> list[tuple[Content, Comment, str]]:
    """Return what was said last under *posts* of one language, newest first."""
    found = ((post, said) for post in posts for said in post.said if not said.is_owner)
    newest = heapq.nlargest(LATEST, found, key=lambda one: (one[1].date, one[1].id, one[0].id))
    return [(post, said, shorten(plain(said.html), LATEST_CHARS)) for post, said in newest]


def publish_avatars(avatars: Mapping[str, Path], output: Path) -> None:
    """Put the pictures that are shown beside the pages."""
    target = output / "avatars"
    for name, file in avatars.items():
        if file.is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / Path(name).name)


def pattern(lang: str, nest: Nest) -> SimpleNamespace:
    """Return a post with a talk to show, for the page that shows every element once."""
    date, url = datetime(2026, 11, 21, 18, tzinfo=UTC), "https://example.com/"
    said = [
        Comment(
            id="p1", author="Ana Ruiz", html="<p>Un comentario con <em>énfasis</em>.</p>", date=date, author_url=url
        ),
        Comment(
            id="p2", parent="p1", author="Remedios", html="<p>La respuesta.</p>", is_owner=True, likes=2, date=date,
            author_url=url,
        ),
        Comment(
            id="p3", parent="p2", author="Luis", html="<blockquote><p>Así.</p></blockquote><p>Ya.</p>", kind="quote",
            network="mastodon", handle="@luis@example.com", url="https://example.com/1", edited=date, moderated=True,
            date=date, author_url=url,
        ),
    ]  # fmt: skip
    return SimpleNamespace(
        id="patrones", lang=lang, url="", open=True, comment_count=0,
        question="¿Cuál es la mejor respuesta que te ha dado una empresa?", counts={"like": 7, "repost": 1},
        syndication=[snapshot.Syndicated("mastodon", "https://example.com/2")], comments=nest(said, {}),
    )  # fmt: skip
