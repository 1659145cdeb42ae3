"""The conversation around each post, from its snapshot: see ``tertulia/site/conversation.py``."""

from functools import partial

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, PagesGenerator

from tertulia.conversation.thread import DEPTH, nest
from tertulia.site import conversation
from tertulia.site.build import SiteBuild
from tertulia.site.contents import everything, posts


def add_conversation(generator: ArticlesGenerator) -> None:
    """Give every article its conversation, and the page that shows every element once a talk to show."""
    settings = generator.settings
    nested = partial(nest, depth=settings.get("CONVERSATION_DEPTH", DEPTH))
    SiteBuild.of(settings).avatars |= conversation.add_conversation(posts(generator), settings, nested)
    if "patterns" in settings["DIRECT_TEMPLATES"]:
        generator.context["pattern"] = conversation.pattern(settings["DEFAULT_LANG"], nested)


def add_talk_of_pages(generator: PagesGenerator) -> None:
    """Give every page what was said about it."""
    nested = partial(nest, depth=generator.settings.get("CONVERSATION_DEPTH", DEPTH))
    avatars = conversation.add_conversation(everything([generator]), generator.settings, nested, open_to_all=False)
    SiteBuild.of(generator.settings).avatars |= avatars


def publish_avatars(pelican: Pelican) -> None:
    """Put the pictures of those who spoke beside the pages."""
    build = SiteBuild.of(pelican.settings)
    conversation.publish_avatars(build.avatars, build.output)


def register() -> None:
    signals.article_generator_finalized.connect(add_conversation)
    signals.page_generator_finalized.connect(add_talk_of_pages)
    signals.finalized.connect(publish_avatars)
