"""What every test may ask for: a small real site, built once, and ways to build another."""

import gc
import logging
import sys
from pathlib import Path

import pytest

from tertulia.core import languages
from tertulia.store import connection
from tests import fast
from tests.stores import BY_MIGRATIONS, AtOnce, either_store, postgres_url, store, store_url  # noqa: F401 (fixtures)

ROOT = Path(__file__).resolve().parent.parent
NOW = "2026-11-22T12:00:00+01:00"
# What a blogger changes: tests must not depend on it.
BLOG = {
    "SITENAME": "La sobremesa",
    "TAGLINE": {"es": "Clientes y redes", "en": "Customers and networks"},
    "SITE_ADDRESS": "https://tertulia.example",
    "SITEURL": "",
    "AUTHOR": "Remedios Alcaide",
    "DEFAULT_LANG": "es",
    "LANGUAGES": ("es", "en"),
    "TIMEZONE": "Europe/Madrid",
    "DEFAULT_CATEGORY": "Opinión",
    "MENTION_NETWORK": "",
    "MENU": None,
    "SERVICE_ADDRESS": "",
    "NEWSLETTER": False,
}


def pytest_addoption(parser):
    """Give pytest the options of ``tests/fast.py``."""
    parser.addoption("--fast", action="store_true", help="what tells most in a minute: no browser, no whole blog")
    parser.addoption("--measure", action="store_true", help="write down what each test costs, for --fast to choose by")


def pytest_configure(config):
    """Let a fast run start nothing heavy, and let whoever measures do so."""
    if config.getoption("--fast"):
        sys.addaudithook(fast.refuse_heavy)
    if config.getoption("--measure"):
        config.pluginmanager.register(fast.Meter())


def pytest_collection_modifyitems(config, items):
    """Leave out what a fast run does without."""
    if config.getoption("--fast"):
        everything, items[:] = list(items), fast.chosen(items, fast.known_costs())
        kept = set(items)
        config.hook.pytest_deselected(items=[item for item in everything if item not in kept])


def pytest_collection():
    """Look for no garbage while the tests are found: there is none."""
    gc.disable()


def pytest_collection_finish():
    """Leave what was found out of every later search: a million things that stay to the end."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _new_stores_at_once():
    """The migrations make the first new store of a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "upgrade", AtOnce())
        yield


@pytest.fixture
def by_migrations(monkeypatch):
    """Each new store as in a blog: by the migrations."""
    monkeypatch.setattr(connection, "upgrade", BY_MIGRATIONS)


@pytest.fixture(autouse=True)
def _no_network(socket_disabled):
    """No test reaches the network; one that needs a local server asks for ``socket_enabled``."""


@pytest.fixture(autouse=True)
def _nobody_spoke():
    """Each test begins in the language of a process that has just begun, whichever ran before it."""
    languages.use(languages.Languages())


def build_site(content: Path, output: Path, **settings) -> list[logging.LogRecord]:
    """
    Build *content* into *output* with the blog's own settings, and *settings* over them.

    Returns:
        What was logged, hints included.
    """
    from pelican import Pelican
    from pelican.log import LimitFilter
    from pelican.settings import read_settings

    LimitFilter._raised_messages.clear()  # Pelican tells each thing once a process; here each build is a new one

    override = {
        "PATH": str(content),
        "OUTPUT_PATH": str(output),
        "IMAGE_CACHE_PATH": str(output.parent / "image-cache"),
        "CONVERSATION_PATH": str(output.parent / "conversation"),
        "NOW": NOW,
        **BLOG,
        **settings,
    }
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        Pelican(read_settings(str(ROOT / "pelicanconf.py"), override=override)).run()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        forget_posts()
    return records


def forget_posts() -> None:
    """Let go of the posts of builds that are done: Pelican keeps whatever it has cut a summary of."""
    from pelican.contents import Content

    vars(Content)["get_summary"].cache.clear()


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The small blog of ``tests/site``, built as it would be published: the folder that readers get."""
    output = tmp_path_factory.mktemp("site") / "output"
    build_site(ROOT / "tests" / "site" / "content", output, SEARCH=False)
    return output


@pytest.fixture
def build():
    """``build(content, output, **settings)``: build another site; gives back what was logged."""
    return build_site
