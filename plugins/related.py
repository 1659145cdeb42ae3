"""Posts that talk about the same things, at the end of each post.

Leaves them on ``article.related``, closest first, always in the post's own language.

Settings:
    RELATED_POSTS   how many at most; 0 for none. Default 3.
"""

from pelican import signals

from tertulia.related import Text, related


def add_related_posts(generator):
    """Give every post its ``related``."""
    count = generator.settings.get("RELATED_POSTS", 3)
    if not count:
        return
    posts = {f"{post.id} {post.lang}": post for post in [*generator.articles, *generator.translations]}
    # The raw HTML: Pelican resolves links when .content is first asked for, and not all pages are known yet.
    texts = [
        Text(key, post.lang, post.title, post._content, tuple(tag.name for tag in post.tags))
        for key, post in posts.items()
    ]
    for key, found in related(texts, count).items():
        posts[key].related = [posts[other] for other in found]


def register():
    signals.article_generator_finalized.connect(add_related_posts)
