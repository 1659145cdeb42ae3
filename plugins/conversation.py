"""The conversation around each post, from its snapshot.

Reads the small JSON that the store leaves for each post (``tertulia/content/snapshot.py``) and gives the article

``syndication``     where it lives on networks, which the theme links as ``u-syndication``
``comments``        what people said, oldest first, replies nested (``tertulia/conversation/thread.py``)
``comment_count``   how many said something
``counts``          how many liked, shared or bookmarked it: ``{"like": 7}``
``open``            whether it takes comments: there is a service, and the post is public

Pictures of those who spoke, where there are any, are copied from beside the snapshots to ``avatars/``.

Settings:
    CONVERSATION_PATH    where the snapshots are. No folder, no conversation. Default ``var/conversation``.
    CONVERSATION_DEPTH   how many levels of reply to nest. Default 3.
    SERVICE_ADDRESS      where the service answers: "https://talk.example", "/" for the site's own host, "" for none.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from pelican import signals

from tertulia.content import snapshot
from tertulia.conversation.thread import DEPTH, nest

_pictures: dict[str, Path] = {}


def add_conversation(generator):
    """Give every article its conversation."""
    settings = generator.settings
    folder = Path(settings.get("CONVERSATION_PATH") or snapshot.FOLDER)
    depth = settings.get("CONVERSATION_DEPTH", DEPTH)
    generator.context.setdefault("SERVICE_ADDRESS", "")
    _pictures.clear()
    for article in [*generator.articles, *generator.translations, *generator.hidden_articles]:
        found = snapshot.read(folder, article.id, article.lang)
        article.syndication = list(found.syndication)
        article.comments = nest(found.comments, depth)
        article.said = found.comments
        article.comment_count = len(found.comments)
        article.counts = found.counts
        article.open = bool(settings.get("SERVICE_ADDRESS")) and not article.mark and article.indexable
        for one in found.comments:
            if one.avatar:
                _pictures[one.avatar] = folder / "avatars" / Path(one.avatar).name


def show_patterns(generator):
    """Give the page that shows every element once a talk to show."""
    if "patterns" not in generator.settings["DIRECT_TEMPLATES"]:
        return
    named = {"date": datetime(2026, 11, 21, 18, tzinfo=UTC), "author_url": "https://example.com/"}
    ana = snapshot.Comment(id="p1", author="Ana Ruiz", html="<p>Un comentario con <em>énfasis</em>.</p>", **named)
    owner = snapshot.Comment(
        id="p2", parent="p1", author="Remedios", html="<p>La respuesta.</p>", is_owner=True, likes=2, **named
    )
    luis = snapshot.Comment(
        id="p3", parent="p2", author="Luis", html="<blockquote><p>Así.</p></blockquote><p>Ya.</p>", kind="quote",
        network="mastodon", handle="@luis@example.com", url="https://example.com/1", edited=named["date"],
        moderated=True, **named,
    )  # fmt: skip
    generator.context["pattern"] = SimpleNamespace(
        id="patrones", lang=generator.settings["DEFAULT_LANG"], url="", open=True, comment_count=0,
        question="¿Cuál es la mejor respuesta que te ha dado una empresa?", counts={"like": 7, "repost": 1},
        syndication=[snapshot.Syndicated("mastodon", "https://example.com/2")],
        comments=nest([ana, owner, luis], generator.settings.get("CONVERSATION_DEPTH", DEPTH)),
    )  # fmt: skip


def copy_pictures(pelican):
    """Put the pictures that are shown beside the pages."""
    target = Path(pelican.settings["OUTPUT_PATH"], "avatars")
    for name, file in _pictures.items():
        if file.is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / Path(name).name)


def register():
    signals.article_generator_finalized.connect(add_conversation)
    signals.article_generator_finalized.connect(show_patterns)
    signals.finalized.connect(copy_pictures)
