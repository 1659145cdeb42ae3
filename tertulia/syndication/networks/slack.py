"""A Slack channel, by incoming webhook.

API: https://api.slack.com/messaging/webhooks (read 2026-11).

A webhook answers "ok" and no id: nothing can be looked at, edited or deleted. What was lost on the way waits for a
person.
"""

from tertulia.core.languages import say
from tertulia.core.setting_kinds import secret_address
from tertulia.core.settings import Setting
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import (
    Finding,
    Message,
    Network,
    OutcomeUnknownError,
    Remote,
    Sending,
)
from tertulia.syndication.summary import Style

LENGTH = 4000  # beyond it Slack may cut: https://api.slack.com/changelog/2018-04-truncating-really-long-messages


def escape(text: str) -> str:
    """Slack reads only these three signs as markup that could not be typed by a person."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Slack(Network):
    """A channel."""

    name = "slack"
    can_search = False
    about = "A channel of Slack: the webhook's whole address."
    colour = "#611f69"
    webhook = Setting(secret_address, required=True)

    def style(self) -> Style:
        return Style(limit=LENGTH, count=len, tags=0, escape=escape, title=lambda title: f"*{escape(title)}*")

    def publish(self, message: Message, sending: Sending) -> Remote:
        sending.before_send()
        answer = wire.call(
            self.context.web,
            "POST",
            self.webhook.reveal(),
            network=self.label,
            now=self.context.now,
            renew=self.advise("renew_slack"),
            json={"text": message.text, "unfurl_links": True},
            creates=True,
        )
        if answer.text.strip() != "ok":
            raise OutcomeUnknownError(say("net_garbled", network=self.label))
        return Remote(id=sending.key)

    def shown(self, message: Message) -> str:
        title, blank, rest = message.text.partition("\n")
        text = title.strip("*") + blank + rest
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def check(self) -> list[Finding]:
        return [Finding(True, say("doctor_untried"))]  # a webhook can only be tried by posting
