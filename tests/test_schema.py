"""JSON-LD: what is said of a post and of the blog, safe inside a page."""

import json
import re
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tertulia.core.models import Credit, Update
from tertulia.site import json_ld

BLOG = json_ld.SchemaBlog(
    "La sobremesa", "https://tertulia.example/", "es", "Opiniones", search="https://tertulia.example/buscar/"
)
POST = json_ld.SchemaPosting(
    url="https://tertulia.example/2026/03/el-silbato/",
    title="El silbato",
    lang="es",
    published=datetime(2026, 3, 9, 9, 30, tzinfo=UTC),
    blog=BLOG,
    description="Una mañana de agosto.",
    words=939,
)


def read(post):
    """The JSON-LD of *post* as Python has it."""
    return json.loads(json_ld.posting(post))


def test_a_bare_post_says_what_it_must():
    """Headline, dates, language, words, blog and publisher are there; what is unknown is left out, not empty."""
    assert read(POST) == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": f"{POST.url}#post",
        "url": POST.url,
        "mainEntityOfPage": POST.url,
        "headline": "El silbato",
        "description": "Una mañana de agosto.",
        "inLanguage": "es",
        "datePublished": "2026-03-09T09:30:00+00:00",
        "dateModified": "2026-03-09T09:30:00+00:00",
        "publisher": {
            "@type": "Organization",
            "@id": "https://tertulia.example/#publisher",
            "name": "La sobremesa",
            "url": "https://tertulia.example/",
        },
        "isPartOf": [
            {
                "@type": "Blog",
                "@id": "https://tertulia.example/#blog",
                "name": "La sobremesa",
                "url": "https://tertulia.example/",
            }
        ],
        "wordCount": 939,
    }


def test_authors_have_their_page_and_their_profiles():
    """Each author is a person with an address here and elsewhere."""
    ana = json_ld.SchemaPerson("Ana Ruiz", "https://tertulia.example/autor/ana/", ("https://ana.example/",))
    assert read(replace(POST, authors=(ana, json_ld.SchemaPerson("Begoña"))))["author"] == [
        {
            "@type": "Person",
            "name": "Ana Ruiz",
            "url": "https://tertulia.example/autor/ana/",
            "sameAs": ["https://ana.example/"],
        },
        {"@type": "Person", "name": "Begoña"},
    ]


def test_each_kind_of_credit_keeps_its_meaning():
    """Source, via, thanks and photo become four different relations."""
    post = replace(
        POST,
        image=json_ld.SchemaImage("https://tertulia.example/images/silbato.webp", 1200, 800, "El mostrador"),
        credits=(
            Credit("source", "Informe", "https://informe.example/"),
            Credit("via", "otro.example", "https://otro.example/"),
            Credit("thanks", "Ana", ""),
            Credit("photo", "Curro", "https://curro.example/"),
        ),
    )
    said = read(post)
    expected = {
        "isBasedOn": [{"@type": "CreativeWork", "name": "Informe", "url": "https://informe.example/"}],
        "citation": [{"@type": "CreativeWork", "name": "otro.example", "url": "https://otro.example/"}],
        "contributor": [{"@type": "Person", "name": "Ana"}],
        "image": {
            "@type": "ImageObject",
            "url": "https://tertulia.example/images/silbato.webp",
            "width": 1200,
            "height": 800,
            "caption": "El mostrador",
            "creator": [{"@type": "Person", "name": "Curro", "url": "https://curro.example/"}],
        },
    }
    assert expected == {key: said[key] for key in expected}


def test_copies_on_networks_are_the_same_post():
    """Where a post lives besides is ``sameAs``."""
    copies = ("https://mas.example/@ana/1", "https://bsky.example/profile/ana/post/2")
    assert list(copies) == read(replace(POST, copies=copies))["sameAs"]


def test_an_update_is_a_dated_correction():
    """What the author added later is said with its date, without markup."""
    said = read(replace(POST, updates=((Update("2026-03-20", "Era el <em>martes</em>."), "Era el martes."),)))
    assert said["correction"] == [
        {"@type": "CorrectionComment", "datePublished": "2026-03-20", "text": "Era el martes."}
    ]


def test_a_part_of_a_series_says_which():
    """The series is one more thing the post is part of, with its place in it."""
    said = read(replace(POST, series=("Desde la centralita", "https://tertulia.example/serie/centralita/", 2)))
    assert said["position"] == 2
    assert said["isPartOf"][1] == {
        "@type": "CreativeWorkSeries",
        "@id": "https://tertulia.example/serie/centralita/#series",
        "name": "Desde la centralita",
        "url": "https://tertulia.example/serie/centralita/",
    }


def test_translations_point_at_each_other():
    """The original names its translations, a translation its original, by the same ids."""
    original = read(replace(POST, translations=(("en", "https://tertulia.example/en/the-whistle/"),)))
    translated = read(replace(POST, url="https://tertulia.example/en/the-whistle/", lang="en", original=POST.url))
    assert original["workTranslation"][0]["@id"] == translated["@id"]
    assert translated["translationOfWork"] == {"@id": original["@id"]}


@pytest.mark.parametrize("hostile", ["</script><script>alert(1)</script>", "<!-- <script>", "</SCRIPT >", "\u2028 & '"])
def test_no_text_ends_the_script_element(hostile):
    """Whatever a title holds, no tag and no comment begins in the JSON, and it is read back as it was."""
    written = json_ld.posting(replace(POST, title=hostile, description=hostile))
    assert not re.search("[<]", written)
    assert json.loads(written)["headline"] == hostile


def test_the_home_page_is_a_website_and_a_blog():
    """The website can be searched, the blog is part of it and lists its newest posts."""
    site, blog = json.loads(json_ld.blog(BLOG, [("El silbato", POST.url)]))["@graph"]
    assert (site["@type"], blog["@type"]) == ("WebSite", "Blog")
    assert site["potentialAction"]["target"]["urlTemplate"] == "https://tertulia.example/buscar/?q={search_term_string}"
    assert blog["isPartOf"] == {"@id": site["@id"]}
    assert blog["@id"] == read(POST)["isPartOf"][0]["@id"]
    assert blog["blogPost"] == [
        {"@type": "BlogPosting", "@id": f"{POST.url}#post", "headline": "El silbato", "url": POST.url}
    ]


def test_a_blog_without_search_promises_none():
    """No search page, no search action."""
    site, _blog = json.loads(json_ld.blog(replace(BLOG, search="")))["@graph"]
    assert "potentialAction" not in site


def test_a_post_says_where_it_stands_and_what_readers_did():
    """The way from the home by its first topic; likes, shares and bookmarks as numbers, and none for none."""
    above = (("Oficio", "https://tertulia.example/tema/oficio/"),)
    said = read(replace(POST, above=above, counts={"like": 7, "repost": 0, "bookmark": 2}))
    way = [
        (item["position"], item["name"], item["item"])
        for item in said["mainEntityOfPage"]["breadcrumb"]["itemListElement"]
    ]
    assert [(1, BLOG.name, BLOG.url), (2, *above[0]), (3, POST.title, POST.url)] == way
    did = {one["interactionType"]["@type"]: one["userInteractionCount"] for one in said["interactionStatistic"]}
    assert {"LikeAction": 7, "BookmarkAction": 2} == did


def test_a_list_says_where_it_stands_and_an_authors_page_who_it_is_about(site):
    """On built pages: the author with picture, biography and profiles; a tag with the way to it alone."""

    def graph(path):
        page = (site / path / "index.html").read_text("utf-8")
        (written,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        return {node["@type"]: node for node in json.loads(written)["@graph"]}

    author = next(path.parent.relative_to(site) for path in site.glob("autor/remedios*/index.html"))
    about = graph(author)
    who = about["ProfilePage"]["mainEntity"]
    assert ("Person", "Remedios Alcaide", f"https://tertulia.example/{author}/") == (
        who["@type"],
        who["name"],
        who["url"],
    )
    assert who["description"] and who["sameAs"]
    tag = next(path.parent.relative_to(site) for path in sorted(site.glob("etiqueta/*/index.html")))
    there = graph(tag)
    assert ["BreadcrumbList"] == list(there)
    assert [1, 2] == [item["position"] for item in there["BreadcrumbList"]["itemListElement"]]
    assert f"https://tertulia.example/{tag}/" == there["BreadcrumbList"]["itemListElement"][-1]["item"]


def test_a_person_has_their_picture():
    """By its whole address, on posts as on the author's page."""
    shown = json_ld.SchemaPerson("Ana", image="https://tertulia.example/images/ana.jpg")
    assert "https://tertulia.example/images/ana.jpg" == read(replace(POST, authors=(shown,)))["author"][0]["image"]
    _, profile = json.loads(json_ld.listing("Ana", "https://tertulia.example/autor/ana/", BLOG, shown))["@graph"]
    assert shown.image == profile["mainEntity"]["image"]
