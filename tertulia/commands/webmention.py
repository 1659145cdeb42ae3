"""Telling other sites that posts link to them, from the terminal. The work is in ``conversation.webmention.send``."""

from collections.abc import Sequence
from pathlib import Path

from tertulia.app import Blog
from tertulia.content.posts import Post, Published
from tertulia.conversation.webmention.send import Sender, file_of, plan
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.site.gone import is_gone
from tertulia.store.mentions import Sent


def run(root: Path, *, since: str = "") -> bool:
    """Tell what is due; True when nobody said no."""
    with Blog(root) as blog:
        published = blog.published()
        if published.preview:
            raise TertuliaError(say("announce_preview"))
        plan_all(blog, published, since)
        told = tell(blog, published)
        if not told:
            print(say("webmention_nothing"))
        return not any(one.state == "refused" for one in told)


def plan_all(blog: Blog, published: Published, since: str = "") -> list[Post]:
    """Write down every link to tell of; the posts whose pages must be there before anybody is told."""
    pages = blog.pages(published)
    plan(blog.store.sent, pages, published.posts, blog.since(since), every=published.posts)
    due = {one.source for one in blog.store.sent.due(blog.now())}
    return [post for post in published.posts if post.url in due]


def buried(blog: Blog, published: Published) -> list[str]:
    """Addresses of what is gone, of which others are to be told, and which a page of the output says to be gone."""
    sources = {one.source for one in blog.store.sent.due(blog.now()) if not one.version}
    files = {source: blog.output / file_of(source, published.site) for source in sources}
    return [source for source, file in sorted(files.items()) if file.is_file() and is_gone(file.read_text("utf-8"))]


def tell(blog: Blog, published: Published) -> list[Sent]:
    """Tell every site that a new or changed post links to, or no longer does; what became of each."""
    told = Sender(blog.store.sent, blog.fetcher, blog.now).run()
    titles = {post.url: post.title for post in published.posts}
    for line in lines(told, titles):
        print(line)
    return told


def lines(sent: Sequence[Sent], titles: dict[str, str]) -> list[str]:
    """What became of each link, under the title of its post; sites that take no webmentions are only counted."""
    found: list[str] = []
    for source in dict.fromkeys(one.source for one in sent):
        mine = [one for one in sent if one.source == source]
        silent = sum(one.state == "none" for one in mine)
        shown = [one for one in mine if one.state != "none"]
        if not shown:
            continue
        found.append(titles.get(source, source))
        for one in shown:
            detail = " · ".join(part for part in (one.target, one.status_url, one.reason) if part)
            found.append(f"  webmention    {say('sent_' + one.state):<10}  {detail}")
        if silent:
            found.append(f"  webmention    {say('webmention_silent', n=silent)}")
    return found
