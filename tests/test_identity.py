"""Who may speak as whom: a trusted person's words are public at once, so nobody else's may pass for hers."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tertulia.conversation.identity import RELAYS, Provenance, covers
from tertulia.store import accounts
from tertulia.store.said import Author, Incoming
from tests.mentioning import TARGET, House

HERS = "https://amiga.example/"


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.store.close()


def page(author, url="", words="Sí.", photo=""):
    """A reply that claims to be by *author*, and to live at *url*."""
    own = f'<a class="u-url" href="{url}"></a>' if url else ""
    picture = f'<img class="u-photo" src="{photo}">' if photo else ""
    return (
        f'<div class="h-entry">{own}<a class="u-in-reply-to" href="{TARGET}">x</a>'
        f'<div class="p-author h-card"><a class="u-url p-name" href="{author}">Amiga</a>{picture}</div>'
        f'<p class="e-content">{words}</p></div>'
    )


def trust(house, source, author):
    """The owner reads *source*, and trusts who wrote it; *author* is what it claims."""
    house.sites.put(source, page(author))
    house.tell(source)
    (said,) = house.said()
    assert "waiting" == said.status
    house.moderator.trust(said.key, "trusted", said.version)
    return said


def status_of(house, source, body, final=""):
    """What becomes of *body* at *source*, or at *final*, where *source* leads."""
    if final:
        house.sites.pages[source] = final
    house.sites.put(final or source, body)
    row = house.tell(source)
    return house.store.conversation.get(row.comment).status


def test_her_own_pages_are_public_at_once(house):
    """Whom the owner trusts speaks from any page of hers, also by a redirect within her own host."""
    trust(house, f"{HERS}uno", HERS)
    assert "approved" == status_of(house, f"{HERS}dos", page(HERS, words="Dos."))
    assert "approved" == status_of(house, f"{HERS}tres", page(HERS, words="Tres."), final=f"{HERS}tres/")


@pytest.mark.parametrize("host", sorted(RELAYS))
def test_a_bridges_own_page_tells_who_spoke(house, host):
    """What a bridge saw on a network is told under the name of who said it there."""
    trust(house, f"{HERS}uno", HERS)
    assert "approved" == status_of(house, f"https://{host}/comment/mastodon/1/2", page(HERS, words="Dos."))


@pytest.mark.parametrize(
    ("told", "final"),
    [
        ("https://evil.example/p", ""),
        (f"{HERS}out?to=https://evil.example/p", "https://evil.example/p"),
        ("https://amiga.example:8443/p", ""),
        ("https://evil.amiga.example/p", ""),
        ("https://amiga.example.evil.example/p", ""),
        ("https://t.example/1", f"{HERS}nota"),
        *((f"https://{host}/r/https://evil.example/p", "https://evil.example/p") for host in sorted(RELAYS)),
        ("https://evil.example/out", "https://brid.gy/comment/mastodon/1/2"),
        ("https://ap.brid.gy/convert/web/https://evil.example/p", ""),
        ("https://ap.brid.gy/convert/web/https:/evil.example/p", ""),
        ("https://ap.brid.gy/convert/web/https:evil.example/p", ""),
        ("https://ap.brid.gy/convert/web/https%253A%252F%252Fevil.example/p", ""),
        ("https://ap.brid.gy/convert/web/acct:malo@evil.example", ""),
        ("https://fed.brid.gy/r/evil.example/p", ""),
        ("https://fed.brid.gy/convert/web/https%3A%2F%2Fevil.example%2Fp", ""),
        ("https://web.brid.gy/convert/ap/https://amiga.example/p", ""),
        ("https://brid.gy.evil.example/comment/1", ""),
    ],
)
def test_nobody_else_speaks_for_her(house, told, final):
    """Neither a page that claims her, nor a redirect from her host, nor one through a bridge."""
    trust(house, f"{HERS}uno", HERS)
    assert "waiting" == status_of(house, told, page(HERS, words="Vota al ladrón."), final)


def test_many_redirects_are_as_one(house):
    """What counts is who answered in the end, however many steps it took."""
    trust(house, f"{HERS}uno", HERS)
    steps = [f"{HERS}a", "https://t.example/b", "https://brid.gy/c", "https://evil.example/p"]
    for step, following in pairwise(steps):
        house.sites.pages[step] = following
    assert "waiting" == status_of(house, steps[0], page(HERS, words="Vota al ladrón."), steps[1])


SHARED = [  # her address, a page of hers, a page of another's
    ("https://host.example/@amiga", "https://host.example/@amiga/1", "https://host.example/@malo/9"),
    ("https://host.example/@amiga", "https://host.example/@amiga/1", "https://host.example/@amigable/9"),
    ("https://host.example/~amiga/", "https://host.example/~amiga/1", "https://host.example/~malo/9"),
    ("https://host.example/u/amiga", "https://host.example/u/amiga/1", "https://host.example/u/malo/9"),
    ("https://host.example/amiga/", "https://host.example/amiga/1", "https://host.example/malo/9"),
    ("https://amiga.host.example/", "https://amiga.host.example/1", "https://malo.host.example/9"),
    ("https://host.example/", "https://host.example/1", "https://host.example/@malo/9"),
    ("https://host.example/", "https://host.example/1", "https://host.example/%40malo/9"),
    ("https://host.example/", "https://host.example/1", "https://host.example/?u=malo"),
    ("https://host.example/@amiga", "https://host.example/@amiga/1", "https://host.example/@amiga/../@malo/9"),
    ("https://host.example/@amiga", "https://host.example/@amiga/1", "https://host.example/@amiga/%2e%2e/@malo/9"),
    ("https://host.example/@amiga", "https://host.example/@amiga/1", "https://host.example/@amiga/%252e%252e/x"),
    ("https://host.example/@amiga", "https://host.example/@amiga/1", "https://host.example/@amiga%2f..%2f@malo"),
    ("https://host.example/?u=amiga", "https://host.example/?u=amiga", "https://host.example/?u=malo"),
    ("https://host.example/?u=amiga", "https://host.example/?u=amiga", "https://host.example/@malo/9?u=amiga"),
    ("https://host.example/?u=amiga", "https://host.example/?u=amiga", "https://host.example/?u=amiga&u=malo"),
    ("https://host.example/p#amiga", "https://host.example/p", "https://host.example/p?x=malo"),
]


@pytest.mark.parametrize(("author", "own", "other"), SHARED)
def test_on_a_host_that_many_share_the_path_counts(house, author, own, other):
    """Whatever form people's addresses have there, one does not pass for another."""
    trust(house, own, author)
    assert "waiting" == status_of(house, other, page(author, words="Vota al ladrón."))


def test_on_a_shared_host_she_speaks_from_her_own_path(house):
    """What is under her address is hers."""
    trust(house, "https://host.example/@amiga/1", "https://host.example/@amiga")
    said = page("https://host.example/@amiga", words="Dos.")
    assert "approved" == status_of(house, "https://host.example/@amiga/2", said)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ('<a rel="me" href="https://host.example/notas">mis notas</a>', "approved"),
        (
            '<div class="h-card"><a class="u-url" href="/amiga"></a><a class="u-url" href="/notas/"></a></div>',
            "approved",
        ),
        ('<a href="https://host.example/notas">notas</a>', "waiting"),
        ('<a rel="me" href="https://host.example/notas-de-otro">x</a>', "waiting"),
        ('<div class="h-card"><a class="u-url" href="/otra"></a><a class="u-url" href="/notas"></a></div>', "waiting"),
        ("", "waiting"),
    ],
)
def test_her_own_page_may_link_back(house, there, expected):
    """Where the path does not tell, the author's page does: by ``rel=me``, or in its h-card."""
    author = "https://host.example/amiga"
    trust(house, f"{author}/1", author)
    house.sites.put(author, there)
    assert expected == status_of(house, "https://host.example/notas/2", page(author, words="Dos."))


def test_a_redirected_author_page_says_nothing(house):
    """An author's page that lies elsewhere in the end is not the author's."""
    author = "https://host.example/amiga"
    trust(house, f"{author}/1", author)
    house.sites.pages[author] = "https://evil.example/"
    house.sites.put("https://evil.example/", '<a rel="me" href="https://host.example/notas">x</a>')
    assert "waiting" == status_of(house, "https://host.example/notas/2", page(author, words="Dos."))


def test_trusting_who_is_not_believed_trusts_nobody(house):
    """An author known by both addresses together waits each time: anybody on that host can claim the same."""
    trust(house, "https://host.example/malo/1", "https://amiga.example/")
    said = page("https://amiga.example/", words="Otra vez.")
    assert "waiting" == status_of(house, "https://host.example/peor/2", said)


@pytest.mark.parametrize(
    ("told", "claimed"),
    [
        ("https://evil.example/9", "https://host.example/@amiga/1"),
        ("https://host.example/@malo/9", "https://host.example/@amiga/1"),
        ("https://host.example/notas/9", "https://host.example/@amiga/1"),
        ("https://host.example/?u=malo", "https://host.example/@amiga/1"),
    ],
)
def test_nobody_takes_over_what_another_said(house, told, claimed):
    """The same address is the same comment, only for who may speak for that address."""
    trust(house, claimed, "https://host.example/@amiga")
    status_of(house, told, page("https://host.example/", claimed, words="Vota al ladrón."))
    assert {claimed: "Sí.", told: "Vota al ladrón."} == {said.url: said.text for said in house.said()}


@pytest.mark.parametrize(
    "mine",
    [
        "https://evil.example/@amiga@mas.example",
        "https://evil.example/@Amiga@MAS.example/",
        "https://evil.example/@amiga.test@bsky.brid.gy",
        "https://evil.example/@amiga.example@web.brid.gy",
        "https://m.amiga.example/",
    ],
)
@pytest.mark.parametrize("is_owner", [False, True])
def test_a_page_that_is_called_as_an_account_elsewhere_is_not_theirs(house, mine, is_owner):
    """A host may have a page about anybody of another host: it is nobody's proof, be it a friend's or the owner's."""
    handles = {"mastodon": "@amiga@mas.example", "bluesky": "@amiga.test"}
    known = [Author(network=name, identity=handle, name="A", handle=handle) for name, handle in handles.items()]
    known.append(Author(network="web", identity="amiga.example", name="A", url=HERS))
    for number, author in enumerate(replace(one, is_owner=is_owner) for one in known):
        came = Incoming(source=author.network, source_id=str(number), post="voto", lang="es", kind="reply",
                        author=author, published=house.clock, text="Sí.", html="<p>Sí.</p>")  # fmt: skip
        house.moderator.ingest(came)
        said = house.store.conversation.by_source(author.network, str(number))
        house.moderator.trust(said.key, "trusted", said.version)
    assert "waiting" == status_of(house, mine, page(mine, words="Vota al ladrón."))


@pytest.mark.parametrize(
    ("network", "handle"),
    [("threads", "@amiga.mas.example.ap.brid.gy"), ("facebook", "@amiga.example.web.brid.gy"), ("x", "@amiga")],
)
def test_only_where_handles_are_domains_one_is_a_bridges(network, handle):
    """A name with a bridge's ending is its bearer's own on every network where anybody may take it."""
    names = accounts.proved(Author(network=network, identity="7", name="M", handle=handle))
    assert frozenset((f"{network}:{handle[1:]}",)) == names


def test_nobody_shows_the_face_of_another():
    """An author who is not believed has a picture from their own host, or none."""
    from tertulia.conversation.webmention import source
    from tertulia.core.fetch import Fetched
    from tests.mentioning import NOW

    def picture(at, photo):
        body = page("https://amiga.example/", photo=photo).encode()
        found = Fetched(at, 200, {"content-type": "text/html"}, body)
        return source.read(found, at, TARGET, (), ask=lambda url: Fetched(url, 404, {}, b""), now=NOW).avatar

    face = "https://caras.example/amiga.png"
    assert (face, "") == (picture("https://amiga.example/1", face), picture("https://evil.example/1", face))
    assert "https://evil.example/a.png" == picture("https://evil.example/1", "https://evil.example/a.png")


@pytest.mark.parametrize("odd", ["", "x", "http://[", "https://[x/", "https://a:b/", "https://h.example:99999/", "//"])
def test_an_address_that_makes_no_sense_covers_nothing(odd):
    """Nor does it raise."""
    assert (False, False) == (covers(odd, "https://host.example/"), covers("https://host.example/", odd))
    assert not Provenance(odd, odd).may_speak_for("https://host.example/")
    assert isinstance(Provenance(odd, odd).identity(odd, is_vouched=False) + Provenance(odd, odd).author_address(), str)
