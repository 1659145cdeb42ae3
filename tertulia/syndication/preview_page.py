"""What would be said, drawn as each network would draw it: a page for the preview, never published.

It stands alone (no theme, no script, no other host) and sends nothing; each draft without a key has a link that opens
the network's own composer.
"""

import html
from collections.abc import Iterable
from itertools import groupby

import regex

from tertulia.core.languages import say, spoken
from tertulia.syndication.drafts import Draft
from tertulia.syndication.networks.base import Attachment, Message, Network
from tertulia.syndication.preview_text import conditions, money
from tertulia.syndication.summary import links_in

_MARKED = regex.compile(r"(?<![\w/&])(?:#[\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*|@[\w.-]+(?:@[\w.-]+\w)?)")

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif }
body { max-width: 76rem; margin: 0 auto; padding: 1rem; background: light-dark(#f3f3f5, #18181b) }
section > div { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 1rem;
  align-items: start }
article { background: light-dark(#fff, #26262b); border-radius: .75rem; padding: 1rem; overflow-wrap: anywhere;
  border-top: .3rem solid var(--colour, #777) }
article > header { display: flex; gap: .6rem; align-items: center; font-weight: 600 }
article > header > span:first-child { flex: none; width: 2.4rem; height: 2.4rem; border-radius: 50%; display: grid;
  place-items: center; color: #fff; background: var(--colour, #777) }
article > header small { display: block; font-weight: 400; opacity: .75 }
article p { white-space: pre-wrap; margin: .75rem 0 }
article img { max-width: 100%; border-radius: .5rem; display: block }
article i { font-style: normal; color: light-dark(#1558b0, #8ab4f8) }
blockquote { margin: .75rem 0 0; border: 1px solid #8886; border-radius: .5rem; overflow: hidden; padding: .6rem .8rem }
blockquote img { margin: -.6rem -.8rem .6rem; max-width: calc(100% + 1.6rem); border-radius: 0 }
footer { font-size: .85rem; border-top: 1px solid #8884; margin-top: .75rem; padding-top: .5rem }
footer strong { color: light-dark(#a33000, #ffb080) }
"""


def as_page(drafts: Iterable[Draft], title: str) -> str:
    """Return the whole page, newest post first."""
    newest = sorted(drafts, key=lambda draft: (draft.post.date, draft.post.id, draft.post.lang), reverse=True)
    sections = [_section(list(group), title) for _key, group in groupby(newest, key=lambda draft: draft.post.key)]
    heading = html.escape(say("page_title"))
    looks = "".join(_looks(network) for network in {draft.network.name: draft.network for draft in newest}.values())
    return (
        f'<!doctype html>\n<html lang="{spoken()}"><head><meta charset="utf-8"><title>{heading}</title>'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}{looks}</style></head><body><h1>{heading}</h1><p>{html.escape(say('page_note'))}</p>"
        f"{''.join(sections) or html.escape(say('announce_nothing'))}</body></html>\n"
    )


def _looks(network: Network) -> str:
    card = f'[data-network="{network.name}"]'
    more = f" {card} p {{ {network.preview_css} }}" if network.preview_css else ""
    return f"{card} {{ --colour: {network.colour} }}{more}\n"


def _section(drafts: list[Draft], title: str) -> str:
    post = drafts[0].post
    cards = "".join(
        _card(draft, message, number, title) for draft in drafts for number, message in enumerate(draft.messages)
    )
    return (
        f'<section lang="{html.escape(post.lang)}"><h2>{html.escape(post.title)} '
        f"<small>({html.escape(post.lang)}) · {post.date.date().isoformat()}</small></h2><div>{cards}</div></section>"
    )


def _card(draft: Draft, message: Message, number: int, title: str) -> str:
    network = draft.network
    part = f" {message.part}/{len(draft.messages)}" if len(draft.messages) > 1 else ""
    picture = "".join(map(_picture, message.attachments)) if network.pictures else ""
    card = network.card(message)
    facts = [f"{draft.lengths[number]}/{draft.limit}"]
    if cents := network.price_cents(message):
        facts.append(money(cents))
    facts += conditions(draft, message)
    facts = [html.escape(fact) for fact in facts]
    if not network.configured():
        facts.append(html.escape(say("show_no_key")))
        if address := network.composer(message):
            facts.append(f'<a href="{html.escape(address)}">{html.escape(say("page_by_hand"))}</a>')
    warnings = "".join(f"<br><strong>⚠ {html.escape(warning)}</strong>" for warning in draft.warnings)
    return (
        f'<article data-network="{network.name}"><header><span aria-hidden="true">{html.escape(title[:1])}</span>'
        f"<span>{html.escape(title)}<small>{html.escape(network.label)}{part}</small></span></header>"
        f"<p>{_marked(network.shown(message))}</p>{'' if card else picture}"
        f"{_link_card(message, picture) if card else ''}"
        f"<footer>{' · '.join(facts)}{warnings}</footer></article>"
    )


def _picture(shown: Attachment) -> str:
    return f'<img src="../{html.escape(shown.path)}" alt="{html.escape(shown.alt)}">'


def _link_card(message: Message, picture: str) -> str:
    return (
        f"<blockquote>{picture}<b>{html.escape(message.title)}</b><br>{html.escape(message.description)}"
        f"<br><small>{html.escape(message.link)}</small></blockquote>"
    )


def _marked(text: str) -> str:
    """*text* with links, hashtags and mentions in the colour of a link; nothing in it can be clicked."""
    spans = links_in(text)
    for match in _MARKED.finditer(text):
        if not any(start <= match.start() < end for start, end in spans):
            spans.append(match.span())
    marked, at = "", 0
    for start, end in sorted(spans):
        marked += f"{html.escape(text[at:start])}<i>{html.escape(text[start:end])}</i>"
        at = end
    return marked + html.escape(text[at:])
