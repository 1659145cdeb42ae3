"""The conversation around each post and page, from its snapshot: see ``tertulia/site/conversation.py``."""

from functools import partial

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, PagesGenerator

from tertulia.conversation.thread import DEPTH, nest
from tertulia.site import conversation
from tertulia.site.build import SiteBuild
from tertulia.site.contents import everything, listed


def add_conversation(generator: ArticlesGenerator | PagesGenerator) -> None:
    """Give every article or page its conversation, and the page that shows every element once a talk to show."""
    settings, takes = generator.settings, isinstance(generator, ArticlesGenerator)
    build, nested = SiteBuild.of(settings), partial(nest, depth=settings.get("CONVERSATION_DEPTH", DEPTH))
    kinds = {"takes_comments": takes, "in_parts": build.theme.has("talk")}
    build.avatars |= conversation.add_conversation(everything([generator]), settings, nested, **kinds)
    if takes:
        generator.context["latest_said"] = conversation.latest(listed(generator))
    if takes and "patterns" in settings["DIRECT_TEMPLATES"]:
        generator.context["pattern"] = conversation.pattern(settings["DEFAULT_LANG"], nested)


def publish_avatars(pelican: Pelican) -> None:
    """Put the pictures of those who spoke beside the pages."""
    build = SiteBuild.of(pelican.settings)
    conversation.publish_avatars(build.avatars, build.output)


def register() -> None:
    signals.article_generator_finalized.connect(add_conversation)
    signals.page_generator_finalized.connect(add_conversation)
    signals.finalized.connect(publish_avatars)
