"""Disqus: its XML of threads and what was said in them.

https://help.disqus.com/en/articles/1717164-comments-export. What was deleted does not come over, nor what was said in a
thread that was; what answered it hangs on what that had answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from tertulia.core.addresses import host_of, split_address, web_address
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources import wxr
from tertulia.imports.sources.common import moment, most, page_of, without_gone
from tertulia.imports.types import LeftOut, OldComment, OldDecision, OldSite

_LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")


def read(export: Export) -> OldSite:
    """
    All that the export's files hold, together.

    Raises:
        ContentError: one of them cannot be read.
    """
    threads: dict[str, _DisqusThread] = {}
    said: dict[str, _DisqusPost] = {}
    for file in filter(_is_disqus, export):
        for element in wxr.elements(file, "disqus"):
            if wxr.local(element) == "thread":
                thread = _thread(element)
                threads.setdefault(thread.id, thread)
            elif wxr.local(element) == "post":
                one = _said(element)
                said.setdefault(one.id or f"?{len(said)}", one)
    comments: list[OldComment] = []
    left_out: list[LeftOut] = []
    gone: dict[str, str] = {}
    for known, one in said.items():
        about = threads.get(one.thread)
        why = _why_not(one, about)
        if why or about is None or one.comment is None:
            gone[known] = one.parent
            left_out.append(LeftOut("comment", known, one.thread if why == "no_thread" else one.name, why))
        else:
            comments.append(_in(one.comment, one, about))
    origins = (split_address(thread.address).origin for thread in threads.values() if not _is_local(thread.address))
    return OldSite(
        address=most(origins),
        comments=without_gone(comments, gone),
        left_out=tuple(left_out),
        read=tuple(f"comment {known}" for known in said),
    )


def recognises(export: Export) -> bool:
    """Whether it is an export of Disqus."""
    return any(_is_disqus(file) for file in export)


IMPORTER = Importer("disqus", "Disqus", "disqus", recognises, read)


@dataclass(frozen=True, slots=True)
class _DisqusThread:
    id: str
    address: str
    is_deleted: bool
    owner: str  # user name of who opened it: the blog's


@dataclass(frozen=True, slots=True)
class _DisqusPost:
    id: str
    thread: str
    parent: str
    name: str
    user: str
    is_deleted: bool
    comment: OldComment | None


def _is_disqus(file: ExportFile) -> bool:
    return file.suffix in (".xml", "") and b"<disqus" in file.head() and b"disqus.com" in file.head()


def _number(element: etree._Element) -> str:
    """Its own id: an attribute of the namespace ``disqus-internals``, whatever that is called here."""
    return next((str(value).strip() for name, value in element.items() if str(name).rpartition("}")[2] == "id"), "")


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if wxr.local(child) == name)


def _thread(element: etree._Element) -> _DisqusThread:
    fields = wxr.texts(element)
    author = next(_children(element, "author"), None)
    address = next(filter(None, (page_of(fields.get(key, "")) for key in ("link", "id"))), "")
    return _DisqusThread(
        _number(element),
        address,
        _is_true(fields, "isDeleted"),
        wxr.texts(author).get("username", "").strip() if author is not None else "",
    )


def _said(element: etree._Element) -> _DisqusPost:
    fields = wxr.texts(element)
    found = next(_children(element, "author"), None)
    author = wxr.texts(found) if found is not None else {}
    number = _number(element) or fields.get("id", "").strip()
    parent = next(map(_number, _children(element, "parent")), "")
    name, user = one_line(author.get("name", ""), 200), author.get("username", "").strip()
    when = moment(fields.get("createdAt"))
    comment = None
    if number and when:
        comment = OldComment(
            id=number,
            post="",
            published=when,
            name=name,
            site=web_address(author.get("link", "").strip()),
            person=author.get("email", "").strip().lower() or user,
            html=fields.get("message", ""),
            decision=_decision(fields),
            parent=parent,
            anchor=f"comment-{number}",
        )
    thread = next(map(_number, _children(element, "thread")), "")
    return _DisqusPost(number, thread, parent, name, user, _is_true(fields, "isDeleted"), comment)


def _decision(fields: dict[str, str]) -> OldDecision:
    if _is_true(fields, "isSpam"):
        return OldDecision.SPAM
    return OldDecision.WAITING if fields.get("isApproved", "true").strip().lower() == "false" else OldDecision.APPROVED


def _is_true(fields: dict[str, str], name: str) -> bool:
    return fields.get(name, "").strip().lower() in ("true", "1")


def _why_not(one: _DisqusPost, thread: _DisqusThread | None) -> str:
    """Why it does not come over; "" when it does."""
    if one.comment is None:
        return "no_comment"
    if one.is_deleted or (thread and thread.is_deleted):
        return "trash"
    return "no_thread" if thread is None else ""


def _in(comment: OldComment, one: _DisqusPost, thread: _DisqusThread) -> OldComment:
    return replace(comment, post=thread.address, is_owner=bool(one.user) and one.user == thread.owner)


def _is_local(address: str) -> bool:
    return host_of(address) in _LOCAL
