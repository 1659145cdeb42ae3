"""What a post may say of itself on top: every key, declared once.

A key is one entry of ``KEYS``. All else is computed from it: which words of an author mean it, how its value is read
and what is told when it makes no sense, the guess for a slip of the finger, what ``new`` writes, the table of
docs/writing.md, and what templates read: a key for which nothing more is written is ``article.NAME``.

Its Spanish and English names stand here; another language may name it in its file (``[written.keys]``), and so may a
blogger in theirs. What other programs call it is the same everywhere, from their documentation: Hugo
(https://gohugo.io/content-management/front-matter/), Jekyll (https://jekyllrb.com/docs/front-matter/), Pelican
(https://docs.getpelican.com/en/stable/content.html), Eleventy (https://www.11ty.dev/docs/data-configuration/), Astro,
Ghost, Obsidian Publish, WordPress exporters, Hexo, Zola and the themes that many use.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from tertulia.content.networks import NETWORKS, NetworkName


class Kind(StrEnum):
    """How a value is read, and what it becomes."""

    NAME = "name"  # one line, as it is written
    TEXT = "text"  # one line for readers: typography is applied
    INLINE = "inline"  # one line of Markdown: HTML in templates
    ITEMS = "items"  # several: a tuple of names
    MOMENT = "moment"  # an aware datetime, or None
    FLAG = "flag"  # yes or no: True, False, or None where nothing is said
    CHOICE = "choice"  # one of ``Key.choices``, or ""
    PICTURE = "picture"  # where a picture is
    PICTURES = "pictures"  # several, each with what it shows: ``a.jpg "La plaza"; b.jpg``
    # Read by rules of their own.
    LANGUAGE = "language"
    STATUS = "status"
    CREDITS = "credits"
    UPDATE = "update"
    NETWORK = "network"  # the author's own words for it, as they stand
    COVER_ALT = "cover_alt"  # what the cover shows, for one network
    ADDRESS = "address"  # where another program had the post
    STATE = "state"  # whether another program shows the post


# What a key of each kind is where a post does not have it; the other kinds have a place of their own.
EMPTY: Mapping[Kind, object] = MappingProxyType(
    {
        Kind.NAME: "", Kind.TEXT: "", Kind.INLINE: "", Kind.CHOICE: "", Kind.PICTURE: "",
        Kind.ITEMS: (), Kind.MOMENT: None, Kind.FLAG: None,
    }
)  # fmt: skip


class Key(Struct, frozen=True, kw_only=True):
    """One key: lists of names are parted by commas, those of other programs by blanks."""

    name: str  # in code, in templates, and always understood
    kind: Kind
    es: str = ""  # what authors call it; the first is what we write
    en: str = ""
    doc: str = ""  # its row in docs/writing.md
    theirs: str = ""  # other programs' names, without capitals and signs
    inside: str = ""  # of a table, the entries that are meant, first to last
    choices: Mapping[str, str] = field(default_factory=dict)  # what may stand there → how authors write it
    otherwise: str = ""  # the choice where what stands there is none of them, or it is not sure what does
    attribute: str = ""  # what ``Metadata`` calls it, where that is another name
    in_new: bool = False  # stands in the file that ``new`` makes
    on_pages: bool = True  # means something on a page too
    by_line: bool = False  # each of the lines below is an item, as in Pelican; else they go on with the value

    @property
    def takes_several(self) -> bool:
        """Whether its value is a list."""
        return self.kind in (Kind.ITEMS, Kind.CREDITS, Kind.PICTURES)

    @property
    def is_repeatable(self) -> bool:
        """Whether it may stand in a header more than once."""
        return self.takes_several or self.kind is Kind.UPDATE

    @property
    def is_ours(self) -> bool:
        """Whether authors are told of it: all that do not come from other programs only."""
        return self.kind not in (Kind.ADDRESS, Kind.STATE)

    @property
    def words(self) -> dict[str, str]:
        """Each word that may stand there → the choice that it means."""
        return {word: choice for choice, words in self.choices.items() for word in split_names(words)}

    def names(self, language: str) -> tuple[str, ...]:
        """Return what authors in *language*, "es" or "en", call it."""
        return split_names({"es": self.es, "en": self.en}.get(language, ""))


def split_names(names: str) -> tuple[str, ...]:
    """Return the names of ``a, b c``."""
    return tuple(name.strip() for name in names.split(",") if name.strip())


def network_key(name: str, network: NetworkName | None = None) -> Key:
    """Return the key of a network: what to say there."""
    names = ", ".join(network.metadata_keys) if network else ""
    return Key(name=name, kind=Kind.NETWORK, es=names, en=names, on_pages=False, doc=_ON_NETWORKS)


# The audience of a post whose author meant one that we do not know: no network has it.
NOBODY = "nobody"

# Before a network's name: the key of what the cover shows, there.
COVER_ALT_OF = "cover_alt_of_"

_ON_NETWORKS = (
    "what to say there instead of the summary; `no` leaves that network out, `hilo` (`thread`) makes a thread of the"
    " whole post, `hilo: …` one of these words"
)
_CREDITED = "a credit: `@person`, an address, `Nombre <https://…>`, a name"
_NAMED = "name, label, title, slug"

# In the order in which ``new`` writes them and the documentation tells of them.
KEYS = (
    Key(
        name="title", kind=Kind.TEXT, es="Título", en="Title", in_new=True,
        doc="without one, the text's first line if it is `# Título`; without that, a post that has a date is a note:"
        " lists show its first words, feeds no title",
    ),
    Key(
        name="date", kind=Kind.MOMENT, es="Fecha", en="Date", in_new=True, inside="created, published, date",
        doc="`2026-11-21 09:30`, `21/11/2026`, `21 de noviembre de 2026` and [other ways](#dates); without one the post"
        " is a draft, in the future it waits for its time",
        theirs="pubdate datepublished publisheddate publishedat publishedon publishedtime created createdat createddate"
        " createdate datecreated creationdate posted postdate firstpublished",
    ),
    Key(
        name="modified", kind=Kind.MOMENT, es="Modificado, Modificada", en="Modified", inside="updated, modified, date",
        doc="the date of the last change worth telling; one in the future waits",
        theirs="lastmod lastmodified lastmodifiedat lastmodifieddate updated updatedat updateddate updatedate"
        " dateupdated dateupdate datemodified modifieddate modifiedat lastupdated lastupdate lastupdatedat lastedited"
        " editedat mtime",
    ),
    Key(
        name="id", kind=Kind.NAME, es="Id, Identificador", en="Id", in_new=True,
        doc="names the post for good, together with its language; `new` writes one. Translations share it",
    ),
    Key(
        name="slug", kind=Kind.NAME, es="Slug", en="Slug", theirs="postname basename",
        doc="the last part of the address, of letters, digits, `-`, `_` and `.`; from the title when absent, or from"
        " the `Id` where the title holds no letter",
    ),
    Key(
        name="lang", kind=Kind.LANGUAGE, es="Idioma", en="Lang, Language", in_new=True,
        doc="`es` or `en`, one of `LANGUAGES`; the blog's when absent",
        theirs="locale contentlang contentlanguage",
    ),
    Key(
        name="author", kind=Kind.ITEMS, es="Autor, Autora, Autores, Autoras", en="Author, Authors", in_new=True,
        doc="a name, or the key of a person in `content/people.toml`; one or several",
        theirs="byline creator writer authorname", inside="name, display_name, id, slug", attribute="authors",
        by_line=True,
    ),
    Key(
        name="category", kind=Kind.ITEMS, es="Categoría, Categorías, Tema, Temas", en="Category, Categories",
        in_new=True, doc="one or several", theirs="topic topics section", inside=_NAMED, attribute="categories",
    ),
    Key(
        name="tags", kind=Kind.ITEMS, es="Etiquetas, Etiqueta", en="Tags, Tag, Keywords", in_new=True,
        doc="joined with the `#tags` of the text",
        theirs="keyword tagsinput posttag posttags", inside=_NAMED, by_line=True,
    ),
    Key(
        name="summary", kind=Kind.INLINE, es="Resumen", en="Summary", in_new=True,
        doc="for lists, feeds and shared links, with inline Markdown; when absent what stands above `<!--more-->`,"
        " or the first paragraph",
        theirs="description excerpt customexcerpt metadescription seodescription abstract tldr lead leadin teasertext"
        " desc dek standfirst ogdescription",
    ),
    Key(
        name="status", kind=Kind.STATUS, es="Estado", en="Status", in_new=True,
        doc="`publicado`, `borrador`, `oculto`, `sin listar` (`published`, `draft`, `hidden`, `unlisted`)",
    ),
    Key(
        name="cover", kind=Kind.PICTURE, es="Portada", en="Cover, Image", doc="the picture on top",
        theirs="featuredimage featureimage featureimg featuredimg coverimage coverimg coverphoto heroimage hero"
        " headerimage headerimg headerimagefile banner bannerimage thumbnail thumb thumbnailimage teaser socialimage"
        " ogimage shareimage previewimage postimage images splash picture feature",
        inside="image, src, url, path, file, feature, teaser, name",
    ),
    Key(
        name="cover_alt", kind=Kind.TEXT, es="Texto de portada, Portada alt", en="Cover alt, Image alt",
        doc="what that picture shows; `Texto de portada en Mastodon` (`Cover alt on Mastodon`) says it for one network",
        theirs="featureimagealt featuredimagealt coverimagealt coverimgalt heroalt heroimagealt heroimgalt"
        " bannerimagealt thumbnailalt imgalt imagealttext",
    ),
    Key(
        name="series", kind=Kind.NAME, es="Serie", en="Series", on_pages=False,
        doc="posts of one series link to each other in the order of their dates",
    ),
    Key(
        name="aliases", kind=Kind.ITEMS, es="Alias", en="Aliases", by_line=True,
        doc="old paths that must go on working: `/2019/03/vieja.html`; not needed when you correct title, date, slug or"
        " language of what was published, that way is left by itself",
        theirs="redirectfrom redirects oldurl oldurls",
    ),
    Key(name="via", kind=Kind.CREDITS, es="Vía", en="Via", doc=_CREDITED),
    Key(
        name="source", kind=Kind.CREDITS, es="Fuente, Fuentes", en="Source, Sources", doc=_CREDITED,
        theirs="link externalurl externallink originalurl linkurl sourceurl viaurl",
    ),
    Key(name="photo", kind=Kind.CREDITS, es="Foto, Fotos", en="Photo, Photos", doc=_CREDITED),
    Key(name="thanks", kind=Kind.CREDITS, es="Gracias", en="Thanks", doc=_CREDITED),
    Key(
        name="update", kind=Kind.UPDATE, es="Actualización", en="Update",
        doc="a dated note, as often as needed: `2026-03-20 Han contestado.` or `2026-03-20 18:00 …`; Markdown inside;"
        " one in the future waits",
    ),
    Key(
        name="question", kind=Kind.TEXT, es="Pregunta", en="Question", on_pages=False,
        doc="the question that opens the talk, shown above the answers",
    ),
    Key(
        name="toc", kind=Kind.FLAG, es="Índice", en="Toc", theirs="tableofcontents showtoc",
        doc="`sí` or `no`: a table of contents; long posts get one by themselves",
    ),
    Key(
        name="embeds", kind=Kind.CHOICE, es="Incrustados", en="Embeds",
        choices={"keep": "conservar, keep", "text": "texto, text", "remove": "quitar, remove"},
        doc="what becomes of a quoted post that its author deleted: `conservar`, `texto` or `quitar` (`keep`, `text`,"
        " `remove`)",
    ),
    Key(
        name="guid", kind=Kind.NAME, es="Guid", en="Guid", on_pages=False,
        doc="what the feeds of another site called the post; ours go on calling it so, and as it was announced there,"
        " it is not announced again",
    ),
    Key(name="template", kind=Kind.NAME, es="Plantilla", en="Template", doc="another template of the theme"),
    Key(
        name="content_warning", kind=Kind.TEXT, es="Aviso", en="Content warning", on_pages=False,
        theirs="cw spoilertext",
        doc="what the announcement warns of, where a network can fold it behind that (Mastodon)",
    ),
    Key(
        name="audience", kind=Kind.CHOICE, es="Audiencia", en="Audience", on_pages=False,
        choices={
            "unlisted": "discreta, unlisted", "followers": "seguidores, seguidoras, followers",
            "": "todos, todas, pública, público, everyone, all, public",
        },
        otherwise=NOBODY,
        doc="who sees the announcement: `discreta` (`unlisted`: not in public lists), `seguidores` (`followers`) or"
        " `todos` (`all`), as when absent. Networks that know no such thing are left out; a word that is none of these"
        " keeps it from being announced at all",
    ),
    Key(
        name="pictures", kind=Kind.PICTURES, es="Imágenes", en="Pictures", on_pages=False,
        doc="more pictures for the announcement, behind the cover, each with what it shows:"
        ' `plaza.jpg "La plaza, vacía"; urna.jpg "Una urna"`, or a list',
    ),
    *(network_key(name, network) for name, network in NETWORKS.items()),
    # What only others write.
    Key(name="address", kind=Kind.ADDRESS, theirs="permalink url saveas path"),
    Key(
        name="draft", kind=Kind.STATE,
        theirs="draft drafts isdraft isadraft borrador esborrany rascunho zirriborroa bozza brouillon entwurf مسودة",
    ),
    Key(
        name="published", kind=Kind.STATE,
        theirs="published publish publishes ispublished public ispublic publicado publicada publicar publico publica"
        " visible isvisible listed",
    ),
    # Words for many things: only a plain "no", or a plain "yes", keeps the post back.
    Key(
        name="shown", kind=Kind.STATE,
        theirs="active isactive enabled isenabled online isonline live islive show display render rendered complete"
        " completed iscomplete finished isfinished done isdone listo lista terminado terminada activo activa approved"
        " isapproved aprobado aprobada reviewed revisado revisada final definitivo definitiva acabado acabada mostrar"
        " mostrado mostrada",
    ),
    Key(
        name="kept", kind=Kind.STATE,
        theirs="skip ignore exclude excluded disabled isdisabled offline unfinished incomplete paid ispaid onlypaid"
        " members membersonly subscribersonly friendsonly internal isinternal restricted noexport nopublish todo"
        " inprogress enprogreso amedias programado programada premium paywall paywalled"
        " solosuscriptores parasuscriptores eliminado eliminada borrado borrada papelera descartado descartada",
    ),
    Key(
        name="private", kind=Kind.STATE,
        theirs="private isprivate privado privada secret password passwordhash postpassword contrasena clave pass"
        " passcode passphrase protected unpublished unpublish trash trashed deleted wip headless",
    ),
    Key(name="concealed", kind=Kind.STATE, theirs="hidden hide ishidden oculto oculta"),
    Key(name="unlisted", kind=Kind.STATE, theirs="unlisted isunlisted eleventyexcludefromcollections"),
    Key(
        name="standing", kind=Kind.STATE,
        theirs="estat egoera stato situacao poststatus publishstatus publishstate pubstatus state visibility"
        " visibilidad statuspost access postaccess",
    ),
    Key(
        name="publish_date", kind=Kind.STATE,
        theirs="publishdate scheduled scheduledat scheduleddate scheduledfor publishat publishon publishfrom"
        " publishafter notbefore golive goliveat golivedate availablefrom visiblefrom validfrom embargodate"
        " embargountil embargoeduntil",
    ),
    Key(
        name="expiry_date", kind=Kind.STATE,
        theirs="expirydate unpublishdate expires expiresat expireson expiresdate expirationdate expiredate expiry"
        " unpublishat unpublishon publishuntil notafter validuntil visibleuntil availableuntil",
    ),
)  # fmt: skip

_BY_NAME = MappingProxyType({key.name: key for key in KEYS})


def key_named(name: str) -> Key:
    """
    Return the key of that name in code; what none of ours has is of a network alone: an account, one of somebody
    else's.
    """
    if name.startswith(COVER_ALT_OF):
        return Key(name=name, kind=Kind.COVER_ALT, on_pages=False)
    return _BY_NAME.get(name) or network_key(name)
