"""What a page reads while it is drawn, held against what it has declared (``tertulia/site/page_inputs.py``).

Our own templates declare all that they read; a test watches them. Where a blog has templates of its own, each build
watches: when one reads of a post, or of what all pages are given, what its page has not declared, the page may grow old
without its key changing, and no page of that build is kept for the next.
"""

from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from jinja2.runtime import Context

if TYPE_CHECKING:
    from tertulia.site.facets import Settled


class Reads:
    """Watches what the page that is being drawn reads."""

    def __init__(self) -> None:
        self._inputs: Settled | None = None
        self._may: dict[int, frozenset[str] | None] = {}
        self._given: frozenset[str] = frozenset()
        self.undeclared: set[str] = set()

    def begin(self, inputs: "Settled | None", given: frozenset[str]) -> None:
        """
        Watch a page that is made of *inputs*; None where that cannot be told, and nothing needs to be watched.

        Args:
            given: The names that the page is given and that are no setting.
        """
        self._inputs, self._given = inputs, given
        self._may = dict(inputs.posts.pairs()) if inputs else {}

    def name(self, name: str) -> None:
        """Note that a template asks for *name*."""
        if self._inputs is not None and name in self._given and name not in self._inputs.names:
            self.undeclared.add(name)

    def attribute(self, of: object, name: object) -> None:
        """Note that a template asks for an attribute of something."""
        if self._inputs is not None and hasattr(of, "shown_path"):
            may = self._may.get(id(of), frozenset())
            if may is not None and name not in may:
                self.undeclared.add(f"post.{name}")


def watch(environment: Environment, reads: Reads | None) -> None:
    """Have the templates of *environment* tell *reads* of all that they ask for; None where nobody listens."""
    if reads is None:
        return
    told, getattr_, getitem = reads, environment.getattr, environment.getitem

    def get_attribute(of: Any, attribute: str) -> Any:
        reads.attribute(of, attribute)
        return getattr_(of, attribute)

    def get_item(of: Any, argument: Any) -> Any:
        reads.attribute(of, argument)
        return getitem(of, argument)

    class WatchedContext(Context):
        def resolve_or_missing(self, key: str) -> Any:
            told.name(key)
            return super().resolve_or_missing(key)

    environment.getattr = get_attribute  # type: ignore[method-assign,assignment]
    environment.getitem = get_item  # type: ignore[method-assign,assignment]
    environment.context_class = WatchedContext
