"""The keys of a post's metadata: ours in every language we have, and those of the other generators.

Ours are language data (``tertulia/languages/*.toml``, section ``written``); a network declares its own. What other
programs write is the same everywhere and stands here, from their documentation: Hugo
(https://gohugo.io/content-management/front-matter/), Jekyll (https://jekyllrb.com/docs/front-matter/), Pelican
(https://docs.getpelican.com/en/stable/content.html), Eleventy (https://www.11ty.dev/docs/data-configuration/), Astro,
Ghost, Obsidian Publish, WordPress exporters, Hexo, Zola and the themes that many use.
"""

import difflib
import re
import unicodedata
from functools import lru_cache

from tertulia.content.networks import NETWORKS, is_network
from tertulia.core.languages import Languages, current, say

# Each key by its one name in code. What authors call it is said by the section ``written`` of each language.
KEYS = (
    "title", "date", "modified", "id", "slug", "status", "lang", "category", "tags", "author", "summary", "cover",
    "cover_alt", "series", "aliases", "via", "source", "photo", "thanks", "update", "question", "toc", "embeds",
    "template",
    *NETWORKS,
)  # fmt: skip
CREDIT_KEYS = ("via", "source", "photo", "thanks")
LIST_KEYS = ("category", "tags", "author", "aliases", *CREDIT_KEYS)
REPEATABLE_KEYS = (*LIST_KEYS, "update")

# Theirs → what it is here. Those that say whether and when a post may be seen are keys of their own (``STATE_KEYS``).
_FOREIGN = {
    "date": "pubdate datepublished publisheddate publishedat publishedon publishedtime created createdat createddate"
    " createdate datecreated creationdate posted postdate firstpublished",
    "modified": "lastmod lastmodified lastmodifiedat lastmodifieddate updated updatedat updateddate updatedate"
    " dateupdated dateupdate datemodified modifieddate modifiedat lastupdated lastupdate lastupdatedat lastedited"
    " editedat mtime",
    "slug": "postname basename",
    "lang": "locale contentlang contentlanguage",
    "category": "topic topics section",
    "tags": "keyword tagsinput posttag posttags",
    "author": "byline creator writer authorname",
    "summary": "description excerpt customexcerpt metadescription seodescription abstract tldr lead leadin teasertext"
    " dek standfirst ogdescription",
    "cover": "featuredimage featureimage featureimg featuredimg coverimage coverimg coverphoto heroimage hero"
    " headerimage headerimg headerimage banner bannerimage thumbnail thumb thumbnailimage teaser socialimage"
    " ogimage shareimage previewimage postimage images splash picture feature",
    "cover_alt": "featureimagealt featuredimagealt coverimagealt coverimgalt heroalt heroimagealt heroimgalt"
    " bannerimagealt thumbnailalt imgalt imagealttext",
    "toc": "tableofcontents showtoc",
    "aliases": "redirectfrom redirects oldurl oldurls",
    "address": "permalink url saveas path",  # where the post stood
    "source": "link externalurl externallink originalurl linkurl sourceurl via_url",
    "draft": "draft drafts isdraft isadraft borrador esborrany",
    "published": "published publish publishes ispublished public ispublic publicado publicada publicar publico"
    " publica visible isvisible listed",
    "private": "private isprivate privado privada secret password passwordhash protected unpublished unpublish trash"
    " trashed deleted wip headless",
    "concealed": "hidden hide ishidden oculto oculta",
    "unlisted": "unlisted isunlisted eleventyexcludefromcollections",
    "standing": "poststatus publishstatus publishstate pubstatus state visibility visibilidad statuspost",
    "publish_date": "publishdate scheduled scheduledat scheduleddate publishat publishon",
    "expiry_date": "expirydate unpublishdate expires expiresat expiresdate expirationdate expiredate expiry",
}  # fmt: skip
STATE_KEYS = ("draft", "published", "private", "concealed", "unlisted", "standing", "publish_date", "expiry_date")
FOREIGN = {name: key for key, names in _FOREIGN.items() for name in names.split()}
ADDRESS_KEY = "address"

# What theirs do that has no meaning here; whoever brings a folder along need not touch them.
_IGNORED = """
execute excerptseparator bibliography csl editoroptions knit output codefold dateformat lastmodifiedby readtime
audio authorid authorprofile bookcollapsesection bookcomments bookhidden bookmenu booktoc breadcrumbs build canonical
canonicalreference canonicalurl caption cascade class classes codeinjectionfoot codeinjectionhead color colour comment
commentid commentissueid comments commentstatus converter coordinates copyright covercaption coverhidden created_by
credit crosspost css cssclass cssclasses customtemplate dateformat disablehljs disableshare disqus disqusidentifier
dsqthreadid duration editor editpost eleventycomputed eleventyimport eleventynavigation emailonly enclosure engine
episode explicit extra featured feed file filename filepath fileslug format generator grandparent guid haschildren
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
IGNORED = frozenset(_IGNORED.split()) - FOREIGN.keys()

# A key that is none of these, and speaks of whether a post may be seen.
_STATES = """
archived borrador borradores confidential deleted draft drafts embargo embargoed esborrany estado estat expired
expires expiry hidden hide listo oculta ocultar oculto pendiente pending privada privado privat private public
publicada publicado publicar publicat publico publish published publishing ready schedule scheduled secret secreto
state status trash trashed unlisted unpublish unpublished visibilidad visibility visible wip
"""
_STATE_WORDS = frozenset(_STATES.split())
_ALIKE = frozenset(
    ("hide", "listo", "pending", "public", "publico", "ready", "secret", "state", "status", "trash")
)  # much like other words


@lru_cache(maxsize=4096)  # the same few keys on top of every post
def fold(name: str) -> str:
    """*name* without accents, capitals or doubled blanks, as keys are compared."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).replace("_", " ").split())


def _squeezed(name: str) -> str:
    """*name* as other programs' keys are compared: ``publishDate``, ``publish_date`` and ``publish-date`` are one."""
    return re.sub(r"[\s_.\-]", "", fold(name))


def key_names() -> dict[str, tuple[str, ...]]:
    """What an author may call each key, the blog's language first."""
    written = current().written("keys")
    return {key: NETWORKS[key].metadata_keys if key in NETWORKS else written.get(key, (key,)) for key in KEYS}


@lru_cache(maxsize=8)
def _by_name(_spoken: Languages) -> dict[str, str]:
    return {fold(name): key for key, names in key_names().items() for name in (*names, key)}


@lru_cache(maxsize=8)
def _own_names(spoken: Languages) -> dict[str, str]:
    """The names that the blog's own language has, and the networks', folded → as they are written."""
    table = spoken.get(spoken.blog).table("written").get("keys")
    own = table if isinstance(table, dict) and table else spoken.get("en").table("written").get("keys", {})
    names = [name for names in own.values() for name in names]
    names += [name for network in NETWORKS.values() for name in network.metadata_keys]
    return {fold(name): name for name in names}


def own_key(name: str) -> str:
    """The key of ours that an author means by *name*; "" when there is none such."""
    folded = fold(name)
    if key := _by_name(current()).get(folded):
        return key
    underscored = folded.replace(" ", "_")
    return underscored if is_network(underscored) else ""


def key_of(name: str) -> str:
    """What *name* means here, a key of ours or one of ``FOREIGN``; "" when we do not know it."""
    return own_key(name) or FOREIGN.get(_squeezed(name), "")


def is_foreign(name: str) -> bool:
    """Whether *name* is another program's word, read as one of ours."""
    return not own_key(name) and _squeezed(name) in FOREIGN


def is_ignored(name: str) -> bool:
    """Whether *name* is known to say nothing here."""
    return _squeezed(name) in IGNORED


def is_known(name: str) -> bool:
    """Whether *name* is a word of some program's metadata at all."""
    return bool(key_of(name)) or is_ignored(name)


def looks_like_state(name: str) -> bool:
    """Whether an unknown *name* seems to say whether the post may be seen: ``Review status``, ``darft``."""
    parts = fold(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).replace("-", " ").replace(".", " ").split()
    if len(parts) > 1 and parts[0] in ("hide", "hidden", "visible", "show"):
        return False  # of a part of the page
    words = [*parts, "".join(parts)]
    likely = _STATE_WORDS - _ALIKE
    return any(
        word in _STATE_WORDS or (len(word) > 3 and difflib.get_close_matches(word, likely, n=1, cutoff=0.8))
        for word in words
    )


def nearest(name: str) -> str:
    """The key that an unknown *name* was probably meant for, as the blog's own language calls it; "" for none."""
    own, folded = _own_names(current()), fold(name)
    if near := difflib.get_close_matches(folded, own, n=1, cutoff=0.7):
        return own[near[0]]
    others = _by_name(current())
    near = difflib.get_close_matches(folded, others, n=1, cutoff=0.88)  # a slip in another language's name
    return key_names()[others[near[0]]][0] if near else ""


def is_network_key(key: str) -> bool:
    """Whether *key*, of those that ``key_of`` gives, is a network's: what KEYS lacks is somebody else's."""
    return key in NETWORKS or (bool(key) and key not in KEYS and key not in _FOREIGN)


def advice(name: str) -> str:
    """What to do about an unknown *name*."""
    near = nearest(name)
    return say("unknown_key_near", key=near) if near else say("unknown_key_fix")
