"""The tables of the conversation: persons, what they said, where it was seen, what was decided about it.

E-mail addresses live in ``notices`` alone, which no other table needs to be read for, and go with their comment.
Nothing here holds the address of a machine.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from tertulia.store.said import Status, Trust
from tertulia.store.tables import metadata

TRUSTS = tuple(Trust)
KINDS = ("comment", "reply", "mention", "quote")  # what has words of its own
REACTIONS = ("like", "repost", "bookmark")  # what only counts
STATUSES = tuple(Status)
NOTICE_STATES = ("pending", "confirmed", "left")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words))


persons = Table(
    "persons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("network", String(40), nullable=False, comment="where they are known: form, web, mastodon, bluesky…"),
    Column("identity", String(500), nullable=False, comment="what stays the same there: a number, a DID, a URL"),
    Column("name", String(300), nullable=False, server_default=""),
    Column("handle", String(300), nullable=False, server_default="", comment="@ana@mastodon.example"),
    Column("url", Text, nullable=False, server_default=""),
    Column("avatar", String(200), nullable=False, server_default="", comment="a file of the snapshots' avatars folder"),
    Column("trust", String(12), nullable=False, server_default="unknown", comment="unknown. trusted: shown at once."
           " blocked: spam whatever they say"),
    Column("is_owner", Integer, nullable=False, server_default="0", comment="1: the blog's own author"),
    Column("no_quotes", Integer, nullable=False, server_default="0", comment="1: does not want to be quoted"),
    Column("looked_at", String(40), nullable=False, server_default="", comment="when we last looked for profiles that"
           " their page links to"),
    UniqueConstraint("network", "identity"),
    CheckConstraint(_one_of("trust", TRUSTS), name="trust"),
    comment="who spoke, once per network",
)  # fmt: skip

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(600), primary_key=True, comment="as tertulia.store.accounts writes it: ana@mas.example"),
    Column("person", Integer, ForeignKey("persons.id"), primary_key=True),
    Index("ix_accounts_person", "person"),
    comment="the names by which a person was proved to be known, by whatever way: one account by several doors",
)

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(24), nullable=False, comment="what the world calls it: fragment, feed id, private link"),
    Column("post", String(200), nullable=False, comment="the post's Id; empty when it belongs to no post"),
    Column("lang", String(12), nullable=False, comment="of the post"),
    Column("kind", String(12), nullable=False),
    Column("person", Integer, ForeignKey("persons.id"), nullable=False),
    Column("name", String(300), nullable=False, server_default="", comment="of who said it, as it was read and"
           " approved: a person's later names are theirs, and stand under what they say later"),
    Column("handle", String(300), nullable=False, server_default=""),
    Column("author_url", Text, nullable=False, server_default=""),
    Column("avatar", String(200), nullable=False, server_default=""),
    Column("parent", Integer, ForeignKey("comments.id"), comment="what it answers; null: the post"),
    Column("in_reply_to", Text, nullable=False, server_default="", comment="source id or address of what it answers"),
    Column("text", Text, nullable=False, server_default="", comment="as written"),
    Column("html", Text, nullable=False, server_default="", comment="as cleaned: the only thing ever shown"),
    Column("url", Text, nullable=False, server_default="", comment="where it lives; empty when it lives here"),
    Column("fingerprint", String(40), nullable=False, server_default="", comment="of its words, to see repeats"),
    Column(
        "status",
        String(12),
        nullable=False,
        comment=(
            "waiting: for the owner. approved: public. rejected: by the owner. spam: kept 30 days. withdrawn: by who"
            " wrote it. gone: deleted where it was said."
        ),
    ),
    Column("decided_by", String(12), nullable=False, server_default="rules", comment="rules, owner, writer or source"),
    Column("points", Integer, nullable=False, server_default="0"),
    Column("reasons", Text, nullable=False, server_default="[]", comment="JSON: [[phrase key, {values}, points], …]"),
    Column("published_at", String(40), nullable=False),
    Column("edited_at", String(40), comment="by who wrote it"),
    Column("owner_edited_at", String(40), comment="by the owner, which the page says"),
    Column("received_at", String(40), nullable=False),
    Column("decided_at", String(40)),
    Column("tells_update", String(24), nullable=False, server_default="", comment="the owner's: it tells that update"
           " of the post to who spoke above, answers nobody and stands on no page; empty: words of their own"),
    UniqueConstraint("key"),
    CheckConstraint(_one_of("kind", KINDS), name="kind"),
    CheckConstraint(_one_of("status", STATUSES), name="status"),
    Index("ix_comments_post_lang_status", "post", "lang", "status"),
    Index("ix_comments_status_received_at", "status", "received_at"),
    Index("ix_comments_fingerprint", "fingerprint"),
    Index("ix_comments_person", "person"),
    Index("ix_comments_parent", "parent"),
    comment="everything said under a post, wherever it was said",
)  # fmt: skip

revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("comment", Integer, ForeignKey("comments.id"), nullable=False),
    Column("digest", String(16), nullable=False, comment="of all that was to be read of it"),
    Column("shown", Text, nullable=False, comment="JSON: what of that is shown again, to mark what changed"),
    Column("at", String(40), nullable=False, comment="when it changed"),
    UniqueConstraint("comment", "digest"),
    comment="what a comment said before it changed, for who read that; for thirty days",
)

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("comment", Integer, ForeignKey("comments.id"), nullable=False),
    Column("source", String(40), nullable=False, comment="form, webmention, mastodon, bluesky…"),
    Column("source_id", String(600), nullable=False),
    Column("url", Text, nullable=False, server_default=""),
    Column("seen_at", String(40), nullable=False),
    Column("gone_at", String(40), comment="when it was no longer there"),
    UniqueConstraint("source", "source_id"),
    Index("ix_sources_comment", "comment"),
    comment="every way by which a comment was seen; one comment may have several",
)

reactions = Table(
    "reactions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post", String(200), nullable=False),
    Column("lang", String(12), nullable=False),
    Column("comment", String(24), nullable=False, server_default="", comment="key of the comment; empty: the post"),
    Column("kind", String(12), nullable=False),
    Column("source", String(40), nullable=False),
    Column("source_id", String(600), nullable=False, comment="for our own button, a hash that names nobody"),
    Column("person", Integer, ForeignKey("persons.id"), comment="null when only a number is known"),
    Column("number", Integer, nullable=False, server_default="1", comment="more than 1: a total told by a network"),
    Column("seen_at", String(40), nullable=False),
    Column("url", Text, nullable=False, server_default="", comment="where it lives"),
    Column(
        "text",
        Text,
        nullable=False,
        server_default="",
        comment="the words of a share that said nothing of its own: for the owner to look at",
    ),
    UniqueConstraint("source", "source_id"),
    CheckConstraint(_one_of("kind", REACTIONS), name="kind"),
    Index("ix_reactions_post_lang", "post", "lang"),
    comment="likes, reposts and bookmarks: shown as numbers, never as faces",
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("who", String(12), nullable=False, comment="rules, owner, writer or source"),
    Column("what", String(24), nullable=False, comment="approved, spam, edited, trusted, erased…"),
    Column("comment", String(24), nullable=False, server_default="", comment="its key; names nobody once it is erased"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("was", String(12), nullable=False, server_default="", comment="the status, or the trust, before"),
    Column("was_by", String(12), nullable=False, server_default="", comment="who had decided that"),
    Column("version", String(40), nullable=False, server_default="", comment="of the comment, after: as it must still"
           " be when the decision is undone"),
    Column("batch", String(16), nullable=False, server_default="", comment="decided by one press of a button; empty:"
           " cannot be undone"),
    Column("person", Integer, comment="whose trust was decided"),
    Index("ix_decisions_comment", "comment"),
    Index("ix_decisions_batch", "batch"),
    comment="the audit: what was decided, when, by whom",
)  # fmt: skip

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("comment", Integer, ForeignKey("comments.id"), nullable=False),
    Column("email", String(320), nullable=False),
    Column("lang", String(12), nullable=False),
    Column("state", String(12), nullable=False, comment="pending: asked, not confirmed. confirmed. left"),
    Column("asked_at", String(40), nullable=False),
    UniqueConstraint("comment"),
    CheckConstraint(_one_of("state", NOTICE_STATES), name="state"),
    comment="who wants a letter when somebody answers; the only place with e-mail addresses of commenters",
)

followers = Table(
    "followers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post", String(200), nullable=False),
    Column("lang", String(12), nullable=False),
    Column("email", String(320), nullable=False),
    Column("state", String(12), nullable=False, comment="pending: asked, not confirmed. confirmed"),
    Column("asked_at", String(40), nullable=False),
    UniqueConstraint("post", "lang", "email"),
    CheckConstraint("state IN ('pending', 'confirmed')", name="state"),
    comment="who wants a letter of each comment that becomes public under a post",
)

NOBODY = ""  # the recipient of a letter that does not go, and is queued so that nobody can tell

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recipient", String(320), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("comment", Integer, comment="whose erasure takes the letter with it"),
    Column("not_before", String(40), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tells", String(120), nullable=False, server_default="", comment="what is told to whom, so that it is once:"
           " answer KEY, public KEY, talk KEY FOLLOWER, newsletter READER; empty: may be told again"),
    Column("leave", Text, nullable=False, server_default="", comment="where one POST ends such letters (RFC 8058)"),
    Column("page", Text, nullable=False, server_default="", comment="goes when this page shows what it names behind #"),
    Column("looks", Integer, nullable=False, server_default="0", comment="how often the page was looked at in vain"),
    comment="letters to be sent; a sent one is deleted",
)  # fmt: skip

erasures = Table(
    "erasures",
    metadata,
    Column("hash", String(64), primary_key=True, comment="salted; says who must not come back, to who asks by name"),
    Column("at", String(40), nullable=False),
    comment="persons and sources that were erased and stay so",
)

words = Table(
    "words",
    metadata,
    Column("word", String(60), primary_key=True, comment="empty: how many comments were learnt from"),
    Column("spam", Integer, nullable=False, server_default="0"),
    Column("ham", Integer, nullable=False, server_default="0"),
    comment="what the owner's decisions taught about words",
)

used = Table(
    "used",
    metadata,
    Column("name", String(64), primary_key=True, comment="hash of something that may be used once"),
    Column("until", String(40), nullable=False, comment="when it would not be accepted anyway"),
    comment="form tokens and login links that have been used",
)

marks = Table(
    "marks",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("value", Text, nullable=False),
    comment="small things to remember: how far a network was read, the salt of erasures",
)
