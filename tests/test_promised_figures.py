"""The figures of the documentation, in both languages, are those of the code: one that changes alone is noticed."""

import inspect
from datetime import timedelta
from pathlib import Path

import pytest

from tertulia.commands import advice
from tertulia.conversation import (
    answering,
    background,
    clockwork,
    collector,
    notices,
    profile_links,
    reply_address,
    rules,
)
from tertulia.conversation.webmention import receive
from tertulia.embeds import archive, capture, links
from tertulia.store import followers, inbox, letters, runs, settling, subscribers
from tertulia.syndication.networks import expiry, mastodon, threads
from tertulia.syndication.networks.listening import x
from tertulia.web import budgets, comments, guards, kept, sign_in, team, webmention

DOCS = Path(__file__).parent.parent / "docs"
MINUTES, DAYS = (lambda n: timedelta(minutes=n)), (lambda n: timedelta(days=n))


def kept_unconfirmed(store: object) -> timedelta:
    """How long an address stays that nobody confirmed."""
    return inspect.signature(store.forget_unconfirmed).parameters["after"].default


# What the code holds, what it should, and how the pages say it: name, English, Spanish.
FIGURES = [
    (comments.CHANGE_FOR, MINUTES(15), "privacy", "fifteen minutes to change it", "quince minutos para cambiarlo"),
    (comments.PRIVATE_LINK_FOR, DAYS(30), "privacy", "thirty days to take it back", "treinta días para retirarlo"),
    (settling.OLD, DAYS(30), "privacy", "for the owner alone | 30 days", "quien lleva el blog | 30 días"),
    (kept.KEPT_FOR, DAYS(365), "privacy", "if you ticked it | a year", "si lo marcaste | un año"),
    *[
        (kept_unconfirmed(store), DAYS(7), "privacy", "a week until it is", "una semana hasta que se")
        for store in (subscribers.Subscribers, followers.Followers, letters.Letters)
    ],
    (sign_in.LONGEST_LINK_FOR, DAYS(1), "comments", "twice as long, up to a day", "doble de tiempo, hasta un día"),
    (team.SESSION_FOR, DAYS(14), "comments", "The session lasts two weeks", "La sesión dura dos semanas"),
    (notices.CHANGES_WAIT, MINUTES(5), "comments", "in five minutes in one", "en cinco minutos en una"),
    (notices.GATHER_FOR, MINUTES(10), "comments", "the next ten minutes in one", "diez minutos siguientes en una"),
    (letters.LONGEST_HOLD, timedelta(hours=6), "comments", "at last every six hours", "al final cada seis horas"),
    (budgets.MOST_LETTERS_TO_ONE, 1, "comments", "gets one letter a day", "recibe una carta al día"),
    (budgets.MOST_LETTERS_BY_ONE, 10, "comments", "causes ten letters a day", "causa diez cartas al día"),
    (budgets.MOST_LETTERS, 500, "comments", "together five hundred", "todas juntas, quinientas"),
    (comments.MOST_PREVIEWS, 100, "comments", "a hundred times in ten minutes", "cien veces en diez minutos"),
    (budgets.SHORT, 2000, "comments", "above 2,000 characters three are", "más de 2.000 caracteres se leen tres"),
    (budgets.MOST_READ_AT_ONCE, 3, "comments", "three are read at once", "se leen tres a la vez"),
    (budgets.MOST_WAITING, 3, "comments", "and three more wait", "y otros tres esperan"),
    (budgets.PATIENCE_SECONDS, 1, "comments", "wait up to a second", "esperan hasta un segundo"),
    (webmention.LOOKING, 3, "comments", "looked at three at once", "se miran de tres en tres"),
    (comments.MOST_LIKES, 3, "comments", "three likes of one thing", "tres me gusta de una cosa"),
    (budgets.MOST_LIKES_BY_ONE, 10, "comments", "ten minutes and ten a day", "diez minutos y diez al día"),
    (rules.SPAM, 5, "comments", "five points go to the spam box", "con cinco puntos va a la caja de spam"),
    (rules.QUICK_SECONDS, 3, "comments", "older than 3 seconds", "de más de 3 segundos"),
    (guards.TOKEN_AGE, DAYS(1), "comments", "younger than a day", "de menos de un día"),
    (inbox.HOLD_FOR, MINUTES(20), "inbox", "at it for twenty minutes", "con ella veinte minutos"),
    (profile_links.MOST_PAGES, 10, "inbox", "ten at a run", "diez cada vez"),
    (profile_links.AGAIN, DAYS(30), "inbox", "each once in thirty days", "cada uno una vez en treinta días"),
    (profile_links.LONGEST_SILENCE, DAYS(90), "inbox", "is given ninety days", "se le dan noventa días"),
    (reply_address.GOOD_FOR, DAYS(30), "inbox", "answer what, for thirty days", "a qué, durante treinta días"),
    (collector.RHYTHM[0], (DAYS(2), DAYS(0)), "collect", "looked at every time", "se miran siempre"),
    (collector.RHYTHM[1], (DAYS(14), timedelta(hours=1)), "collect", "two days each hour", "dos días, cada hora"),
    (collector.RHYTHM[2], (DAYS(90), timedelta(hours=6)), "collect", "weeks every six", "semanas, cada seis horas"),
    (collector.RHYTHM[3][1], DAYS(7), "collect", "three months once a week", "tres meses, una vez por semana"),
    (links.CONFIRM_DAYS, 2, "embeds", "at least two days apart", "separadas al menos por dos días"),
    (receive.MOST_QUEUED_OF_HOST, 100, "comments", "a hundred of one domain", "de un dominio pueden esperar cien"),
    (links.NEAR_DAYS, 730, "embeds", "less than two years away", "a menos de dos años"),
    (archive.FILM_BYTES, 50_000_000, "embeds", "up to 50 MB each", "hasta 50 MB cada uno"),
    (capture.MOST_IN_VAIN, 3, "embeds", "nothing three times in a run", "que no trae nada tres veces"),
    (advice.FEW, 3, "writing", "more than three files is given once", "más de tres archivos se da una vez"),
    (mastodon.LIMITS_LAST, DAYS(1), "networks", "asked of the server once a day", "al servidor una vez al día"),
    (expiry.WARN_DAYS, 7, "networks", "say so from a week before", "desde una semana antes"),
    (threads.RENEWED_AFTER_DAYS, 7, "networks", "renewed by itself, once a week", "por semana"),
    (x.XListener.min_interval, DAYS(1), "collect", "likes, reposts, once a day", "reenvíos, una vez al día"),
    (runs.OVERDUE, DAYS(7), "deploy", "what has not run for a week", "lleva una semana sin marchar"),
    (clockwork.LITTLE_ROOM_BYTES, 200_000_000, "deploy", "below 200 MB", "menos de 200 MB"),
    (answering.UNDO_FOR, timedelta(seconds=10), "inbox", "ten seconds before anything", "diez segundos antes"),
    (background.MAIL_EVERY_SECONDS, 60, "inbox", "service looks every minute", "servicio mira cada minuto"),
    (links.SILENT_DAYS, 30, "embeds", "silent or broken for thirty days", "lleva treinta días callado"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "told", "page", "english", "spanish"), FIGURES)
def test_the_pages_say_what_the_code_does(found, told, page, english, spanish):
    """Each figure that a reader or an owner goes by stands in the code as it is told."""
    assert told == found
    for path, words in ((DOCS / f"{page}.md", english), (DOCS / "es" / f"{page}.md", spanish)):
        assert words in " ".join(path.read_text("utf-8").split())
