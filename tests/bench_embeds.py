"""What ten embeds cost a reader, and how long five hundred captures take.

    python3 tasks.py bench --embeds

Ours is measured on a built page: the same post with and without its ten embeds, as a browser fetches it (HTML and the
script compressed with gzip as a server would, pictures as they are). What the services' own embeds cost is cited, each
figure with its source: it cannot be measured without asking them.
"""

import datetime as dt
import gzip
import re
import tempfile
import time
from pathlib import Path

from tertulia.embeds.capture import capture
from tests.conftest import build_site
from tests.embedding import FakeWeb, example, post

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TEN = (
    *("x-whole", "x-syndication", "mastodon", "mastodon-whole", "bluesky"),
    *("youtube", "vimeo", "instagram", "spotify", "page"),
)
# What one official embed makes a browser fetch, as others measured it, for those of the ten that somebody measured.
CITED = (
    ("X", 600, 27, "a tweet, as sent; further ones share scripts: builder.io/blog, 19 January 2023"),
    ("YouTube", 1200, 0, "a video, its JavaScript alone: css-irl.info, performance of social media embeds"),
)
# A picture of the blog's own stands for every picture of the services'.
PHOTOS = sorted((Path(__file__).parent.parent / "content" / "images").glob("*.jp*g"))


def photo(url):
    """A real picture, another one for each address."""
    data = PHOTOS[sum(url.encode()) % len(PHOTOS)].read_bytes()
    return {"type": "image/jpeg", "body": data}


def cost(folder, names):
    """(bytes of words and script, bytes of pictures, requests) of the page with these embeds."""
    content = folder / "content"
    for name in names:
        data = example(name)
        answers = {url: photo if answer == "picture" else answer for url, answer in data["answers"].items()}
        post(content, data["post"])
        list(capture(content, FakeWeb(answers), NOW))
    header = "Título: Diez\nFecha: 2026-11-01\nId: diez\n\nTexto.\n\n"
    post(content, header + "\n\n".join(example(name)["post"] for name in names))
    build_site(content, folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    page = (folder / "output/2026/11/diez/index.html").read_bytes()
    files = {folder / "output" / source.decode().lstrip("/") for source in re.findall(rb'src="(/embeds/[^"]+)"', page)}
    words = len(gzip.compress(page))
    if b"embed.js" in page:
        words += len(gzip.compress((folder / "output/theme/embed.js").read_bytes()))
    return words, sum(file.stat().st_size for file in files), 1 + len(files) + (b"embed.js" in page)


def main():
    """Print both tables."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        bare, _, one = cost(Path(first), ())
        words, pictures, requests = cost(Path(second), TEN)
    print(f"page without embeds   {bare / 1000:7.1f} KB                            {one:3} request")
    print(
        f"page with ten embeds  {words / 1000:7.1f} KB  + {pictures / 1000:7.1f} KB of pictures  {requests:3} requests"
    )
    print("                      words and script as gzip; pictures when all are seen (loading=lazy); no other host")
    print("official embeds, those of the ten whose cost somebody published, pictures not counted:")
    for network, kilobytes, asked, source in CITED:
        print(f"  1 × {network:8} {kilobytes:6} KB  {asked or '?':>3} requests  ({source})")
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder)
        post(content, "\n\n".join(f"https://vimeo.com/{1000 + number}" for number in range(500)))
        web = FakeWeb({"https://vimeo.com/api/": {"body": {"title": "Vídeo", "upload_date": "2020-01-01 00:00:00"}}})
        start = time.perf_counter()
        half = capture(content, web, NOW)
        for _ in range(250):
            next(half)
        half.close()
        stopped = time.perf_counter()
        resumed = sum(1 for _ in capture(content, web, NOW))
        ended = time.perf_counter()
        nothing = sum(1 for _ in capture(content, web, NOW))
        print("500 items, the web's own time not counted:")
        print(f"  stopped after 250 in {stopped - start:.1f} s; resumed with {resumed}, in {ended - stopped:.1f} s")
        print(f"  with nothing left to do: {nothing} asked, {time.perf_counter() - ended:.2f} s")


if __name__ == "__main__":
    main()
