"""The tables of persons who have several accounts, of what the owner keeps about them, and of who keeps it.

Nothing here is in a snapshot, a feed or a page. A join is never written into what was said: it is computed from these
rows each time, so that taking one away leaves everything as it was.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from tertulia.store.conversation_tables import persons
from tertulia.store.tables import metadata


class Proof(StrEnum):
    """By what two accounts are known to be of one person, the strongest first."""

    OWNER = "owner"  # said in the inbox
    FILE = "file"  # people.toml names both
    DOMAIN = "domain"  # the handle is the site's domain
    VERIFIED = "verified"  # the profile links to the site, which links back: the network has looked
    REL_ME = "rel_me"  # the page and the profile link to each other: we have looked

    @property
    def is_public(self) -> bool:
        """Whether anybody can see it."""
        return self in (Proof.DOMAIN, Proof.VERIFIED, Proof.REL_ME)


class Role(StrEnum):
    """What somebody of the blog's team may do."""

    OWNER = "owner"
    MODERATOR = "moderator"
    AUTHOR = "author"


_ROLES = ", ".join(f"'{role}'" for role in Role)

proofs = Table(
    "proofs",
    metadata,
    Column("person", Integer, ForeignKey(persons.c.id), primary_key=True),
    Column("name", String(600), primary_key=True, comment="as tertulia.store.accounts writes it: web:ana.example/"),
    Column(
        "how",
        String(12),
        nullable=False,
        comment="domain: the handle is that domain. verified: the network looked. rel_me: we looked",
    ),
    Column("seen_at", String(40), nullable=False, server_default="", comment="rel_me: when both links were last there"),
    Index("ix_proofs_name", "name"),
    comment="other names that a person's network proves to be theirs",
)

lost_proofs = Table(
    "lost_proofs",
    metadata,
    Column("person", Integer, ForeignKey(persons.c.id), primary_key=True),
    Column("name", String(600), primary_key=True, comment="as in proofs"),
    Column("how", String(12), nullable=False),
    Column("at", String(40), nullable=False, comment="since when it proves nothing"),
    comment="proofs that are gone, for the owner to see",
)

listed_people = Table(
    "listed_people",
    metadata,
    Column("entry", String(200), primary_key=True, comment="the person's name in people.toml"),
    Column("name", String(600), primary_key=True, comment="as tertulia.store.accounts writes it"),
    Index("ix_listed_people_name", "name"),
    comment="who is who, as people.toml says",
)

person_links = Table(
    "person_links",
    metadata,
    Column("one", Integer, ForeignKey(persons.c.id), primary_key=True, comment="the lower number"),
    Column("other", Integer, ForeignKey(persons.c.id), primary_key=True),
    Column("is_same", Integer, nullable=False, comment="1: one person. 0: two, whatever else speaks for it"),
    Column("said_by", String(80), nullable=False, server_default="", comment="who of the team; empty: the author"),
    Column("at", String(40), nullable=False),
    Index("ix_person_links_other", "other"),
    comment="the owner's word on two accounts",
)

person_notes = Table(
    "person_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", Integer, ForeignKey(persons.c.id), nullable=False),
    Column("text", Text, nullable=False),
    Column("said_by", String(80), nullable=False, server_default=""),
    Column("at", String(40), nullable=False),
    Index("ix_person_notes_person", "person"),
    comment="what the owner wants to remember of a person: for the owner's eyes, exported and erased with the person",
)

members = Table(
    "members",
    metadata,
    Column("name", String(80), primary_key=True, comment="what the others call them; authors as posts name them"),
    Column("role", String(12), nullable=False),
    Column("email", String(320), nullable=False, server_default="", comment="for the daily letter; empty: none"),
    Column("feed", String(40), nullable=False, server_default="", comment="names the live address of their feed"),
    Column(
        "told_at", String(40), nullable=False, server_default="", comment="when their last daily letter was written"
    ),
    CheckConstraint(f"role IN ({_ROLES})", name="role"),
    comment="the blog's team; its author, who needs no row, may have one under the empty name",
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("member", String(80), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("asked", Text, nullable=False, comment="the filters, as in an address"),
    comment="filters of the inbox that somebody wants to find again",
)
