"""Under what else than its own address a WordPress site answered: numbers, former slugs, lists, feeds."""

import re
from collections.abc import Iterator, Mapping, Sequence

from tertulia.core.addresses import split_address
from tertulia.imports.sources.wordpress_items import Item, Term
from tertulia.imports.types import OldAddress, OldPost, Visibility


def other_addresses(item: Item, post: OldPost, site: str) -> Iterator[OldAddress]:
    """Under what else a post could be asked for: its number, its former slugs and dates, its further pages."""

    def at(address: str) -> OldAddress:
        return OldAddress(address=address, kind="post", target=post.id)

    yield at(f"{site}/?{'page_id' if post.is_page else 'p'}={post.id}")
    if not post.address or split_address(post.address).query:
        return
    base = post.address.rstrip("/")
    yield at(f"{base}/feed/")
    yield at(f"{base}/amp/")
    pages = item.fields.get("encoded", "").count("<!--nextpage-->")
    for number in range(2, pages + 2):
        yield at(f"{base}/{number}/")
    head, _, _ = base.rpartition("/")
    slugs = [one.strip() for one in item.meta.get("_wp_old_slug", ()) if one.strip()]
    heads = [head]
    for day in item.meta.get("_wp_old_date", ()):
        year, month, date = [*day.strip().split("-"), "", "", ""][:3]
        moved = re.sub(r"/\d{4}/\d{2}/\d{2}$", f"/{year}/{month}/{date}", head)
        heads.append(moved if moved != head else re.sub(r"/\d{4}/\d{2}$", f"/{year}/{month}", head))
    last = base.rpartition("/")[2]
    for place in dict.fromkeys(heads):
        for slug in dict.fromkeys([last, *slugs]):
            if (place, slug) != (head, last):
                yield at(f"{place}/{slug}/")


def lists(
    site: str,
    posts: Sequence[OldPost],
    *,
    categories: Mapping[str, Term],
    tags: Mapping[str, Term],
    authors: Mapping[str, str],
) -> Iterator[OldAddress]:
    """
    Where WordPress had its lists and feeds.

    Args:
        categories: By nicename; so are *tags*.
        authors: Number → login.
    """
    for nicename, term in categories.items():
        path = "/".join([*reversed(above(categories, nicename)), nicename])
        yield OldAddress(address=f"{site}/category/{path}/", kind="category", target=term.name)
        yield OldAddress(address=f"{site}/?cat={term.id}", kind="category", target=term.name)
    for nicename, term in tags.items():
        yield OldAddress(address=f"{site}/tag/{nicename}/", kind="tag", target=term.name)
        yield OldAddress(address=f"{site}/?tag={nicename}", kind="tag", target=term.name)
    for number, login in authors.items():
        yield OldAddress(address=f"{site}/author/{_nicename(login)}/", kind="author", target=login)
        yield OldAddress(address=f"{site}/?author={number}", kind="author", target=login)
    moments = [
        post.published for post in posts if post.published and not post.is_page and post.state == Visibility.PUBLISHED
    ]
    for year, month in sorted({(moment.year, moment.month) for moment in moments}):
        yield OldAddress(address=f"{site}/{year}/{month:02}/", kind="month", target=f"{year}/{month:02}")
        yield OldAddress(address=f"{site}/?m={year}{month:02}", kind="month", target=f"{year}/{month:02}")
    for year in sorted({moment.year for moment in moments}):
        yield OldAddress(address=f"{site}/{year}/", kind="year", target=str(year))
    for path in ("/feed/", "/feed/atom/", "/feed/rss2/", "/feed/rdf/", "/rss/", "/?feed=rss2", "/?feed=atom"):
        yield OldAddress(address=site + path, kind="feed")


def above(categories: Mapping[str, Term], nicename: str) -> list[str]:
    """Return the categories above one, the nearest first."""
    found: list[str] = []
    while (term := categories.get(nicename)) and term.above and term.above not in (*found, nicename):
        found.append(term.above)
        nicename = term.above
    return found


def _nicename(login: str) -> str:
    """Return what WordPress made of a login for addresses: ``sanitize_title`` of "Ana.Ruiz@x" is "ana-ruizx"."""
    kept = re.sub(r"[^a-z0-9 _-]", "", login.lower().replace(".", "-"))
    return re.sub(r"[ -]+", "-", kept).strip("-")
