"""What keeps a post from being shown, in whatever words another program says it."""

import pytest

from tests.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "title: x\nusual: &u\n  draft: true\n<<: *u", "title: x\nparams: &p {draft: true}\nextra:\n  <<: *p",
        "title: x\n<<: [{a: 1}, {draft: yes}]", "title: x\n  draft: true\ndate: 2026-01-01",
        "title: x\ntags: [a, b\n  published: false",
    ],
)  # fmt: skip
def test_a_draft_by_another_line_is_one(text):
    """What a merge key brings along, and what an indentation that nobody meant hides in another value."""
    assert "draft" == read(f"---\n{text}\n---\n\nText").status
    assert "" == read("---\ntitle: x\nu: &u {draft: true}\n<<: *u\ndraft: false\n---\n\nText").status


@pytest.mark.parametrize("fence", ["---\n", ""])
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("draft: true", "draft"), ("draft: false", ""), ("Draft: Yes", "draft"), ('draft: "true"', "draft"),
        ("draft: 'no'", ""), ("draft: ON", "draft"), ("is_draft: y", "draft"), ("draft: maybe", "draft"),
        ("published: false", "draft"), ("published: true", ""), ("published: No", "draft"), ("publish: off", "draft"),
        ("private: true", "draft"), ("hidden: true", "hidden"), ("hidden: false", ""), ("visibility: private", "draft"),
        ("visibility: public", "published"), ("status: publish", "published"), ("status: pending", "draft"),
        ("post_status: private", "draft"), ("password: abc", "draft"), ("permalink: false", "draft"),
        ("eleventyExcludeFromCollections: true", "unlisted"), ("publishState: whatever", "draft"),
        ("darft: true", "draft"), ("Rascunho: sim", "draft"), ("Zirriborroa: bai", "draft"), ("Rascunho: não", ""),
        ("Egoera: zirriborroa", "draft"), ("Entwurf: ja", "draft"), ("مسودة: نعم", "draft"), ("approved: no", "draft"),
        ("approved: true", ""), ("published_at:", "draft"), ("draft:: true", "draft"),
        ("workflow: draft", "draft"),
        ("type: draft", "draft"), ("reading_time: 5", ""), ("hideMeta: true", ""), ("published_by: x", "draft"),
        ("sí_publicado: no", "draft"), ("status: hidden\ndraft: false", "hidden"),
        ("status: published\nstatus: draft", "draft"), ("Estado: publicado\nStatus: draft", "draft"),
        ("active: false", "draft"), ("active: menu", ""), ("skip: true", "draft"),
        ("skip: 3", ""), ("live: no", "draft"),
        ("post_password: x", "draft"), ("access: subscribers", "draft"), ("access: public", "published"),
        ("audience: only_paid", "draft"), ("audience: everyone", ""),
        ("**Estado**: borrador", "draft"), ("**Estado: borrador**", "draft"), ("_Estado: sin listar_", "unlisted"),
        ("**Estado: publicado**", "published"), ("Estado：borrador", "draft"), ("Estado\u00a0: borrador", "draft"),
        ("\u200bEstado: borrador", "draft"), ("Est\u200bado: borrador", "draft"),
        ("Est\u00adado: borrador", "draft"), ("Estado = borrador", "draft"), ("Borrador", "draft"), ("draft", "draft"),
        ("Published?: No", "draft"), ("¿Publicado?: No", "draft"), ("✅ Publicado: No", "draft"), ("draft:", "draft"),
        ("mostrar: no", "draft"), ("in progress: yes", "draft"), ("contraseña: abc", "draft"),
        ("final: false", "draft"),
        ("status: published,featured", "published"), ("status: published, hidden", "hidden"),
        ("status: published,odd", "draft"), ("build: {render: never}", "draft"), ("params: {private: true}", "draft"),
        ("flags: [draft]", "draft"), ("flags: {draft: true}", "draft"), ("flags: {draft: no}", ""),
        ("state: {draft: true}", "draft"), ("options: {draft: true}", "draft"), ("comments: {published: false}", ""),
    ],
)  # fmt: skip
def test_who_keeps_a_post_back(line, status, fence):
    """Other generators' states in every spelling; what only looks like one keeps the post back too."""
    assert status == read(f"{fence}title: x\n{line}\n{fence}\nText").status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("draft:\n  value: true", "draft"),
        ("draft:\n  value: false", ""),
        ("params:\n  draft: true", "draft"),
        ("extra:\n  deep:\n    a: 1\n  private: yes", "draft"),
        ("cover:\n  hidden: true", ""),
        ("meta: {published: no}", "draft"),
    ],
)
def test_what_stands_in_a_table_keeps_a_post_back_too(lines, status):
    """A state may be a table, or stand in one of its author's own; what hides a part of the page is no state."""
    assert status == read(f"---\ntitle: x\n{lines}\n---\nText").status


@pytest.mark.parametrize(
    ("lines", "later"),
    [
        ("Fecha: 2026-01-02\nFecha: 2027-01-02", 2027),
        ("Fecha: 2026-01-02\nDate: 2027-01-02", 2027),
        ("date: 2026-01-02\npubDate: 2027-01-02", 2027),
        ("date: 2026-01-02\nnot_before: 2027-01-02", 2027),
        ("date: 2026-01-02\ncreated: 2020-01-02", 2020),
    ],
)
def test_of_two_days_the_later_is_waited_for(lines, later):
    """A post keeps its first date, and is not shown before the other."""
    meta = read(f"Título: x\n{lines}\n\nText")
    assert (2026, later) == (meta.date.year, meta.publish_date.year)
