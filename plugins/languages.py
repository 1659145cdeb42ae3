"""A home page for each language that is not the blog's own: ``en/`` lists every post in English.

Originals and translations alike, newest first, paginated, with the interface in that language. Sets
``context["language_homes"]``: ``{lang: url}`` of those that exist.
"""

from pelican import signals

from .series import all_posts


def find_languages(generator):
    """List the languages that have posts."""
    found = {post.lang for post in all_posts(generator)} - {generator.settings["DEFAULT_LANG"]}
    generator.context["language_homes"] = {lang: f"{lang}/" for lang in sorted(found)}


def write_language_homes(generator, writer):
    """Write ``LANG/index.html`` and the pages after it."""
    template = generator.get_template("language")
    for lang, url in generator.context["language_homes"].items():
        posts = [post for post in reversed(all_posts(generator)) if post.lang == lang]
        writer.write_file(
            f"{url}index.html", template, generator.context, template_name="language",
            articles=posts, dates=posts, paginated={"articles": posts, "dates": posts},
            page_lang=lang, page_name=lang, url=url,
        )  # fmt: skip


def register():
    signals.article_generator_finalized.connect(find_languages)
    signals.article_writer_finalized.connect(write_language_homes)
