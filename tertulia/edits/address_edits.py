"""Posts that have another address after an edit: their pages stand elsewhere, and the old addresses lead there.

So do those that their authors name. Those that have more than one page, or lose an old address, are for a build.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tertulia.core import addresses
from tertulia.edits.arrangement import Arrangement
from tertulia.edits.list_edits import ListPages
from tertulia.site import moved, moved_here, redirects, talk_parts
from tertulia.site.build import SiteBuild


class AddressEdits:
    """
    Addresses since one build.

    Args:
        build: As it was left.
        pages: Those that come and go.
        remembered: Tells who had which address before.
    """

    def __init__(
        self,
        build: SiteBuild,
        arrangement: Arrangement,
        pages: ListPages,
        remembered: Callable[[], moved.Addresses],
    ) -> None:
        self.build, self.arrangement, self.pages = build, arrangement, pages
        self._remembered = remembered
        self.posts: dict[int, Any] = {}  # that have another now
        self.left: set[str] = set()  # files where they stood
        self.asked: dict[str, str] = {}  # files that lead on by their author's word, and their paths
        self._asking: dict[int, dict[str, str]] = {}  # the same of each post
        self._urls: set[str] = set()  # where they were

    def move(self, post: Any, slug: str, url: str, save_as: str) -> None:
        """
        Let *post* have the address *url*, and its page be the file *save_as*.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """
        is_more = post.said or post.number in self.posts or not self.arrangement.has_page(post.save_as)
        if is_more or self.arrangement.leading_to(post.save_as):
            self.pages.cannot("edit_address")
        self._lead(post)
        if not {save_as, post.save_as}.isdisjoint(redirects.alias_file(path) for path in self._paths(post)):
            self.pages.cannot("edit_address")
        if save_as != post.save_as:
            self._move_page(post, save_as)
        post.slug, post.url, post.save_as, post.talk_folder = slug, url, save_as, talk_parts.folder(url)

    def rename(self, post: Any) -> None:
        """
        Let the pages of old addresses of *post* have the title that it has now.

        Raises:
            NeedsBuildError: it takes a build.
        """
        if self._whole(post.url) in self.build.led_to:
            self._lead(post)

    def alias(self, post: Any, aliases: tuple[str, ...]) -> None:
        """
        Let *aliases*, and with those it had all of them, lead to *post*.

        Raises:
            NeedsBuildError: one leads there no more, or is no address, or another's.
        """
        before = self._paths(post)
        post.aliases = aliases
        self._lead(post)
        wanted: set[str] = self.arrangement.value("wanted")
        paths = [redirects.alias_path(alias, self.build.settings["SITE_ADDRESS"]) for alias in aliases]
        new = {redirects.alias_file(path): path for path in paths if path not in before}
        if not all(paths) or not before <= self._paths(post) or not wanted.isdisjoint(new):
            self.pages.cannot("edit_address")
        for name in new:
            self.pages.claim(name)
        self._asking[post.number] |= new
        self.asked |= new
        self.arrangement.leave("wanted", wanted | new.keys())

    def _paths(self, post: Any) -> set[str]:
        """Return the paths that lead to *post* by its author's word, or that of another program."""
        asked = (*post.aliases, *post.old_addresses)
        return {path for one in asked if (path := redirects.alias_path(one, self.build.settings["SITE_ADDRESS"]))}

    def _lead(self, post: Any) -> None:
        """Let what leads to *post* be written anew."""
        table, led_on = moved_here.read(self.build.reader.content), self.build.led_on
        url, elsewhere = self._whole(post.url), led_on.elsewhere if led_on else ()
        if f"post:{post.id}.{post.lang}" in table.values() or any(one.new == url for one in elsewhere):
            self.pages.cannot("edit_address")
        pairs = set(led_on.pairs if led_on else ())
        there = (path for path in self._paths(post) if (self._whole(path), url) in pairs)
        self._asking.setdefault(post.number, {redirects.alias_file(path): path for path in there})
        self._urls.add(url)
        self.posts[post.number] = post

    def _move_page(self, post: Any, save_as: str) -> None:
        old, changes = post.save_as, self.pages.changes
        self.pages.claim(save_as, own=save_as in self._before(post))
        changes.pages[save_as] = self.pages.page_of(old)
        changes.pages[old] = None
        self.arrangement.rename_page(old, save_as)
        changes.shown = {(save_as if name == old else name, one): size for (name, one), size in changes.shown.items()}
        self.left.add(old)

    def finish(self) -> dict[str, bytes | None]:
        """Return the files of the output at which something else stands now."""
        build, led_on = self.build, self.build.led_on
        files: dict[str, bytes | None] = dict.fromkeys(self.left)
        if not self.posts or led_on is None:
            return files
        pairs = [(old, new) for old, new in led_on.pairs if new not in self._urls]
        build.led_to = build.led_to - self._urls
        for post in self.posts.values():
            new = self._whole(post.url)
            before = {name: name.removesuffix("index.html") for name in self._before(post)}
            for name, path in {**before, **self._asking[post.number]}.items():
                if self._is_free(name):
                    files[name] = redirects.page_leading_to(new, post.title, post.lang, build).encode()
                    pairs += [(self._whole(one), new) for one in {path, path.rstrip("/")}]
                    build.led_to.add(new)
        build.led_on = led_on._replace(pairs=pairs)
        self.arrangement.leave("led to", build.led_to)
        return files

    def noted(self) -> Mapping[str, tuple[str, ...]]:
        """Return what names who has a file now; nothing where nobody has it any more."""
        noted = (post for post in self.posts.values() if not post.mark)
        return dict.fromkeys(self.left, ()) | {post.save_as: moved.keys(post) for post in noted}

    def _before(self, post: Any) -> list[str]:
        """Return the files that *post* had before."""
        return moved.old_files(self._remembered(), [post])[post.save_as]

    def _is_free(self, name: str) -> bool:
        pages = self.pages.changes.pages
        return pages[name] is None if name in pages else redirects.is_free(self.build.output / name)

    def _whole(self, url: str) -> str:
        return addresses.whole(self.build.settings["SITEURL"], url)
