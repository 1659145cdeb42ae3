"""The rules: each may give points and a reason, cheap ones first; together they make a verdict.

Nothing is refused and nothing is dropped: ``SPAM`` points or more go to the spam box, where the owner sees why;
anything else waits for the owner, unless its writer is trusted. A reason is the key of a phrase with its values, so
that the owner reads it in their own language (``tertulia/languages/xx.toml``). A reason names the words that it went
by, and what they are worth to the filter is then not counted: one fact speaks once.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import regex

from tertulia.conversation import bayes
from tertulia.conversation.bayes import Opinion
from tertulia.conversation.shown import ShownLink, is_small_edit, links_in, links_of, words_in
from tertulia.core import sanitise
from tertulia.core.addresses import SHORTENERS, site_of
from tertulia.store.said import Incoming, Known, Reason, Status, Trust, Verdict

SPAM = 5  # points that make it spam
SUSPECT = 3  # points that hold back even what a trusted person writes
QUICK_SECONDS = 3.0  # nobody reads, writes and previews faster
CALM = 3  # comments in ten minutes that nobody minds
HURRIED = 8
_COMMON_WORDS = 8  # «Estoy totalmente de acuerdo contigo»

# How likely its words are spam: 5 points, 3, 2 (4 where they lead somewhere); and welcome.
CERTAIN, LIKELY, SUSPICIOUS, WELCOME = 0.98, 0.85, 0.5, 0.1

# A quoted word in Greek or Cyrillic leaves more Latin letters than this.
_MOST_FOREIGN = 0.8
# How much of a comment may change after it was approved without being looked at again: of all its words and signs this
# share stands as it stood, and no more than this many were put in or taken out.
_ALIKE = 0.75
_MOST_CHANGED = 10
_LINK = re.compile(r"https?://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+", re.IGNORECASE)
_FORUM_LINK = re.compile(r"\[url[=\]]|\[link[=\]]|<a\s+href", re.IGNORECASE)
_LETTERS = regex.compile(r"\p{L}")
_LATIN = regex.compile(r"\p{Latin}")
_MIXED = regex.compile(r"\b(?=\w*\p{Latin})(?=\w*[\p{Cyrillic}\p{Greek}])\w{3,}\b")
# Where to answer, away from here: what an advertisement without a link has instead. A handle counts beside its network.
_REACH = regex.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.\w"  # an e-mail address
    r"|(?:\+|\b00)\d{1,3}(?:[ .-]?\d){7,12}(?!\d)"  # a telephone number, as one gives it to the world
    r"|(?<![\d-])[6789]\d{2}(?:[ .-]?\d){6}(?![\d-])"  # of Spain
    r"|\b(?:telegram|whatsapp|wechat|skype|signal)\b[^\n]{0,30}?(?:@\w|\d{6})|t\.me/|wa\.me/"
    r"|\b(?:телеграм|ватсап)\w*|微信|加微|威信",
    regex.IGNORECASE,
)
_REACH_WORDS = frozenset(("telegram", "whatsapp", "wechat", "skype", "signal", "mail", "email", "correo"))
# What a moderator may want to see before it stands in public. Each repeat is bounded, by what such a thing can be at
# most: without, a long word is read to its end from each of its letters.
_PRIVATE = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.\w"  # an e-mail address
    r"|(?<![\d-])(?:\+\d{1,3}[ .-]?)?(?:\d[ .-]?){8}\d(?![\d-])"  # a telephone number
    r"|\b\d{8}[ -]?[A-Z]\b"  # a Spanish identity card
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"  # a bank account (ISO 13616: at most 34 signs)
)


@dataclass(frozen=True, slots=True)
class Signals:
    """How a form arrived: what only the service can know."""

    origin: str = "own"  # "own", "other", or "none" when the browser did not say
    age_seconds: float = 60.0  # between the token and the sending
    honeypot: bool = False  # something was written where people see no field
    recent: int = 0  # comments from the same place in the last ten minutes
    worked: bool | None = None  # proof of work: done, done wrongly, or None without JavaScript
    signed_in: bool = False  # the owner, in the moderation's session
    address: str = ""  # of the machine; this and the next two only for a second opinion, and never kept
    user_agent: str = ""
    referrer: str = ""


@dataclass(frozen=True)
class Case:
    """All that the rules look at."""

    incoming: Incoming
    known: Known
    signals: Signals | None = None  # None: it did not come by the form
    second_opinion: bool | None = None  # of Akismet, where the owner asked for it

    @cached_property
    def links(self) -> list[ShownLink]:
        """Every link that its writer put into what will be shown."""
        return links_of(self.incoming)

    @cached_property
    def words(self) -> str:
        """What will be read."""
        return sanitise.plain(self.incoming.html) if self.incoming.html else self.incoming.text

    @cached_property
    def facts(self) -> list[str]:
        """Its words, hosts and name as the filter counts them."""
        author = self.incoming.author
        return bayes.words_of(self.incoming.text, author.name, author.url, self.incoming.html)

    def named(self, *beginnings: str) -> frozenset[str]:
        """Those of the facts that begin so: "links:", "name:"."""
        return frozenset(fact for fact in self.facts if fact.startswith(beginnings))

    @cached_property
    def is_lure(self) -> bool:
        """Whether it leads away from here: by a link, a site, a number to call, an address to write to."""
        return bool(self.links or self.incoming.author.url or self.reach)

    @cached_property
    def reach(self) -> str:
        """Where it says that its writer can be reached, away from here: as it is written; "" for nowhere."""
        found = _REACH.search(self.words)
        return found[0] if found else ""


_NOTHING: Mapping[str, tuple[int, int]] = MappingProxyType({})

Rule = Callable[[Case], Reason | None]


def judge(case: Case, learnt: Mapping[str, tuple[int, int]] = _NOTHING) -> Verdict:
    """
    Return what is to become of *case*, with every reason that spoke.

    Args:
        learnt: (spam, ham) of its words, by the owner's decisions.
    """
    if case.known.is_owner or case.incoming.author.is_owner or (case.signals and case.signals.signed_in):
        return Verdict(Status.APPROVED, 0, (Reason("rule_owner", {}),))
    if case.known.trust == Trust.BLOCKED:
        return Verdict(Status.SPAM, SPAM, (Reason("rule_blocked", {}, SPAM),))
    reasons = [reason for rule in RULES if (reason := rule(case))]
    # How many links there are, none too, is a rule's to count.
    counted = case.named("links:").union(*(reason.counted for reason in reasons))
    opinion = bayes.opinion(case.facts, learnt, counted, case.incoming.text)
    if reason := what_its_words_say(opinion, is_lure=case.is_lure):
        reasons.append(reason)
    points = sum(reason.points for reason in reasons)
    if points >= SPAM:
        return Verdict(Status.SPAM, points, tuple(reasons))
    if points < SUSPECT and case.known.trust == Trust.TRUSTED and case.incoming.author.is_vouched:
        return Verdict(Status.APPROVED, points, (*reasons, Reason("rule_trusted", {})))
    if points < SUSPECT and _small_edit(case):
        return Verdict(Status.APPROVED, points, (*reasons, Reason("rule_small_edit", {})))
    return Verdict(Status.WAITING, points, tuple(reasons))


# The rules, in their order -------------------------------------------------------------------------------------------


def origin(case: Case) -> Reason | None:
    """Another site's page sent the form, or a program that names no page."""
    if not case.signals or case.signals.origin == "own":
        return None
    other = case.signals.origin == "other"
    return Reason("rule_origin_other" if other else "rule_origin_none", {}, 4 if other else 1)


def haste(case: Case) -> Reason | None:
    """Sent faster than anybody reads."""
    if not case.signals or case.signals.age_seconds >= QUICK_SECONDS:
        return None
    return Reason("rule_haste", {"seconds": f"{case.signals.age_seconds:.1f}"}, 4)


def honeypot(case: Case) -> Reason | None:
    """Return a field that nobody sees was filled in."""
    return Reason("rule_honeypot", {}, 5) if case.signals and case.signals.honeypot else None


def rate(case: Case) -> Reason | None:
    """Many comments from the same place."""
    if not case.signals or case.signals.recent <= CALM:
        return None
    return Reason("rule_rate", {"n": case.signals.recent}, 5 if case.signals.recent > HURRIED else 2)


def links(case: Case) -> Reason | None:
    """More links than an answer needs."""
    number = len(case.links)
    if number == 0 or (number == 1 and case.known.approved):
        return None
    # Who proves a point names many places; who sells names their own many times.
    is_one_place = number >= 5 and 2 * len({link.host for link in case.links}) <= number
    return Reason("rule_links", {"n": number}, 1 if number <= 2 else 5 if is_one_place else 3)


def disguised_links(case: Case) -> Reason | None:
    """Links in a forum's or a page's markup, behind a shortener, or behind another address."""
    if _FORUM_LINK.search(case.incoming.text):
        return Reason("rule_forum_links", {}, 5, frozenset(("url", "link", "href")))
    if false := next((link for link in case.links if link.is_disguised), None):
        counted = frozenset((f"host:{false.host}",))
        return Reason("rule_false_link", {"words": false.words[:60], "host": false.host}, 4, counted)
    short = frozenset(f"host:{link.host}" for link in case.links if link.host in SHORTENERS)
    return Reason("rule_short_link", {"host": min(short)[5:]}, 2, short) if short else None


def own_links(case: Case) -> Reason | None:
    """Somebody new whose words lead to their own site."""
    site = site_of(case.incoming.author.url) if case.signals and case.incoming.author.url else ""
    if not site or case.known.approved or all(link.host != site for link in case.links):
        return None
    return Reason("rule_own_links", {"host": site}, 2, frozenset((f"host:{site}",)))


def reach(case: Case) -> Reason | None:
    """Somebody new who wants to be answered elsewhere."""
    if case.known.approved or not case.reach:
        return None
    return Reason("rule_reach", {"where": case.reach[:40]}, 1, _REACH_WORDS)


def alphabet(case: Case) -> Reason | None:
    """Much of it in letters that this blog's readers do not use, or words that mix look-alikes."""
    said = f"{case.incoming.author.name} {case.words}"
    if found := _MIXED.search(said):
        return Reason("rule_mixed_letters", {"word": found[0][:40]}, 3, frozenset(bayes.words_of(found[0])))
    letters = len(_LETTERS.findall(said))
    if letters >= 10 and len(_LATIN.findall(said)) < letters * _MOST_FOREIGN:
        return Reason("rule_alphabet", {}, 3)
    return None


def name_of_a_shop(case: Case) -> Reason | None:
    """Nobody is called like an address."""
    name = case.incoming.author.name
    if case.signals and re.search(r"https?:|www\.|\.(?:com|net|org|ru|shop|top|xyz|online|site|casino)\b", name, re.I):
        return Reason("rule_name", {}, 3, case.named("name:"))
    return None


def shouting(case: Case) -> Reason | None:
    """All in capitals: how angry people write too, so that it is told and holds nothing back."""
    text = case.words
    capitals = sum(letter.isupper() for letter in text)
    small = sum(letter.islower() for letter in text)
    return Reason("rule_shouting", {}) if capitals > 40 and capitals > 3 * small else None


def repeats(case: Case) -> Reason | None:
    """Return the same words have been here before; short ones that lead nowhere are what anybody says."""
    number = case.known.repeats
    if not number:
        return None
    is_common = not case.is_lure and len(case.words.split()) <= _COMMON_WORDS
    return Reason("rule_repeats", {"n": number}, 0 if is_common else 5 if number >= 3 else 3)


def work(case: Case) -> Reason | None:
    """Return the browser did its sum, which any script can, or sent a wrong one."""
    if not case.signals or case.signals.worked is None:
        return None
    return Reason("rule_worked", {}) if case.signals.worked else Reason("rule_worked_wrong", {}, 3)


def person(case: Case) -> Reason | None:
    """Return what became of this person's other comments."""
    if case.known.turned_down:
        return Reason("rule_turned_down", {"n": case.known.turned_down}, 2, case.named("name:"))
    if case.known.approved:
        return Reason("rule_known", {"n": case.known.approved}, -2, case.named("name:"))
    return Reason("rule_first", {})


def unproved(case: Case) -> Reason | None:
    """Tell whether it names an author for whom the page that it came from does not speak."""
    return None if case.incoming.author.is_vouched else Reason("rule_unproved", {"host": site_of(case.incoming.url)})


def akismet(case: Case) -> Reason | None:
    """Return what Akismet says, where the owner asked it."""
    return Reason("rule_akismet", {}, 4) if case.second_opinion else None


def private_data(case: Case) -> Reason | None:
    """Return a number or an address that may be somebody's: no points, but the owner should see it."""
    found = _PRIVATE.search(re.sub(r"@[\w.-]+@[\w.-]+", " ", _LINK.sub(" ", case.words)))
    return Reason("rule_private", {}) if found else None


RULES: tuple[Rule, ...] = (
    origin,
    haste,
    honeypot,
    rate,
    links,
    disguised_links,
    own_links,
    reach,
    alphabet,
    name_of_a_shop,
    shouting,
    repeats,
    work,
    person,
    unproved,
    akismet,
    private_data,
)


def what_its_words_say(opinion: Opinion, *, is_lure: bool) -> Reason | None:
    """
    Return what the shipped model and the owner's decisions make of its words; last, for it leaves out what was counted.

    Args:
        opinion: Of all words that no rule went by.
        is_lure: It leads away from here, without which an advertisement is of no use.
    """
    values: dict[str, str | int] = {"percent": round(100 * opinion.spam), "words": ", ".join(opinion.words)}
    if opinion.spam >= SUSPICIOUS:
        points = 5 if opinion.spam >= CERTAIN else 4 if is_lure else 3 if opinion.spam >= LIKELY else 2
        return Reason("rule_bayes_spam" if opinion.is_learnt else "rule_words", values, points)
    # Who copies the words of what was welcome earns nothing by it.
    return Reason("rule_bayes_ham", values) if opinion.is_learnt and opinion.spam <= WELCOME else None


def _small_edit(case: Case) -> bool:
    """
    Return an approved comment that says nearly the same: by the same person, with no link that it did not have.

    A link is what it leads to and the words it stands behind; so is the address where all of it lives, and what it
    answers gives its words their sense.
    """
    known, incoming = case.known, case.incoming
    if known.status != Status.APPROVED or not known.same_person:
        return False
    if (known.url, known.in_reply_to) != (incoming.url, incoming.in_reply_to):
        return False
    before, after = links_in(known.html, known.text), links_in(incoming.html, incoming.text)
    if Counter(after) - Counter(before):
        return False
    words = words_in(known.html, known.text), words_in(incoming.html, incoming.text)
    return is_small_edit(*words, alike=_ALIKE, most=_MOST_CHANGED)
