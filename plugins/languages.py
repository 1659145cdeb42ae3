"""A home page for each language that is not the blog's own: ``en/`` lists every post in English.

Originals and translations alike, newest first, paginated, with the interface in that language. Sets
``context["language_homes"]``: ``{lang: url}`` of those that exist.
"""

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from tertulia.site.build import SiteBuild
from tertulia.site.contents import by_date, listed
from tertulia.site.series import language_homes


def find_languages(generator: ArticlesGenerator) -> None:
    """List the languages that have posts."""
    generator.context["language_homes"] = language_homes(listed(generator), generator.settings["DEFAULT_LANG"])


def write_language_homes(generator: ArticlesGenerator, writer: Writer) -> None:
    """Write ``LANG/index.html`` and the pages after it."""
    if not SiteBuild.of(generator.settings).theme.has("language"):
        return
    template = generator.get_template("language")
    for lang, url in generator.context["language_homes"].items():
        posts = [post for post in reversed(by_date(generator)) if post.lang == lang]
        writer.write_file(
            f"{url}index.html", template, generator.context, template_name="language",
            articles=posts, dates=posts, paginated={"articles": posts, "dates": posts},
            page_lang=lang, page_name=lang, url=url,
        )  # fmt: skip


def register() -> None:
    signals.article_generator_finalized.connect(find_languages)
    signals.article_writer_finalized.connect(write_language_homes)
