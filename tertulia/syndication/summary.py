"""The words that announce a post, derived from the post: what stands in them, and how they are cut to size.

A network says how it counts, how long a text may be and how many hashtags its readers like (``Style``); what is
said is the same everywhere: the summary, the question of the post, whom it thanks, hashtags, the link. The
author's own words for a network (``Mastodon:`` in the metadata) go before all of that.

How a text is cut is in ``tertulia.core.cuts``; the network counts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import regex

from tertulia.content.networks import platform
from tertulia.content.posts import Post, PostCredit
from tertulia.core import languages
from tertulia.core.cuts import NO_BREAK_LINE, Count, shorten, split

# The least of the summary worth reading, in the network's own units; below it, hashtags and credits give way.
LEAST_LEAD = 80
# Who is owed more than one kind of credit is named once, for what comes first here.
_CREDIT_WEIGHT = ("photo", "source", "via", "thanks")
_ADDRESS = regex.compile(r"(?:https?://)?(?:[\w-]+\.)+\p{L}{2,}(?:[/?#]\S*)?")
# Words that an author puts last so that they are read: mentions and hashtags.
_ENDING = regex.compile(r"(?:\s+[#@][^\s#@][^\s]*)+\s*$")
# No address holds marks of direction: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
_URL = regex.compile(r"""https?://[^\s<>"«»“”\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+""", regex.IGNORECASE)
_HASHTAG = regex.compile(r"(?<![\p{L}\p{N}_#&/])#[\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*")
_URL_TAIL = regex.compile(r"[.,;:!?'’…)\]]+$")


@dataclass(frozen=True, slots=True)
class Style:
    """How one network wants to be spoken to."""

    limit: int
    count: Count
    tags: int = 3  # the most hashtags
    link: bool = True  # the address stands in the text; False: it goes in a card beside it
    handle: Callable[[PostCredit], str] = lambda credit: credit.name
    escape: Callable[[str], str] = lambda text: text
    title: Callable[[str], str] | None = None  # writes the title on top; None where a card shows it
    least_lead: int = LEAST_LEAD


@dataclass(frozen=True, slots=True)
class AnnouncementText:
    """What to say, in parts (one, or a thread), each within the limit."""

    parts: tuple[str, ...]
    own: bool = False  # the author wrote them
    shortened: bool = False  # something did not fit


def links_in(text: str) -> list[tuple[int, int]]:
    """Where addresses stand in *text*, as (start, end), without the punctuation that follows them."""
    spans = []
    for match in _URL.finditer(text):
        url = match[0]
        while tail := _URL_TAIL.search(url):
            kept = url[: tail.start()]
            if tail[0].startswith(")") and kept.count("(") > kept.count(")"):
                url = kept + ")"  # Wikipedia's "…_(desambiguación)"
                break
            url = kept
        spans.append((match.start(), match.start() + len(url)))
    return spans


def hashtag(label: str) -> str:
    """
    *label* as a hashtag: "Atención al cliente" is "#AtenciónAlCliente", "clientepitero" stays as it is written.

    Returns:
        "" when no letters are left: "#8M" is a tag, and "#2026" is none anywhere.
    """
    words: list[str] = regex.findall(r"[\p{L}\p{M}\p{N}_]+", label)
    joined = "".join(words) if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{joined}" if regex.search(r"\p{L}", joined) else ""


def words_of(post: Post, network: str) -> str:
    """Return what the author wrote for *network*; a further account without words of its own has those of the first."""
    return (post.said.get(network) or post.said.get(platform(network), "")).strip()


def said_for(post: Post, network: str) -> tuple[str, bool]:
    """
    Return the author's own words for *network*, and whether a thread is wanted.

    ``Mastodon: hilo`` makes a thread of the post itself, ``Mastodon: hilo: …`` one of the words that follow.
    """
    said = words_of(post, network)
    head, colon, rest = said.partition(":")
    if head.strip().casefold() in languages.current().words("thread") and (colon or not rest):
        return (rest.strip() or post.text, True)
    return (said, False)


def left_out(post: Post, network: str) -> bool:
    """Whether the author wants no word of *post* on *network*."""
    return words_of(post, network).casefold() in languages.current().words("never")


def words_for(post: Post, network: str, style: Style) -> AnnouncementText:
    """Return what to say of *post* on *network*: the author's own words, or ours."""
    said, thread = said_for(post, network)
    if thread and said:
        return _thread(post, said, style)
    if said:
        return _own(post, said, style)
    return _ours(post, style)


def _ours(post: Post, style: Style) -> AnnouncementText:
    """Summary, question, credits, hashtags, link; what matters least gives way first when room is short."""
    title = [style.title(post.title)] if style.title and not post.is_note else []
    # A note is called after what a reader sees of it first; where that is no word of its author's, none is announced.
    lead = style.escape(post.summary or ("" if style.title or post.is_note else post.title))
    question = style.escape(post.question) if post.question and post.question not in post.summary else ""
    tags = _tags(post, style, said=post.summary)
    credits = _credits(post, style)
    link = [post.url] if style.link else []
    full_length = len(tags)

    def joined(text: str) -> str:
        return "\n\n".join(part for part in [*title, text, question, credits, " ".join(tags), *link] if part)

    def room() -> int:
        return style.limit - style.count(joined("x")) + style.count("x")

    whole = style.count(lead)
    if tags and room() + style.count(" ".join(tags)) - style.count(tags[0]) >= whole:
        while room() < whole:  # all of the summary is worth more than a second hashtag
            tags.pop()
    wanted = min(style.least_lead, whole)
    while room() < wanted and (len(tags) > 1 or credits or question or tags):
        if len(tags) > 1:
            tags.pop()
        elif credits:
            credits = ""
        elif question:
            question = ""
        else:
            tags.clear()
    short = _fit(lead, room(), style.count)
    return AnnouncementText((joined(short),), shortened=short != lead or len(tags) < full_length)


def _fit(text: str, room: int, count: Count) -> str:
    try:
        return shorten(text, room, count)
    except ValueError:
        return ""


def _own(post: Post, said: str, style: Style) -> AnnouncementText:
    """
    Return the author's words, ``{title}`` and friends filled in; the link is added when they do not hold it.

    Short of room, what was asked for by name gives way in the order of our own words: hashtags but one, credits, the
    question, the last hashtag, the summary; then the author's words are cut, and the link stays where it stands.
    """
    named = _named(post, style, said=said)
    text = whole = _filled(said, named, style)
    if style.link and post.url not in whole:
        said += "\n\n{link}"
        text = whole = _filled(said, named, style)
    for name, less in _giving_way(named):
        if style.count(text) <= style.limit:
            break
        if name in said:
            named = named | {name: less}
            text = _tidied(_filled(said, named, style))
    if style.count(text) > style.limit and "{summary}" in said:
        without = _filled(said, named | {"{summary}": "x"}, style)
        room = style.limit - style.count(without) + style.count("x")
        if room >= min(style.least_lead, style.count(named["{summary}"])):
            text = _filled(said, named | {"{summary}": _fit(named["{summary}"], room, style.count)}, style)
    if style.count(text) > style.limit:
        text = _cut_around(text, link=post.url, style=style)
    return AnnouncementText((text,), own=True, shortened=text != whole)


def _giving_way(named: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is left of each name when it gives way, in order."""
    tags = named["{tags}"].split()
    for left in range(len(tags) - 1, 0, -1):
        yield "{tags}", " ".join(tags[:left])
    yield "{credits}", ""
    yield "{question}", ""
    yield "{tags}", ""


def _tidied(text: str) -> str:
    """*text* without what a name that gave way leaves behind: blanks, and a colon with nothing after it."""
    return regex.sub(r"\n{3,}", "\n\n", regex.sub(r"[^\S\n]*(?:[:·|—–-][^\S\n]*)?(?=\n|$)| (?= )", "", text)).strip()


def _cut_around(text: str, *, link: str, style: Style) -> str:
    """*text* cut to size; *link*, and the mentions and hashtags written at its end, stay."""
    before, found, after = text.partition(link)
    if not found:
        before, after = "", text
    after, ending = _without_ending(after)
    if not found or style.count(before + found + ending) <= style.limit:
        room = style.limit - style.count(f"{before}{found} x{ending}") + style.count("x")
        kept = _fit(after.strip(), room, style.count)
        blank = after[: len(after) - len(after.lstrip())] if kept else ""
        return f"{before}{found}{blank}{kept}{ending}".strip()
    blank = before[len(before.rstrip()) :]
    room = style.limit - style.count(f"x{blank}{found}{ending}") + style.count("x")
    return f"{_fit(before.rstrip(), room, style.count)}{blank}{found}{ending}".strip()


def _without_ending(text: str) -> tuple[str, str]:
    found = _ENDING.search(text)
    return (text[: found.start()], found[0]) if found else (text, "")


def _thread(post: Post, said: str, style: Style) -> AnnouncementText:
    """
    Return a thread: the link with the first part, hashtags with the last, each part numbered; one part is no thread.
    """
    text = style.escape(said) if said == post.text else _filled(said, _named(post, style, said=said), style)
    tags = " ".join(_tags(post, style, said=said))
    ending = f"\n\n{tags}" if tags else ""
    first = f"\n\n{post.url}" if style.link and post.url not in text else ""
    alone = text.replace(NO_BREAK_LINE, "\n") + ending + first
    if style.count(alone) <= style.limit:
        return AnnouncementText((alone,), own=True)
    longest = style.limit - style.count(" (99/99)") - max(style.count(f"x{first}"), style.count(f"x{ending}")) + 1
    pieces = [piece.replace(NO_BREAK_LINE, "\n") for piece in split(text, longest, style.count)]
    parts = [f"{piece} ({number}/{len(pieces)})" for number, piece in enumerate(pieces, 1)]
    parts[0] += first
    parts[-1] += ending
    return AnnouncementText(tuple(parts), own=True)


def _named(post: Post, style: Style, *, said: str) -> dict[str, str]:
    """Return what each ``{name}`` in the author's words stands for."""
    return {
        "{title}": style.escape(post.title),
        "{summary}": style.escape(post.summary),
        "{question}": style.escape(post.question),
        "{tags}": " ".join(_tags(post, style, said=said.replace("{summary}", post.summary))),
        "{credits}": _credits(post, style),
        "{link}": post.url,
    }


def _filled(said: str, named: dict[str, str], style: Style) -> str:
    """*said* escaped, with each name replaced by what it stands for."""
    pieces = regex.split("(" + "|".join(regex.escape(name) for name in named) + ")", said)
    return "".join(named.get(piece, style.escape(piece)) for piece in pieces).strip()


def _tags(post: Post, style: Style, *, said: str) -> list[str]:
    """Return the hashtags of *post* that *said* does not hold already, as many as readers like."""
    there = {found[0].casefold() for found in _HASHTAG.finditer(said)}
    unique = dict.fromkeys(tag for label in post.tags if (tag := hashtag(label)) and tag.casefold() not in there)
    return [style.escape(tag) for tag in list(unique)[: max(0, style.tags - len(there))]]


def _credits(post: Post, style: Style) -> str:
    """ "Vía @ana@mastodon.example. Foto: Luis Gil", each person by the handle that this network knows."""
    # A source that is named by its address would become a second link: it is on the page, not in the announcement.
    named = [credit for credit in post.credits if not _ADDRESS.fullmatch(credit.name)]
    owed: dict[str, str] = {}
    for credit in sorted(named, key=lambda credit: _CREDIT_WEIGHT.index(credit.kind)):
        owed.setdefault(style.handle(credit), credit.kind)
    lines = []
    for kind in dict.fromkeys(credit.kind for credit in named):
        names = [name for name in dict.fromkeys(map(style.handle, named)) if owed[name] == kind]
        if names:
            lines.append(style.escape(languages.text(f"announce_{kind}", post.lang, names=_listed(names, post.lang))))
    return " · ".join(lines)


def _listed(names: Sequence[str], lang: str) -> str:
    """ "Ana, Luis y Eva"; "e" before the sound of an i."""
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {languages.current().conjunction(names[-1], lang)} {names[-1]}"
