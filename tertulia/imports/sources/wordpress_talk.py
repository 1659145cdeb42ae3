"""What was said on a WordPress site: comments, and what plugins keep as such: mentions, likes, shares.

Understood are WordPress' own pingbacks, the Webmention plugin (Semantic Linkbacks before), and ActivityPub.
"""

from collections.abc import Collection
from datetime import UTC
from html import unescape

from tertulia.core.addresses import web_address
from tertulia.imports.paragraphs import paragraphs
from tertulia.imports.sources.common import moment, without_gone
from tertulia.imports.sources.wordpress_items import Item, moment_of, number_of, words_of
from tertulia.imports.types import LeftOut, OldComment, OldDecision

_DECISIONS = {"1": OldDecision.APPROVED, "approve": OldDecision.APPROVED, "approved": OldDecision.APPROVED,
              "0": OldDecision.WAITING, "hold": OldDecision.WAITING, "spam": OldDecision.SPAM}  # fmt: skip
# What plugins call a comment that is none → what it is here.
_KINDS = {
    "": "comment", "comment": "comment", "reply": "comment", "pingback": "mention", "trackback": "mention",
    "webmention": "mention", "mention": "mention", "quote": "mention", "like": "like", "favorite": "like",
    "favourite": "like", "repost": "repost", "announce": "repost", "bookmark": "bookmark", "review": "comment",
    "wpdiscuz_sticky": "comment", "rsvp": "mention", "rsvp-yes": "mention", "rsvp-no": "mention",
    "rsvp-maybe": "mention", "rsvp-interested": "mention", "read": "mention", "watch": "mention", "listen": "mention",
    "follow": "mention", "tag": "mention", "emoji": "like", "reacji": "like", "reaction": "like",
}  # fmt: skip
# Ours, wpDiscuz', Comments Like Dislike's, WP ULike's.
_LIKES = ("tertulia_likes", "wpdiscuz_votes", "cld_like_count", "_commentliked")


def comments_of(item: Item, owners: Collection[str]) -> tuple[list[OldComment], list[LeftOut]]:
    """
    Return what was said about *item*, and what does not come over; what answered that answers what it had answered.
    """
    said: list[OldComment] = []
    gone: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for fields, meta in item.comments:
        comment = comment_of(item, fields, meta, owners)
        if comment:
            said.append(comment)
        else:
            gone[fields["comment_id"]] = _parent(fields)
            who = words_of(fields.get("comment_author"))
            left_out.append(LeftOut("comment", fields["comment_id"], who, "no_comment"))
    return list(without_gone(said, gone)), left_out


def comment_of(
    item: Item, fields: dict[str, str], meta: dict[str, list[str]], owners: Collection[str]
) -> OldComment | None:
    """
    Return a comment; None for what is none: an order's note, what lay in the bin.

    Args:
        item: What it is about.
        owners: The numbers of the blog's authors.
    """
    decision = _DECISIONS.get(fields.get("comment_approved", "").strip())
    told = fields.get("comment_type", "").strip().lower()
    kind = _KINDS.get(told)
    meant = next(iter(meta.get("semantic_linkbacks_type", ())), "").strip().lower().split(":")[0]
    number = fields["comment_id"]
    when = moment_of(fields, "comment_date") or moment_of(item.fields, "post_date")
    if decision is None or kind is None or when is None:
        return None
    if told in ("", "comment", "webmention") and meant in _KINDS and meant:
        kind = _KINDS[meant]
    protocol = next(iter(meta.get("protocol", ())), "")
    site = web_address(unescape(fields.get("comment_author_url", "").strip()))
    known_as = ("webmention_source_url", "semantic_linkbacks_source", "source_url", "url")
    url = next((web_address(value) for key in known_as for value in meta.get(key, ()) if web_address(value)), "")
    url = url if protocol or kind != "comment" else ""
    if kind != "comment":  # a mention's address is that of its page
        site = next((web_address(value) for value in meta.get("semantic_linkbacks_author_url", ())), "") or site
    user = fields.get("comment_user_id", "").strip()
    return OldComment(
        id=number,
        post=item.id,
        published=when if when.tzinfo else when.replace(tzinfo=UTC),
        name=words_of(fields.get("comment_author")),
        site=site,
        person=fields.get("comment_author_email", "").strip().lower(),
        html=paragraphs(fields.get("comment_content", "")),
        decision=decision,
        kind=kind,  # type: ignore[arg-type]
        parent=_parent(fields),
        url=url or (site if kind == "mention" else ""),
        anchor=f"comment-{number}",
        is_owner=user != "0" and user in owners,
        likes=max(0, *(number_of(value) for key in _LIKES for value in meta.get(key, ())), 0),
        edited=moment(next(iter(meta.get("tertulia_edited", ())), "")),
    )


def _parent(fields: dict[str, str]) -> str:
    parent = fields.get("comment_parent", "").strip()
    return parent if parent != "0" else ""
