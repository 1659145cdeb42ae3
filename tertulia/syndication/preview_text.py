"""What would be said, shown in the terminal: every word, how long it is, what it costs, what to look at."""

from collections.abc import Iterable

from tertulia.core import languages
from tertulia.core.languages import say
from tertulia.syndication.drafts import Draft
from tertulia.syndication.networks.base import Message
from tertulia.syndication.networks.sightings import PUBLIC


def as_text(drafts: Iterable[Draft]) -> str:
    """Every draft under its post, ready to be read before anything is sent."""
    lines: list[str] = []
    post = None
    for draft in drafts:
        if draft.post != post:
            post = draft.post
            lines += ["", f"{post.title} ({post.lang}) · {post.date.date().isoformat()}", post.url]
        lines += ["", *_draft(draft)]
    return "\n".join(lines[1:])


def _draft(draft: Draft) -> list[str]:
    network = draft.network
    lines = []
    for message, length in zip(draft.messages, draft.lengths, strict=True):
        part = f" {message.part}/{len(draft.messages)}" if len(draft.messages) > 1 else ""
        lines.append(
            f"  {network.label}{part} · {length}/{draft.limit}{_price(network.price_cents(message))}{_state(draft)}"
        )
        lines += [f"    {line}" for line in conditions(draft, message)]
        lines += [f"    │ {line}" for line in message.text.split("\n")]
        if network.card(message):
            lines.append(f"    {say('show_card')}: {' — '.join(filter(None, (message.title, message.description)))}")
        for picture in message.attachments if network.pictures else ():
            alt = f"«{picture.alt}»" if picture.alt else say("show_no_alt")
            lines.append(f"    {say('show_picture')}: {picture.path} {alt}")
        if not network.configured() and (address := network.composer(message)):
            lines.append(f"    {say('show_by_hand')}: {address}")
    lines += [f"    ⚠ {warning}" for warning in draft.warnings]
    return lines


def conditions(draft: Draft, message: Message) -> list[str]:
    """Who alone will see *message*, and what it is folded behind, a line each."""
    warning = [f"{say('show_warning')}: {message.warning}"] if message.warning else []
    return [*([say(f"show_{draft.post.audience}")] if message.visibility != PUBLIC else []), *warning]


def _state(draft: Draft) -> str:
    return "" if draft.network.configured() else f" · {say('show_no_key')}"


def _price(cents: float) -> str:
    return f" · {money(cents)}" if cents else ""


def money(cents: float) -> str:
    """Dollar cents as the blog's language writes them: "20 ¢", "1,5 ¢"."""
    return f"{languages.decimal(cents)} ¢"
