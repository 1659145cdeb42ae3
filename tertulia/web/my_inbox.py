"""What each of the team has for themselves: kept views, the address of a feed, a letter a day."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, redirect, render_template, request

from tertulia.conversation import inbox_news
from tertulia.conversation.form import is_email
from tertulia.core.text import one_line
from tertulia.store.team import LONGEST_NAME, SavedView
from tertulia.web.context import current_blog, root
from tertulia.web.team import team

pages = Blueprint("my_inbox", __name__, url_prefix="/inbox")

FILTERS = ("state", "channel", "post", "tag", "tone", "label", "person", "q")


@pages.get("/mine")
@team
def show() -> Any:
    """Show what whoever is signed in has for themselves."""
    return _show()


@pages.post("/mine")
@team
def change() -> Any:
    """Keep or drop a view, renew or end the feed, have the letter written or not, as the button says."""
    store = current_blog().store
    what, _, more = request.form.get("do", "").partition(" ")
    match what:
        case "view":
            asked = urlencode({name: value for name in FILTERS if (value := request.form.get(name, "")[:200].strip())})
            name = one_line(request.form.get("name", ""), LONGEST_NAME)
            if not store.team.keep_view(g.who, SavedView(name, asked)):
                return _show(mistake="view"), 422
            return redirect(f"{root()}/inbox?{asked}", 303)
        case "unview":
            store.team.drop_view(g.who, more)
        case "feed" | "unfeed":
            store.team.renew_feed(g.who, on=what == "feed")
        case "letter":
            email = request.form.get("email", "").strip()
            if not is_email(email):
                return _show(mistake="email"), 422
            store.team.set_email(g.who, email)
        case "unletter":
            store.team.set_email(g.who, "")
        case _:
            abort(400)
    return redirect(f"{root()}/inbox/mine", 303)


@pages.get("/feed/<token>")
def feed(token: str) -> Response:
    """Hand out the feed of whoever has this address: it is all that it takes, until they renew or end it."""
    blog = current_blog()
    member = inbox_news.reader_of(blog.store, blog.signer, token, blog.now())
    if member is None:
        abort(404)
    response = Response(inbox_news.feed(blog.store, blog.info, member, blog.now()), mimetype="application/atom+xml")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _show(mistake: str = "") -> str:
    blog = current_blog()
    member = blog.store.team.get(g.who) or g.member
    return render_template(
        "mine_inbox.html",
        member=member,
        views=blog.store.team.views(g.who),
        feed=inbox_news.feed_address(blog.info, blog.signer, member, blog.now()),
        mistake=mistake,
        longest=LONGEST_NAME,
    )
