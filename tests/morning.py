"""A morning's inbox: thirty things said on five channels, with all that makes a morning long."""

from datetime import timedelta
from pathlib import Path

from tertulia.store.said import Author, Incoming, Read, Verdict
from tests.talking import NOW
from tests.test_talk_in_browser import Blog

# Nobody is at these addresses: what would be sent stays in the outbox.
NETWORKS = {
    "MASTODON_URL": "https://m.example",
    "MASTODON_TOKEN": "t",
    "BLUESKY_HANDLE": "blog.example",
    "BLUESKY_APP_PASSWORD": "p",
}
SAVED = """
[gracias]
text.es = "Gracias, {nombre}: me alegra que «{entrada}» te sirva."

[corregido]
text.es = "Tienes razón, {nombre}: corregido. {enlace}"
"""
CHANNELS = ("form", "mastodon", "bluesky", "web", "letters", "threads")
WORDS = (
    "¿Y el voto por correo? Lo pregunté en la mesa y nadie supo decirme si cuenta como nulo o como blanco.",
    "Muchas gracias por el texto, lo he compartido con mi clase.",
    "El enlace a la ley no funciona desde ayer.",
    "Yo voté en blanco.",
    "jajaja",
    "No estoy de acuerdo: si quien se abstiene tuviera una manera mejor de decirlo, la usaría; pero no la hay, y "
    "llamarlo «queja» es mirar hacia otro lado. Además, los números de 2019 dicen otra cosa.",
)


ELSEWHERE = {
    "mastodon": "https://m.example/@l/",
    "bluesky": "https://bsky.app/profile/l/post/",
    "web": "https://l.example/",
    "threads": "https://threads.net/t/",
}


def author(channel: str, number: int) -> Author:
    """Somebody who speaks there; every fifth has the same name elsewhere."""
    name = "Ana Ruiz" if number % 5 == 0 else f"Lectora {number}"
    match channel:
        case "mastodon":
            page = f"https://m.example/@l{number}"
            return Author(network=channel, identity=page, name=name, handle=f"@l{number}@m.example", url=page)
        case "bluesky":
            page, handle = f"https://bsky.app/profile/l{number}.example", f"@l{number}.example"
            return Author(network=channel, identity=f"did:plc:l{number}", name=name, handle=handle, url=page)
        case "web" | "threads":
            return Author(network=channel, identity=f"l{number}.example", name=name, url=f"https://l{number}.example/")
    return Author(network="form", identity=f"l{number}", name=name)


def say_(blog, number: int, **changes) -> str:
    """Somebody says something, the longer ago the lower *number*; its key."""
    channel = CHANNELS[number % len(CHANNELS)]
    source = {"web": "webmention", "letters": "form"}.get(channel, channel)
    text = WORDS[(number + number // 6) % len(WORDS)]
    fields = {
        "source": source, "source_id": f"{channel} {number}", "url": "", "post": "voto", "lang": "es", "text": text,
        "kind": "comment" if source == "form" else "reply", "html": f"<p>{text}</p>",
        "author": author(channel, number), "published": NOW - timedelta(hours=40 - number),
    }  # fmt: skip
    if channel in ELSEWHERE:
        fields["url"] = f"{ELSEWHERE[channel]}{number}"
    status = "waiting" if number % 7 == 2 else "approved"
    return blog.store.conversation.record(Incoming(**(fields | changes)), Verdict(status), NOW).key


def morning(folder: Path) -> Blog:
    """Serve a blog whose inbox holds thirty things: at one is Toni, one has a note, one was edited since."""
    (folder / "content").mkdir(parents=True)
    (folder / "content" / "answers.toml").write_text(SAVED, "utf-8")
    blog = Blog(folder, NETWORKS)
    keys = [say_(blog, number) for number in range(30)]
    ana = blog.store.conversation.get(keys[5])
    blog.store.persons.note(ana.person, "Escribe desde 2019; prefiere que la tutee.", NOW)
    blog.store.inbox.hold(keys[3], "Toni", NOW)
    said = blog.store.conversation.get(keys[8])
    blog.store.inbox.set_aside(Read(said.key, said.version), NOW)
    say_(blog, 8, edited=NOW, text="El enlace tampoco funciona hoy.", html="<p>El enlace tampoco funciona hoy.</p>")
    return blog
