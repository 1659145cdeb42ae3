"""Medium: the zip of its export, of which only the stories are read.

One file of HTML a story in ``posts/``; the other folders hold whom one followed, from where one logged in and the like,
and are not opened. An answer to somebody else's story looks like a story without a title: it is kept unseen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lxml.html import HtmlElement

from tertulia.core.addresses import host_of, split_address, web_address
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources.common import has_class, inner, made, moment, plain, put, removed
from tertulia.imports.tree import parse
from tertulia.imports.types import OldAddress, OldAuthor, OldPost, OldSite, Visibility

_HOST = "medium.com"
_ID = re.compile(r"-([0-9a-f]{8,14})(?:\.html)?$")
_EMBEDDED = re.compile(r"https://gist\.github\.com/[\w-]+/[0-9a-f]+")


def read(export: Export) -> OldSite:
    """
    All stories of the export.

    Raises:
        ContentError: it cannot be read.
    """
    stories = [_story(file) for file in export if _is_story(file)]
    posts = [story.post for story in stories]
    homes = [story.home for story in stories if story.home]
    home = next((one for one in homes if host_of(one) == _HOST), homes[0] if homes else "")
    names = {story.author.key: story.author for story in stories if story.author}
    return OldSite(
        address=home or f"https://{_HOST}",
        hosts=tuple(dict.fromkeys(filter(None, (host_of(post.address) for post in posts)))),
        file_hosts=("cdn-images-1.medium.com", "miro.medium.com"),
        authors=tuple(names.values()),
        posts=tuple(posts),
        addresses=tuple(_others(posts)),
        read=tuple(f"post {post.id}" for post in posts),
    )


def recognises(export: Export) -> bool:
    """Whether it is an export of Medium."""
    return any(_is_story(file) for file in export)


IMPORTER = Importer("medium", "Medium", "medium", recognises, read)


def _is_story(file: ExportFile) -> bool:
    if file.suffix != ".html" or PurePosixPath(file.name).parent.name not in ("posts", "", "."):
        return False
    head = file.head()
    return b"h-entry" in head and (b"graf" in head or b"medium.com" in head) and b"p-name" in head


def _others(posts: list[OldPost]) -> Iterator[OldAddress]:
    for post in posts:
        if post.state is Visibility.PUBLISHED:
            yield OldAddress(address=f"https://{_HOST}/p/{post.id}", kind="post", target=post.id)


@dataclass(frozen=True, slots=True)
class _MediumStory:
    post: OldPost
    author: OldAuthor | None
    home: str  # where the author's stories are


def _story(file: ExportFile) -> _MediumStory:
    root = parse(file.read().decode("utf-8-sig", "replace"))
    stem = PurePosixPath(file.name).stem
    body = _first(root, "section", "e-content")
    title = _words(_first(root, "h1", "p-name"))
    subtitle = _words(_first(root, "section", "p-summary"))
    time = _first(root, "time", "dt-published")
    address = web_address(_href(_first(root, "a", "p-canonical")))
    writer = _first(root, "a", "p-author")
    if body is None:
        body = made("div")
    is_answer = _is_answer(root, body, title)
    cover = _tidied(body, title, subtitle)
    found = _ID.search(stem) or _ID.search(split_address(address).path)
    is_draft = stem.startswith("draft") or time is None or not address
    state = Visibility.DRAFT if is_draft or is_answer else Visibility.PUBLISHED
    slug = _ID.sub("", PurePosixPath(split_address(address).path).name)
    home, author = "", None
    if writer is not None:
        home = web_address(_href(writer))
        key = PurePosixPath(split_address(home).path).name.lstrip("@") or _words(writer)
        author = OldAuthor(key=key, name=_words(writer))
    post = OldPost(
        id=found[1] if found else stem,
        address=address,
        published=moment(time.get("datetime")) if time is not None else None,
        title=title,
        body=inner(body),
        state=state,
        kept_back="response" if is_answer and not is_draft else "",
        slug=slug,
        authors=(author.key,) if author else (),
        tags=tuple(dict.fromkeys(_words(one) for one in root.iter("a") if has_class(one, "p-tag"))),
        summary=subtitle,
        cover=cover.get("src", "") if cover is not None else "",
        cover_alt=cover.get("alt", "") if cover is not None else "",
        guid=f"https://{_HOST}/p/{found[1]}" if found else "",
    )
    return _MediumStory(post, author, home)


def _is_answer(root: HtmlElement, body: HtmlElement, title: str) -> bool:
    """Whether it answers somebody else's story: it has no title but its own first words."""
    if any(has_class(one, "u-in-reply-to", "p-in-reply-to") for one in root.iter("a")):
        return True
    headings = [one for one in body.iter("h1", "h2", "h3", "h4") if has_class(one, "graf--title", "graf--leading")]
    words = _words(next((one for one in body.iter() if has_class(one, "graf")), None))
    return not headings and bool(title) and title.rstrip("….") in words


def _tidied(body: HtmlElement, title: str, subtitle: str) -> HtmlElement | None:
    """Medium's own marks as what they say; the picture that was its cover."""
    for heading in list(body.iter("h1", "h2", "h3", "h4")):
        again = title if has_class(heading, "graf--title", "graf--leading") else subtitle
        if has_class(heading, "graf--title", "graf--subtitle", "graf--leading") and _words(heading) == again:
            removed(heading)
    for number, rule in enumerate(one for one in list(body.iter("hr")) if has_class(one, "section-divider")):
        if not number:  # before the first section
            removed(rule)
    for card in list(body.iter("div", "figure")):
        if has_class(card, "graf--mixtapeEmbed"):
            link = next(card.iter("a"), None)
            name = next((one for one in card.iter("strong")), None)
            words = _words(name) or _words(link)
            paragraph = made("p")
            paragraph.append(made("a", text=words or _href(link), href=_href(link)))
            if about := _words(next(card.iter("em"), None)):
                paragraph[-1].tail = f" {about}"
            put(card, paragraph)
        elif card.tag == "figure":
            for shown in filter(None, [_EMBEDDED.match(one.get("src", "")) for one in card.iter("script")]):
                put(card, made("p", data_embed=shown[0]))
    for code in list(body.iter("pre")):
        for line in list(code.iter("br")):
            put(line, made("span", text="\n"))
        language = code.get("data-code-block-lang", "")
        words = code.text_content()
        for child in list(code):
            code.remove(child)
        code.text = None
        code.append(made("code", text=words, **({"class": f"language-{language}"} if language else {})))
    images = list(body.iter("img"))
    return next((image for image in images if image.get("data-is-featured") == "true"), None)


def _first(root: HtmlElement, tag: str, name: str) -> HtmlElement | None:
    return next((one for one in root.iter(tag) if has_class(one, name)), None)


def _words(element: HtmlElement | None) -> str:
    return one_line(plain(inner(element)), 1000) if element is not None else ""


def _href(link: HtmlElement | None) -> str:
    return link.get("href", "").strip() if link is not None else ""
