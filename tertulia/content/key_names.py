"""Which key an author means by a word: ours in any language, another program's, or a slip of the finger."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from tertulia.content.keys import COVER_ALT_OF, KEYS, Key
from tertulia.content.networks import account, is_network
from tertulia.core import lazy_re
from tertulia.core.languages import Language, Languages, current, say

_FOREIGN = {name: key.name for key in KEYS for name in key.theirs.split()}

# What theirs do that has no meaning here; whoever brings a folder along need not touch them.
_IGNORED = """
altitude collection collections commentsenabled customjs enablecomments head hidetableofcontents
importance latitude longitude microblog navtitle revision ruby script scriptname setup sidebarlabel
sidebarposition slugifiedtitle stylesheet styles templateengine typoracopyimagesto typorarooturl words wordcount
execute excerptseparator bibliography csl editoroptions knit output codefold dateformat lastmodifiedby readtime
audio authorid authorprofile bookcollapsesection bookcomments bookhidden bookmenu booktoc breadcrumbs build canonical
canonicalreference canonicalurl caption cascade class classes codeinjectionfoot codeinjectionhead color colour comment
commentid commentissueid comments commentstatus converter coordinates copyright covercaption coverhidden createdby
credit crosspost css cssclass cssclasses customtemplate dateformat disablehljs disableshare disqus disqusidentifier
dsqthreadid duration editor editpost eleventycomputed eleventyimport eleventynavigation emailonly enclosure engine
episode explicit extra featured feed file filename filepath fileslug format generator grandparent haschildren
headless hiddeninhomelist hideauthor hidecomments hidedate hidefooter hideheader hideintoc hidemeta hidesummary
hidetitle hidetoc highlight highlighter html icon imagecaption imagecredit imgalt index insearchindex
insertanchorlinks iscjklanguage jekyllgenerator js katex kind latex layout lexical licence license linkedfiles
linktitle location markup math mathjax mathjaxenabled menu menuorder menus mermaid metatitle mobiledoc mood music name
nav navexclude navorder newsletterid noindex ogtitle ogtype order outputs override pagetemplate paginate paginateby
pagination params parent parentid parser photocredit pin pingstatus pinned plaintext podcast position postformat
postid postparent posttype primaryauthor primarytag publication publications publisher rating readingtime readtime
redirectto related renderdata rendersubpages resources reward rights robots rss scripts searchhidden seo seotitle
share sharing showbreadcrumbs showpostnavlinks showreadingtime showrelated showtoc showwordcount sidebar sitemap
sortby source sticky style subject subtitle tableofcontentsdepth theme tiers timezone toccopen tocdepth tocopen
tocsticky top transparent twittercard twitterdescription twitterimage twittertitle type uid usehugotoc uuid version
versions video weight wordpressid wpid
"""
_IGNORED_WORDS = frozenset(_IGNORED.split()) - _FOREIGN.keys()

# A key that is none of these, and speaks of whether a post may be seen.
_STATES = """
archived borrador borradores confidential deleted draft drafts embargo embargoed esborrany estado estat expired
expires expiry hidden hide listo oculta ocultar oculto pendiente pending privada privado privat private public
publicada publicado publicar publicat publico publish published publishing ready schedule scheduled secret secreto
state status trash trashed unlisted unpublish unpublished visibilidad visibility visible wip
"""
_STATE_WORDS = frozenset(_STATES.split())
_PLACE = lazy_re.compile(r"^(?:en|para|on|for) ")  # "Texto de portada en Mastodon"
_ALIKE = frozenset(
    ("hide", "listo", "pending", "public", "publico", "ready", "secret", "state", "status", "trash")
)  # much like other words


@lru_cache(maxsize=4096)  # the same few keys on top of every post
def fold(name: str) -> str:
    """*name* without accents, capitals, doubled blanks or what nobody sees, as keys are compared."""
    letters = unicodedata.normalize("NFKD", name.casefold().strip("¿?¡! "))
    seen = (c for c in letters if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return " ".join("".join(seen).replace("_", " ").split())


def _squeezed(name: str) -> str:
    """*name* as other programs' keys are compared: ``publishDate``, ``publish_date`` and ``publish-date`` are one."""
    return re.sub(r"[\s_.\-]", "", fold(name))


def key_names() -> dict[str, tuple[str, ...]]:
    """Return what an author may call each key of ours, the blog's language first."""
    spoken = current()
    codes = dict.fromkeys([*(language.code for language in spoken.fallbacks()), *spoken.codes()])
    languages = [spoken.get(code) for code in codes]
    return {
        key.name: tuple(dict.fromkeys(name for one in languages for name in _names_in(one, key))) or (key.name,)
        for key in KEYS
        if key.is_ours
    }


def _names_in(language: Language, key: Key) -> list[str]:
    """Return what *language* calls *key*: its file first, which may be the blogger's."""
    table = language.table("written").get("keys")
    told = table.get(key.name) if isinstance(table, dict) else None
    return [*map(str, told if isinstance(told, list) else ()), *key.names(language.code)]


@lru_cache(maxsize=8)
def _by_name(_spoken: Languages) -> dict[str, str]:
    return {fold(name): key for key, names in key_names().items() for name in (*names, key)}


@lru_cache(maxsize=8)
def _own_names(spoken: Languages) -> dict[str, str]:
    """
    Return what each key is called in the blog's own language, or in the next one that has a word: folded → as written.
    """
    chains = ([_names_in(language, key) for language in spoken.fallbacks()] for key in KEYS)
    return {fold(name): name for chain in chains for name in next(filter(None, chain), ())}


@lru_cache(maxsize=8)
def _alts_of_cover(_spoken: Languages) -> tuple[str, ...]:
    return tuple(map(fold, key_names()["cover_alt"]))


def own_key(name: str) -> str:
    """Return the key of ours that an author means by *name*; "" when there is none such."""
    folded = fold(name)
    if key := _by_name(current()).get(folded):
        return key
    for alt in _alts_of_cover(current()):
        if folded.startswith(f"{alt} ") and is_network(named := own_key(_PLACE.sub("", folded[len(alt) + 1 :]))):
            return COVER_ALT_OF + named
    if found := re.fullmatch(r"(.+?) ?(\d+)", folded):  # a further account, by any name of its network
        platform = own_key(found[1])
        named = account(platform, found[2])
        if is_network(platform) and is_network(named):
            return named
    underscored = folded.replace(" ", "_")
    return underscored if is_network(underscored) else ""


def key_of(name: str) -> str:
    """Return what *name* means here, a key of ours or another program's; "" when we do not know it."""
    return own_key(name) or _FOREIGN.get(_squeezed(name), "")


def is_foreign(name: str) -> bool:
    """Whether *name* is another program's word, read as one of ours."""
    return not own_key(name) and _squeezed(name) in _FOREIGN


def is_ignored(name: str) -> bool:
    """Whether *name* is known to say nothing here."""
    return _squeezed(name) in _IGNORED_WORDS


def is_known(name: str) -> bool:
    """Whether *name* is a word of some program's metadata at all."""
    return bool(key_of(name)) or is_ignored(name)


def looks_like_state(name: str) -> bool:
    """Whether an unknown *name* seems to say whether the post may be seen: ``Review status``, ``darft``."""
    parts = fold(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).replace("-", " ").replace(".", " ").split()
    if len(parts) > 1 and parts[0] in ("hide", "hidden", "visible", "show"):
        return False  # of a part of the page
    words = [*parts, "".join(parts)]
    return any(word in _STATE_WORDS or (len(word) > 3 and _near(word, _STATE_WORDS - _ALIKE, 0.8)) for word in words)


def nearest(name: str) -> str:
    """
    Return the key that an unknown *name* was probably meant for, as the blog's own language calls it; "" for none.
    """
    own, others, folded = _own_names(current()), _by_name(current()), fold(name)
    if _is_compound(folded, _near(folded, {**others, **own}, 0.7)):
        return ""
    if near := _near(folded, own, 0.7):
        return own[near]
    near = _near(folded, others, 0.88)  # a slip in another language's name
    return key_names()[others[near]][0] if near else ""


def _is_compound(word: str, near: str) -> bool:
    """Whether *word* is made of *near* and more, which no slip adds: "subtitulo", a theme's own key."""
    return bool(near) and near in word and len(word) - len(near) > 2


def _near(word: str, known: Iterable[str], alike: float) -> str:
    """Return that of *known* which is most like *word*, and at least so much; else ""."""
    from difflib import get_close_matches  # for names that nobody knows

    return next(iter(get_close_matches(word, known, 1, alike)), "")


def advice(name: str) -> str:
    """Return what to do about an unknown *name*."""
    near = nearest(name)
    return say("unknown_key_near", key=near) if near else say("unknown_key_fix")
