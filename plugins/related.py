"""Posts that talk about the same things, at the end of each post.

Leaves them on ``article.related``, closest first, always in the post's own language.

Settings:
    RELATED_POSTS   how many at most; 0 for none. Default 3.
"""

from pelican import signals

from tertulia.site.related import Text, related


def add_related_posts(generator):
    """Give every post its ``related``."""
    count = generator.settings.get("RELATED_POSTS", 3)
    if not count:
        return
    posts = {f"{post.id} {post.lang}": post for post in [*generator.articles, *generator.translations]}
    texts = [
        Text(key, post.lang, post.title, tags=tuple(tag.name for tag in post.tags), stems=post.stems)
        for key, post in posts.items()
    ]
    for key, found in related(texts, count).items():
        posts[key].related = [posts[other] for other in found]


def register():
    signals.article_generator_finalized.connect(add_related_posts)
