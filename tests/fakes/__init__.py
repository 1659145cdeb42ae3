"""Networks that behave, and misbehave on demand: small HTTP servers on 127.0.0.1, one class a network.

A fake keeps what was made public in ``public``, in order. ``fail_next("drop after")`` makes the next request that
creates something go wrong in that way; everything else goes on working.
"""

from tests.fakes.bluesky import FakeBluesky
from tests.fakes.chats import FakeDiscord, FakeSlack, FakeTelegram, FakeWebhook
from tests.fakes.linkedin import FakeLinkedIn, FakeOrganisation, read_little_text
from tests.fakes.mail import FakeMail
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.meta import FakeFacebook, FakeThreads
from tests.fakes.server import CERTIFICATE, FAULTS, NOW, Asked, Fake
from tests.fakes.x import FakeX

__all__ = ["CERTIFICATE", "FAULTS", "NOW", "Asked", "Fake", "FakeOrganisation", "read_little_text"]

FAKES: dict[str, type[Fake]] = {
    fake.name: fake
    for fake in (
        FakeMastodon,
        FakeBluesky,
        FakeX,
        FakeLinkedIn,
        FakeFacebook,
        FakeThreads,
        FakeTelegram,
        FakeDiscord,
        FakeSlack,
        FakeWebhook,
        FakeMail,
    )
}
