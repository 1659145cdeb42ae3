"""Several accounts of one network: the same class under another name, each with settings, words and rows of its own."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tertulia.content import snapshot
from tertulia.content.header import split
from tertulia.content.metadata import interpret
from tertulia.content.networks import is_network, label, split_account
from tertulia.core import languages, settings
from tertulia.core.fetch import Fetcher
from tertulia.store import open_store
from tertulia.store.journal import Journal
from tertulia.syndication.drafts import draft, drafts
from tertulia.syndication.edits import follow_edits, withdraw
from tertulia.syndication.networks import network_classes, networks
from tertulia.syndication.networks.base import NetworkContext
from tertulia.syndication.networks.listening import listeners
from tertulia.syndication.networks.memory import Memory
from tertulia.syndication.outbox import Outbox
from tests.fakes import FAKES, NOW, FakeMastodon
from tests.house import POST

pytestmark = pytest.mark.usefixtures("socket_enabled")

NUMBERED = [fake for fake in FAKES.values() if fake.name != "mail"]  # letters go out by the blog's own server


class Pair:
    """A blog with two accounts of one network, a server for each."""

    def __init__(self, folder, fake):
        languages.speak("es")
        self.folder, self.clock = folder, NOW
        self.fakes = (fake(), fake())
        first, second = (one.environ() for one in self.fakes)
        prefix = f"{fake.name}_".upper()
        numbered = {name.replace(prefix, f"{prefix}2_", 1): value for name, value in second.items()}
        self.given = first | numbered
        self.start()

    def start(self):
        self.store = open_store("sqlite:///var/t.db", self.folder)
        self.told = []
        self.context = NetworkContext(
            settings=settings.load(self.folder, self.given),
            web=Fetcher([f"127.0.0.1:{fake.port}" for fake in self.fakes]),
            output=self.folder / "output",
            memory=Memory(self.folder / "var/networks"),
            now=lambda: self.clock,
            pause=lambda seconds: None,
        )
        at_work = networks(self.context, lambda name, why: self.told.append((name, why)))
        self.networks = {one.name: one for one in at_work if one.configured()}
        self.outbox = Outbox(
            store=self.store,
            networks=self.networks,
            snapshots=self.folder / "var/conversation",
            journal=Journal(self.folder / "var"),
            now=lambda: self.clock,
        )

    def announce(self, post):
        self.outbox.enqueue(drafts([post], self.networks.values()))
        return self.outbox.deliver()

    def close(self):
        self.store.close()
        for fake in self.fakes:
            fake.close()


@pytest.fixture(params=NUMBERED, ids=lambda fake: fake.name)
def pair(request, tmp_path):
    made = Pair(tmp_path, request.param)
    yield made
    made.close()


BARE = replace(POST, cover=None)


def test_each_account_says_it_once(pair):
    """Both say the post, and a second run says nothing."""
    name = pair.fakes[0].name
    assert {name, f"{name}_2"} == pair.networks.keys()
    assert ["delivered"] * 2 == [outcome.state for outcome in pair.announce(BARE)]
    assert [] == pair.announce(BARE)
    assert [1, 1] == [len(fake.public) for fake in pair.fakes]


@pytest.mark.parametrize("fault", ["drop after", "500 after", "401"])
def test_what_goes_wrong_with_one_is_nothing_to_the_other(pair, fault):
    """The second account fails: the first has said it once, and so has the second in the end."""
    if fault not in pair.fakes[0].faults_known:
        pytest.skip("no such answer on this network")
    pair.fakes[1].fail_next(fault)
    pair.announce(BARE)
    for _day in range(4):
        pair.clock += timedelta(days=1)
        pair.announce(BARE)
    assert 1 == len(pair.fakes[0].public)
    assert len(pair.fakes[1].public) <= 1
    if pair.networks[f"{pair.fakes[0].name}_2"].can_search and fault not in ("401", "422"):
        assert 1 == len(pair.fakes[1].public)


def test_a_lost_store_says_nothing_twice(pair):
    """Without the store each account is asked for its own posts; what cannot be asked waits for a person."""
    pair.announce(BARE)
    pair.store.close()
    for path in (pair.folder / "var").glob("t.db*"):
        path.unlink()
    pair.start()
    pair.announce(BARE)
    assert [1, 1] == [len(fake.public) for fake in pair.fakes]


def test_edits_and_withdrawals_reach_the_account_that_said_it(tmp_path):
    """Each is edited and deleted by its own key, and the page links both."""
    pair = Pair(tmp_path, FakeMastodon)
    pair.announce(BARE)
    links = snapshot.read(tmp_path / "var/conversation", POST.id, "es").syndication
    assert ["mastodon", "mastodon_2"] == [link.network for link in links]
    changes = follow_edits(pair.outbox, [replace(BARE, summary="Corregido.", hash="h2")])
    assert [True, True] == [change.done for change in changes]
    assert all("Corregido" in fake.public[0]["text"] for fake in pair.fakes)
    assert [True] == [change.done for change in withdraw(pair.outbox, POST.id, network="mastodon_2")]
    assert [1, 0] == [len(fake.public) for fake in pair.fakes]
    pair.close()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"mastodon": "no"}, set()),
        ({"mastodon_2": "no"}, {"mastodon"}),
        ({"mastodon": "no", "mastodon_2": "Va: {link}"}, {"mastodon_2"}),
    ],
)
def test_words_for_the_network_are_for_all_its_accounts(tmp_path, said, expected):
    """«Mastodon: no» silences every account; one with words of its own says those."""
    pair = Pair(tmp_path, FakeMastodon)
    assert expected == {made.network.name for made in drafts([replace(BARE, said=said)], pair.networks.values())}
    pair.close()


def test_people_have_the_same_handle_for_every_account(tmp_path):
    """The people file knows one handle a network; who speaks is nothing to it."""
    pair = Pair(tmp_path, FakeMastodon)
    for network in pair.networks.values():
        assert "@ana@mas.example" in draft(BARE, network).messages[0].text
    pair.close()


@pytest.mark.parametrize("key", ["Mastodon 2", "Mastodon2", "mastodon_2", "MASTODON 2"])
def test_its_key_in_a_post_is_the_networks_with_the_number(key):
    """However it is written; a number that no account has is an unknown key."""
    meta = interpret(split(f"Title: A\n{key}: no\n\nHola.", "a.md"), "a.md", ZoneInfo("UTC"))
    assert ({"mastodon_2": "no"}, []) == (meta.networks, meta.problems)


def test_other_names_of_a_network_take_a_number_too():
    """«Twitter 2» is the second account of X."""
    meta = interpret(split("Title: A\nTwitter 2: no\n\nHola.", "a.md"), "a.md", ZoneInfo("UTC"))
    assert {"x_2": "no"} == meta.networks


def test_names_of_accounts():
    """A number from 2 behind a network's name, and nothing else."""
    assert ("x", "12") == split_account("x_12")
    assert ("mastodon", "2") == split_account("mastodon2")
    for name in ("mastodon", "mastodon_1", "mastodon_02", "title_2", "mastodon_200", "2"):
        assert (name, "") == split_account(name)
    assert "Mastodon 2" == label("mastodon_2")
    assert is_network("mastodon_3")
    assert not is_network("title_3")


def test_accounts_are_those_that_settings_name(tmp_path):
    """A setting of ours with a number makes an account; a stranger's that looks like one does not."""
    given = [
        "MASTODON_2_URL",
        "MASTODON_12_TOKEN",
        "MASTODON_1_URL",
        "MASTODON_3_COLOUR",
        "X_2_POST_CENTS",
        "MAIL_2_FROM",
    ]
    assert ["mastodon_2", "mastodon_12", "x_2"] == [name for name in network_classes(given) if split_account(name)[1]]


def test_a_half_given_account_is_not_at_work_and_names_what_it_lacks(tmp_path):
    """``doctor`` tells of it by its settings' whole names."""
    context = replace_settings(Pair(tmp_path, FakeMastodon), {"MASTODON_2_URL": "https://dos.example"})
    second = next(one for one in networks(context) if one.name == "mastodon_2")
    assert not second.configured()
    assert {"MASTODON_2_URL": True, "MASTODON_2_TOKEN": False} == second.needed()
    assert "MASTODON_2_TOKEN" in second.advise("renew_mastodon", url="", setting=second.setting_name("token"))


def replace_settings(pair, given):
    from dataclasses import replace as changed

    pair.close()
    return changed(pair.context, settings=settings.load(pair.folder, given))


@pytest.mark.parametrize("name", ["MASTODON_2", "MASTODON_3"])
def test_the_same_keys_twice_are_one_account(tmp_path, name):
    """It is told and left out, however its address is written: two rows for one post could only do harm."""
    pair = Pair(tmp_path, FakeMastodon)
    twin = {"MASTODON_2": "MASTODON", "MASTODON_3": "MASTODON_2"}[name]
    pair.given |= {f"{name}_URL": pair.given[f"{twin}_URL"] + "/", f"{name}_TOKEN": pair.given[f"{twin}_TOKEN"]}
    pair.store.close()
    pair.start()
    assert name.lower() not in pair.networks
    assert [
        (name.title().replace("_", " "), f"«{name}_…» lleva las mismas claves que «{twin}_…»: es la misma cuenta")
    ] == pair.told
    pair.close()


def test_what_stands_for_nothing_makes_no_other_account(tmp_path):
    """The same bot in the same channel is one account, though only one of them spells out the usual address."""
    same = {"TOKEN": "1:a", "CHAT": "@canal"}
    given = {f"TELEGRAM_{number}{name}": value for number in ("", "2_") for name, value in same.items()}
    context = replace_settings(Pair(tmp_path, FakeMastodon), given | {"TELEGRAM_2_API_URL": "https://api.telegram.org"})
    told = []
    assert "telegram_2" not in [one.name for one in networks(context, lambda name, why: told.append(name))]
    assert ["Telegram 2"] == told


def test_a_refused_key_is_told_by_the_name_of_its_own_setting(pair):
    """What to put where: not the first account's settings."""
    if "401" not in pair.fakes[0].faults_known:
        pytest.skip("no such answer on this network")
    pair.fakes[1].fail_next("401")
    prefix = f"{pair.fakes[0].name}_".upper()
    (reason,) = [outcome.reason for outcome in pair.announce(BARE) if outcome.needs_owner]
    assert f"{prefix}2_" in reason
    assert f"{prefix}" not in reason.replace(f"{prefix}2_", "")


def test_every_account_listens_and_people_are_the_same_on_all(pair):
    """An account listens by its own keys, and who answers there is known by the network."""
    heard = listeners(pair.context)
    if heard:
        assert [pair.fakes[0].name, f"{pair.fakes[0].name}_2"] == [one.name for one in heard]
        assert {pair.fakes[0].name} == {one.platform for one in heard}
        assert "links" not in heard[1].feeds("https://blog.example")
