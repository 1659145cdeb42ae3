"""The blog as a folder: its Markdown and pictures as they are, and its talk as one JSON.

``content/`` is copied file by file; what lies in it by a link to elsewhere is left out. ``talk.json`` is a list of
posts, each with what was said about it, what is answered before its answers. No e-mail address is in it.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tertulia.core.errors import ContentError
from tertulia.core.files import is_inside, write_whole
from tertulia.core.languages import say
from tertulia.exports.blog import ExportedBlog
from tertulia.store.said import Said

TALK = "talk.json"


def write(blog: ExportedBlog, content: Path, target: Path) -> int:
    """
    Leave *blog* in the folder *target*; how many files.

    Raises:
        ContentError: there is something in that folder already, or it lies in *content*.
    """
    if (target.exists() and not target.is_dir()) or (target.is_dir() and any(target.iterdir())):
        raise ContentError(say("export_not_empty", folder=target))
    if is_inside(target, content):
        raise ContentError(say("export_inside", folder=target))
    number = 1
    for path in _files(content):
        write_whole(target / "content" / path.relative_to(content), path.read_bytes(), durable=False)
        number += 1
    write_whole(target / TALK, json.dumps(list(talk(blog)), ensure_ascii=False, indent=1) + "\n")
    return number


def talk(blog: ExportedBlog) -> Iterator[dict[str, Any]]:
    """Every post that was talked about or liked, and what was said."""
    for post in blog.posts:
        said, counts = blog.said.get(post.file, ()), blog.counts.get(post.file, {})
        if said or counts:
            keys = {one.id: one.key for one in said}
            yield {
                "post": post.id,
                "lang": post.lang,
                "file": f"content/{post.file}",
                "url": post.address,
                "counts": dict(counts),
                "comments": [
                    _comment(one, keys.get(one.parent or 0, "")) | {"likes": blog.likes.get(one.key, 0)} for one in said
                ],
            }


def _comment(said: Said, parent: str) -> dict[str, Any]:
    return {
        "id": said.key,
        "parent": parent,
        "kind": said.kind,
        "status": str(said.status),
        "published": said.published_at,
        "edited": said.edited_at or said.owner_edited_at or "",
        "name": said.name,
        "site": said.author_url,
        "is_owner": said.is_owner,
        "network": said.network,
        "url": said.url,
        "html": said.html,
        "text": said.text,
    }


def _files(content: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(content):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file() and is_inside(path, content):
                yield path
