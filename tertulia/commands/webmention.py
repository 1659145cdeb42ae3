"""Telling other sites that posts link to them, from the terminal. The work is in ``conversation.webmention.send``."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tertulia.app import Blog
from tertulia.content.posts import Post, Published
from tertulia.conversation.webmention.send import Sender, answer_links, file_of, linking, plan
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
        with blog.clockwork.watch("webmention"):
            told = tell(blog, published)
        if not told:
            print(say("webmention_nothing"))
        return not any(one.state == "refused" for one in told)


def plan_all(blog: Blog, published: Published, since: str = "") -> list[Post]:
    """Write down every link to tell of; the posts whose pages must be there before anybody is told."""
    pages, begins = blog.pages(published), blog.since(since)
    asked = doubted(blog, published, begins)
    if asked:
        print(say("webmention_asks", n=len(asked)), file=sys.stderr)
    known = [post for post in published.posts if post not in asked]
    answers = answer_links(blog.store.answers.to_web(), pages, published.posts, begins)
    plan(blog.store.sent, pages, known, begins, every=published.posts, answers=answers)
    due = {one.source for one in blog.store.sent.due(blog.now())}
    answering = {one.post for one in answers if one.source in due}
    return [post for post in published.posts if post.url in due or post.key in answering]


def doubted(blog: Blog, published: Published, since: datetime) -> list[Post]:
    """
    Return the posts with links of which an earlier store may have told the other sites, and nobody has said whether.
    """
    blog.witness.begin()
    told = blog.store.sent.sources()
    asked = [post for post in published.posts if post.url not in told and blog.witness.doubts(post)]
    found = linking(blog.store.sent, blog.pages(published), asked, since)
    return [post for post, linked in found if linked.targets]


def resolve(blog: Blog, *, told: bool) -> None:
    """Take the owner's word on what ``plan_all`` asked about: the other sites know already, or are to be told."""
    published, since = blog.published(), blog.since()
    asked = doubted(blog, published, since)
    pages = blog.pages(published)
    answers = answer_links(blog.store.answers.to_web(), pages, published.posts, since)
    plan(blog.store.sent, pages, asked, since, every=published.posts, answers=answers, told=told)


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
    """Return what became of each link, under the title of its post; sites that take no webmentions are only counted."""
    found: list[str] = []
    for source in dict.fromkeys(one.source for one in sent):
        mine = [one for one in sent if one.source == source]
        silent = sum(one.state == "none" for one in mine)
        shown = [one for one in mine if one.state != "none"]
        if not shown:
            continue
        found.append(titles.get(source.partition("#c-")[0], source))
        for one in shown:
            detail = " · ".join(part for part in (one.target, one.status_url, one.reason) if part)
            found.append(f"  webmention    {say('sent_' + one.state):<10}  {detail}")
        if silent:
            found.append(f"  webmention    {say('webmention_silent', n=silent)}")
    return found
