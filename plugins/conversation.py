"""The conversation around each post, from its snapshot.

Reads the small JSON that the store leaves for each post (``tertulia/snapshot.py``) and gives the article its
``syndication``: where it lives on networks, which the theme links as ``u-syndication``.

Settings:
    CONVERSATION_PATH   where the snapshots are. No folder, no conversation. Default ``var/conversation``.
"""

from pathlib import Path

from pelican import signals

from tertulia import snapshot


def add_conversation(generator):
    """Give every article its ``syndication``."""
    folder = Path(generator.settings.get("CONVERSATION_PATH") or snapshot.FOLDER)
    for article in [*generator.articles, *generator.translations, *generator.hidden_articles]:
        article.syndication = list(snapshot.read(folder, article.id, article.lang).syndication)


def register():
    signals.article_generator_finalized.connect(add_conversation)
