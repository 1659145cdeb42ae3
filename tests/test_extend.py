"""A network of one's own is one file and one line, or an installed package; a broken one is told and left out."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tertulia.content.header import split
from tertulia.content.metadata import interpret
from tertulia.content.people import People
from tertulia.core import settings
from tertulia.core.errors import SettingError
from tertulia.core.fetch import Fetcher
from tertulia.deploy.base import DeployContext
from tertulia.deploy.targets import target_for
from tertulia.embeds import providers
from tertulia.embeds.capture import capture
from tertulia.syndication.networks import network_classes
from tertulia.syndication.networks.listening import listener_classes
from tests.embedding import FakeWeb, drawn, png, post
from tests.fakes import NOW

ROOT = Path(__file__).parent.parent

PIXELFED = '''"""Pixelfed, which speaks Mastodon's API."""

from tertulia.syndication.networks.mastodon import Mastodon


class Pixelfed(Mastodon):
    """A Pixelfed account."""

    name = "pixelfed"
    about = "Pixelfed: Settings → Applications → Create new token."
    colour = "#ff5c34"
'''
LINE = '    "pixelfed": NetworkName("Pixelfed", profile="https://{host}/{name}"),\n'

# Run beside a copy of the package that has the file and the line; prints nothing but "good".
PROOF = """
import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
from msgspec.structs import replace

import tertulia
assert str(Path(tertulia.__file__).parent.parent) == sys.argv[1], tertulia.__file__

from tertulia.commands import status
from tertulia.content.header import split
from tertulia.content.metadata import interpret
from tertulia.content.people import People
from tertulia.syndication.declared import env_example
from tertulia.syndication.networks.listening import listeners
from tertulia.syndication.preview_page import as_page
from tertulia.syndication.drafts import draft
from tests.fakes import FakeMastodon
from tests.house import POST, House

class FakePixelfed(FakeMastodon):
    name = "pixelfed"
    def environ(self):
        return {name.replace("MASTODON", "PIXELFED"): value for name, value in super().environ().items()}

folder = Path(sys.argv[2])
house = House(folder, FakePixelfed)
(listener,) = listeners(house.network.context)
assert ("pixelfed", "Pixelfed") == (listener.name, listener.label)

(outcome,) = house.announce(replace(POST, said={"pixelfed": "Mira: {link}", "mastodon": "no"}))
assert ("delivered", "pixelfed") == (outcome.state, outcome.delivery.network), outcome
assert POST.url in house.fake.public[0]["text"]

assert "# Pixelfed: Settings → Applications → Create new token.\\n#PIXELFED_URL=" in env_example()
assert "#PIXELFED_TOKEN=" in env_example()
assert "#ff5c34" in as_page([draft(POST, house.network)], "Blog")

meta = interpret(split("Title: A\\nPixelfed: no\\n\\nHola.", "a.md"), "a.md", ZoneInfo("UTC"))
assert ({"pixelfed": "no"}, []) == (meta.networks, meta.problems), meta
people = folder / "people.toml"
people.write_text('[ana]\\nname = "Ana"\\npixelfed = "@ana@pix.example"\\n')
ana = People.load(people)
assert [] == ana.problems and "https://pix.example/ana" == ana.find("ana").profile("pixelfed")

house.fake.fail_next("401")
(outcome,) = house.announce(replace(POST, id="otra", url="https://blog.example/otra/"))
assert "PIXELFED_TOKEN" in outcome.reason, outcome

os.environ["PIXELFED_URL"] = house.fake.url
(folder / "pelicanconf.py").write_text("")
status.examine(folder)
print("good")
house.close()
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Installs a package that adds things by entry points: its modules, and its entry points' text."""

    def install(modules, points, name="extra"):
        place = tmp_path / f"site-{name}"
        (place / f"{name}-1.0.dist-info").mkdir(parents=True)
        (place / f"{name}-1.0.dist-info/METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (place / f"{name}-1.0.dist-info/entry_points.txt").write_text(points)
        for module, text in modules.items():
            (place / f"{module}.py").write_text(text)
            monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.syspath_prepend(str(place))

    return install


@pytest.mark.usefixtures("socket_enabled")
def test_a_network_is_one_file_and_one_line(tmp_path):
    """Settings, ``.env.example``, metadata, people file, preview, doctor and listening know it; a post goes out."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "tertulia", copy / "tertulia", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "tertulia/syndication/networks/pixelfed.py").write_text(PIXELFED)
    table = copy / "tertulia/content/networks.py"
    before = table.read_text()
    table.write_text(before.replace('    "bluesky": NetworkName', LINE + '    "bluesky": NetworkName'))
    assert 1 == len(table.read_text().splitlines()) - len(before.splitlines())
    paths = os.pathsep.join((str(copy), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", PROOF, str(copy), str(tmp_path / "blog")],
        check=False, env={"PATH": os.environ["PATH"], "PYTHONPATH": paths, "HOME": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (0, ["good"]) == (done.returncode, done.stdout.splitlines()[-1:]), done.stderr
    (doctor,) = (line for line in done.stdout.splitlines() if line.startswith("Pixelfed: "))
    assert "PIXELFED_TOKEN" in doctor


def test_an_installed_network_is_known_by_its_name_before_it_is_imported(tmp_path, installed):
    """A post may name it and a person may have a handle there, and none of its code has run."""
    installed({"pix_broken": "raise SystemExit"}, "[tertulia.networks]\npixelfed = pix_broken:Pixelfed\n")
    header = split("Título: A\nPixelfed: Mira {link}\nPixelfud: no\n\nHola.", "a.md")
    assert ("pixelfed", "") == (header.fields[1].key, header.fields[2].key)
    assert {"pixelfed": "Mira {link}"} == interpret(header, "a.md", ZoneInfo("UTC")).networks
    (tmp_path / "people.toml").write_text('[ana]\nname = "Ana"\npixelfed = "@ana@pix.example"\n')
    people = People.load(tmp_path / "people.toml")
    assert ([], "@ana@pix.example", "") == (
        people.problems, people.find("ana").handle("pixelfed"), people.find("ana").profile("pixelfed")
    )  # fmt: skip
    assert "pix_broken" not in sys.modules


def test_an_installed_network_is_at_work_with_the_rest(installed):
    """It stands after ours, with its settings under its own name, and listens as its forebear does."""
    installed({"pix_good": PIXELFED}, "[tertulia.networks]\npixelfed = pix_good:Pixelfed\n")
    assert "pixelfed" == list(network_classes())[-1]
    assert "PIXELFED_URL" == network_classes()["pixelfed"].setting_name("url")
    assert ("pixelfed", "Pixelfed") == (listener_classes()["pixelfed"].name, listener_classes()["pixelfed"].label)


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("raise ValueError('no\\nme gusta')", "pix_odd:Pixelfed"),
        ("import no_such_module", "pix_odd:Pixelfed"),
        ("raise SystemExit(3)", "pix_odd:Pixelfed"),
        ("", "pix_odd:Pixelfed"),
        ("Pixelfed = 3", "pix_odd:Pixelfed"),
        ("def (", "pix_odd:Pixelfed"),
        (PIXELFED.replace('name = "pixelfed"', 'name = "otherwise"'), "pix_odd:Pixelfed"),
        ("from tertulia.syndication.networks.base import Network\nclass Pixelfed(Network):\n    name = 'pixelfed'\n",
         "pix_odd:Pixelfed"),
        ("", "no_such_module:x"),
    ],
)  # fmt: skip
def test_a_broken_extension_is_told_in_one_line_and_the_rest_goes_on(installed, caplog, module, target):
    """Whatever is wrong with it, one line names it; every other network is there."""
    ours = list(network_classes())
    installed({"pix_odd": module}, f"[tertulia.networks]\npixelfed = {target}\n")
    with caplog.at_level(logging.WARNING):
        assert ours == list(network_classes())
    (line,) = caplog.messages
    assert "pixelfed" in line
    assert "\n" not in line


def test_an_extension_does_not_take_a_name_of_ours(installed, caplog):
    """Who is called "mastodon" already stays who they are."""
    before = network_classes()["mastodon"]
    installed(
        {"pix_twice": PIXELFED.replace('"pixelfed"', '"mastodon"')},
        "[tertulia.networks]\nmastodon = pix_twice:Pixelfed\nMal Nombre = pix_twice:Pixelfed\n",
    )
    assert before is network_classes()["mastodon"]
    (line,) = caplog.messages
    assert "mastodon" in line


LEMMY = '''"""Lemmy, whose pages say who wrote them."""

import re

from tertulia.embeds.providers import Provider
from tertulia.embeds.types import Author, Capture


def capture(ask):
    said = ask.json(f"https://lemmy.example/api/v3/post?id={ask.parts['id']}")
    return Capture(
        provider=ask.provider, id=ask.id, url=ask.url, kind="post", network="Lemmy",
        author=Author(name=said["author"]), html=said["html"], pictures=[ask.picture("https://lemmy.example/a.png")],
    )


LEMMY = Provider("lemmy", "Lemmy", capture, (re.compile(r"https://lemmy\\.example/post/(?P<id>\\d+)"),))
'''
LEMMY_POINT = "[tertulia.providers]\nlemmy = more_lemmy:LEMMY\n"
LEMMY_URL = "https://lemmy.example/post/42"
LEMMY_SAYS = {"author": "Ana", "html": "<p>Nadie contesta.</p><script>x</script>"}


def lemmy(said=LEMMY_SAYS):
    return FakeWeb({
        "https://lemmy.example/api/v3/post": {"body": said},
        "https://lemmy.example/a.png": {"body": png(), "type": "image/png"},
    })  # fmt: skip


def test_an_installed_provider_is_asked_by_capture_and_never_by_a_build(tmp_path, installed):
    """Its words are drawn as any service's, without the package: a build imports nothing of it."""
    installed({"more_lemmy": LEMMY}, LEMMY_POINT, "lemmy")
    post(tmp_path, LEMMY_URL)
    assert ["captured"] == [step.outcome for step in capture(tmp_path, lemmy(), NOW)]
    del sys.modules["more_lemmy"]
    html = drawn(tmp_path, LEMMY_URL)
    assert "more_lemmy" not in sys.modules
    assert "<p>Nadie contesta.</p>" in html
    assert ["Ana", "Lemmy"] == [word for word in ("Ana", "Lemmy", "<script") if word in html]
    assert "/page/" in html, "its picture lies beside it"
    edited = {**LEMMY_SAYS, "html": "<p>Ya contestan.</p>"}
    assert ["edited"] == [step.outcome for step in capture(tmp_path, lemmy(edited), NOW, check=True)]
    assert "Ya contestan" in drawn(tmp_path, LEMMY_URL)


def test_a_provider_that_comes_later_takes_the_place_of_the_card(tmp_path, installed, monkeypatch):
    """``--check`` puts the words where the card was, as new and not as an edit; without the package they stay."""
    post(tmp_path, LEMMY_URL)
    page = {LEMMY_URL: {"body": "<title>Una cola</title>", "type": "text/html"}}
    assert ["captured"] == [step.outcome for step in capture(tmp_path, FakeWeb(page), NOW)]
    installed({"more_lemmy": LEMMY}, LEMMY_POINT, "lemmy")
    assert [] == list(capture(tmp_path, lemmy(), NOW))
    assert ["captured"] == [step.outcome for step in capture(tmp_path, lemmy(), NOW, check=True)]
    monkeypatch.setattr(sys, "path", sys.path[1:])
    assert ["same"] == [step.outcome for step in capture(tmp_path, FakeWeb(page), NOW, check=True)]
    html = drawn(tmp_path, LEMMY_URL)
    assert "Nadie contesta" in html and "<details" not in html


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('kind="post"', 'kind="toot"'),
        ('said["author"]', "3"),
        ('said["author"]', 'said["autora"]'),
        ("return Capture", "return str"),
        ("return Capture", "raise RuntimeError or str"),
    ],
)
def test_an_installed_provider_that_stumbles_stops_nobody(tmp_path, installed, before, after):
    """What it makes that could not be read again is an answer without sense; the next address is asked for."""
    installed({"more_lemmy": LEMMY.replace(before, after)}, LEMMY_POINT, "lemmy")
    post(tmp_path, f"{LEMMY_URL}\n\nhttps://web.example/")
    steps = list(capture(tmp_path, lemmy(), NOW))
    assert [LEMMY_URL, "https://web.example/"] == [step.url for step in steps]
    assert "unavailable" == steps[0].outcome
    assert "Lemmy" in steps[0].note


def test_an_installed_provider_does_not_take_what_is_ours(installed):
    """An address that a service of ours knows stays there; a package's is a page's to all who do not ask it."""
    installed(
        {"more_lemmy": LEMMY.replace(r"https://lemmy\\.example/post/(?P<id>\\d+)", "https://.*")}, LEMMY_POINT, "l"
    )
    (greedy,) = providers.others()
    assert "youtube" == providers.find("https://youtu.be/abcdefghijk", [greedy]).provider.name
    asked, unasked = providers.find(LEMMY_URL, [greedy]), providers.find(LEMMY_URL)
    assert ("Lemmy", "page", unasked.id) == (asked.provider.label, asked.provider.name, asked.id)


ATTIC = '''"""The attic."""

from tertulia.deploy.folder import Folder


class Attic(Folder):
    """A folder up there."""
'''


def test_an_installed_deploy_target_is_named_like_ours(tmp_path, installed):
    """``attic:www`` goes to the package's class; none of it is imported for a target of ours, nor does it take one."""
    installed(
        {"more_attic": ATTIC}, "[tertulia.targets]\nattic = more_attic:Attic\nrsync = more_attic:Attic\n", "attic"
    )
    context = DeployContext(settings.load(environ={}), Fetcher(), lambda: NOW, tmp_path)
    assert "Rsync" == type(target_for("rsync:me@host:/www", context)).__name__
    assert "more_attic" not in sys.modules
    attic = target_for("attic:www", context)
    assert ("Attic", {}) == (type(attic).__name__, attic.manifest().files)
    with pytest.raises(SettingError, match=r"«cellar:».* folder:, .*, attic:"):
        target_for("cellar:www", context)


@pytest.mark.parametrize(
    "module", ["", "Attic = 3", "raise ValueError", "from tertulia.deploy.base import Target as Attic"]
)
def test_a_broken_deploy_target_is_told_in_one_line(tmp_path, installed, caplog, module):
    """The line names it; then the choices are told, it not among them, as for a name that nobody has."""
    installed({"more_attic": module}, "[tertulia.targets]\nattic = more_attic:Attic\n", "attic")
    context = DeployContext(settings.load(environ={}), Fetcher(), lambda: NOW, tmp_path)
    with pytest.raises(SettingError, match=r"DEPLOY_TARGET: «attic:».* folder:, rsync:, s3:, git: "):
        target_for("attic:www", context)
    (line,) = caplog.messages
    assert "attic" in line
    with pytest.raises(SettingError, match="DEPLOY_TARGET"):
        target_for("cellar:www", context)
