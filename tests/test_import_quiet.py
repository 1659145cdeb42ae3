"""What was brought from another site was announced there: nothing goes out for it here."""

from datetime import UTC, datetime

from tertulia.content.posts import Post, Published
from tertulia.syndication.drafts import due

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def post(id_, **more):
    return Post(
        id=id_, lang="es", title=id_, url=f"https://b.example/{id_}/", date=datetime(2026, 11, 20, tzinfo=UTC), **more
    )


def test_a_post_brought_from_elsewhere_is_not_announced_unless_it_is_asked_for():
    """However young it is."""
    published = Published(
        site="https://b.example", title="B", lang="es", posts=(post("uno"), post("dos", guid="https://a.example/?p=2"))
    )
    assert ["uno"] == [one.id for one in due(published, SINCE, NOW)]
    assert ["dos"] == [one.id for one in due(published, SINCE, NOW, "dos")]
