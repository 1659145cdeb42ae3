"""The blog in each language that is not its own: ``en/`` and every list below it. See ``tertulia/site/editions.py``.

Sets ``context["language_homes"]``: ``{lang: url}`` of those that exist.
"""

from functools import partial

from pelican import generators, signals, utils
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from tertulia.site import editions
from tertulia.site.build import SiteBuild
from tertulia.site.contents import by_date, posts


def find_languages(generator: ArticlesGenerator) -> None:
    """See which languages have posts, and which lists each of them has."""
    build = SiteBuild.of(generator.settings)
    if build.theme.is_ours:
        build.editions = editions.make_editions(by_date(generator), generator.settings)
        editions.lead_tags_home(posts(generator), build.editions, generator.settings["SITEURL"])
        for name in ("tags", "categories", "authors"):
            generator.context[name] = build.editions.with_own_posts(generator.context[name])
    generator.context["language_homes"] = {lang: f"{lang}/" for lang in build.editions.others}


def write_languages(generator: ArticlesGenerator, writer: Writer) -> None:
    """Write every list of every edition."""
    for edition in SiteBuild.of(generator.settings).editions.others.values():
        for page in edition.pages():
            template = generator.get_template(page.template)
            writer.write_file(page.save_as, template, generator.context, **edition.values(page))


def register() -> None:
    signals.article_generator_finalized.connect(find_languages)
    signals.article_writer_finalized.connect(write_languages)
    generators.process_translations = partial(editions.by_groups, utils.process_translations)
