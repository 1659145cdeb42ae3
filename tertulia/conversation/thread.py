"""Who answers whom: a flat list of comments as a tree, and the tree cut at a depth at which it can still be read."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct, field

from tertulia.content.snapshot import REMOVED, Comment

DEPTH = 3


class CommentNode(Struct):
    """One comment and what answers it, in the order in which it was said."""

    said: Comment
    replies: list["CommentNode"] = field(default_factory=list)
    answers: Comment | None = None  # what it answers, where its place in the tree does not say so
    above: Comment | None = None  # what it answers, wherever that stands


def nest(
    comments: Iterable[Comment], elsewhere: Mapping[str, Comment] = MappingProxyType({}), *, depth: int = DEPTH
) -> list[CommentNode]:
    """
    *comments* as a tree.

    Args:
        comments: In the order in which they were said; an answer may come before what it answers.
        elsewhere: By key, those on other pages: what answers one of them stands on the first level, and names it.
        depth: Levels that are nested, 1 for a flat list. What lies deeper stands on the last level, in its order.
    """
    nodes = {comment.id: CommentNode(comment) for comment in comments}
    top: list[CommentNode] = []
    for node in nodes.values():
        above = _line_above(node, nodes)
        if not above:
            if node.said.parent not in nodes:
                node.answers = node.above = elsewhere.get(node.said.parent)
            top.append(node)
            continue
        # above[0] is what it answers, above[-1] stands at the top.
        node.above = above[0].said
        host = above[0] if len(above) < depth else above[len(above) - depth + 1] if depth > 1 else None
        (host.replies if host else top).append(node)
        if host is not above[0] and above[0].said.kind != REMOVED:
            node.answers = above[0].said
    return top


def _line_above(node: CommentNode, nodes: dict[str, CommentNode]) -> list[CommentNode]:
    """Return what *node* answers, what that answers, and so on to the top; a circle is no line."""
    line: list[CommentNode] = []
    seen = {node.said.id}
    parent = node.said.parent
    while parent in nodes:
        if parent in seen:
            return []
        seen.add(parent)
        line.append(nodes[parent])
        parent = nodes[parent].said.parent
    return line
