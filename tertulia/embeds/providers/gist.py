"""GitHub gists: https://docs.github.com/en/rest/gists/gists#get-a-gist (60 questions an hour without a token)."""

from tertulia.core import lazy_re
from tertulia.core.addresses import web_address
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.embeds.providers.request import CaptureRequest, moment, text
from tertulia.embeds.types import Capture, File

PATTERNS = (lazy_re.compile(r"https?://gist\.github\.com/(?:[\w-]+/)?(?P<id>[0-9a-f]{5,40})(?:[/?#.]|$)"),)
API = "https://api.github.com/gists/{id}"
MOST_FILES = 10
MOST_CHARACTERS = 20_000


def capture(request: CaptureRequest) -> Capture:
    """Return the gist's files, as far as they are short enough to be read on a page."""
    source = API.format(id=request.parts["id"])
    gist = request.json(source)
    files = gist.get("files") if isinstance(gist, dict) else None
    if not isinstance(files, dict) or not files:
        raise FetchError(say("embed_odd", network="GitHub Gist"))
    owner = gist.get("owner")
    owner = owner if isinstance(owner, dict) else {}
    login = text(owner.get("login"), 60)
    return Capture(
        provider=request.provider,
        id=request.id,
        url=web_address(gist.get("html_url")) or request.url,
        kind="code",
        network="GitHub Gist",
        author=request.author(login, f"@{login}", owner.get("html_url"), owner.get("avatar_url")) if login else None,
        title=text(gist.get("description")),
        published=moment(gist.get("created_at")),
        files=[_file(name, file) for name, file in list(files.items())[:MOST_FILES] if isinstance(file, dict)],
        source=source,
    )


def _file(name: str, file: dict[str, object]) -> File:
    content = file.get("content")
    content = content if isinstance(content, str) else ""
    return File(
        name=text(name, 100),
        text="".join(mark for mark in content[:MOST_CHARACTERS] if mark in "\n\t" or mark.isprintable()),
        language=text(file.get("language"), 40),
        cut=bool(file.get("truncated")) or len(content) > MOST_CHARACTERS,
    )
