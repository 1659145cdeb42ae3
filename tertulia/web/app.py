"""The application: its pages, its limits, and what it says when something breaks."""

import logging
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from tertulia.app import Blog
from tertulia.core import languages
from tertulia.core.addresses import host_of, split_address, web_address
from tertulia.core.errors import StoreError
from tertulia.core.languages import say
from tertulia.core.setting_kinds import MOUNTS
from tertulia.core.text import one_line
from tertulia.store.filters import check
from tertulia.web import (
    comments,
    inbox,
    letter_links,
    look,
    moderation,
    my_inbox,
    newsletter,
    persons,
    reader_letters,
    report,
    webmention,
)
from tertulia.web.budgets import DailyBudgets, Gate
from tertulia.web.context import MOST_IN_WINDOW, RateCounter, current_blog
from tertulia.web.team import has_role

log = logging.getLogger(__name__)

# What a preview, or a proxy, hands over to us.
_OURS = tuple(f"{mount}/" for mount in MOUNTS)

# 10,000 characters of four bytes, percent-encoded, and the rest of the form.
MOST_BYTES = 200_000


def create(blog: Blog, *, rate: int = MOST_IN_WINDOW) -> Flask:
    """
    Make the Flask application that serves *blog*.

    Args:
        blog: Open already; its threads are not started here.
        rate: How often one address may do the same thing in ten minutes.
    """
    blog.ready()
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES, MAX_FORM_PARTS=50)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        say=say, has_role=has_role, look=look.look, has_look=look.has_look, root=blog.info.prefix
    )
    app.jinja_env.filters.update(local=local, outside=outside, host=host, unfolded=unfolded)
    app.extensions.update(blog=blog, rate_counter=RateCounter(rate), daily_budgets=DailyBudgets(), reading_gate=Gate())
    app.register_blueprint(comments.pages)
    app.register_blueprint(reader_letters.pages)
    app.register_blueprint(moderation.pages)
    app.register_blueprint(letter_links.pages)
    app.register_blueprint(persons.pages)
    app.register_blueprint(my_inbox.pages)
    app.register_blueprint(inbox.pages)
    app.register_blueprint(report.pages)
    app.register_blueprint(webmention.pages)
    app.register_blueprint(newsletter.pages)
    app.register_blueprint(look.pages)
    app.add_url_rule("/healthz", view_func=_healthz)
    app.context_processor(_words)
    app.before_request(_begin)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(StoreError, _broken)
    app.wsgi_app = _WithoutPrefix(app.wsgi_app, blog.info.prefix)  # type: ignore[assignment, method-assign]
    if proxies := int(blog.settings.trusted_proxies or 0):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


class _WithoutPrefix:
    """
    Takes the prefix of ``SERVICE_ADDRESS`` off what is asked for, where the proxy has left it.

    It has left it where one of our own paths follows: a prefix may be called as one of them is ("/comments").
    """

    def __init__(self, inside: WSGIApplication, prefix: str) -> None:
        self._inside = inside
        self._prefix = unquote_to_bytes(prefix).decode("latin-1")  # as WSGI hands paths over

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        rest = path.removeprefix(self._prefix)
        if rest != path and f"{rest}/".startswith(_OURS):
            environ = environ | {"PATH_INFO": rest}
        return self._inside(environ, start)


def _begin() -> None:
    blog = current_blog()
    languages.use(blog.info.languages)  # each request has a thread
    asked = request.values.get("lang", "") if request.method == "GET" else ""
    langs = blog.info.langs
    g.lang = asked if asked in langs else request.accept_languages.best_match(langs) or blog.info.lang


def _words() -> dict[str, Any]:
    blog = current_blog()

    def t(key: str, n: int | None = None, **values: Any) -> str:
        return blog.info.t(key, g.lang, n, **values)

    direction = blog.info.languages.get(g.lang).direction
    return {"t": t, "lang": g.lang, "direction": direction, "blog": blog.info, "home": local(blog.info.site + "/")}


def local(address: str) -> str:
    """Give *address*, one of the site, as a page of ours links it: without the host where the site is on our own."""
    if not current_blog().info.same_origin:
        return address
    parts = split_address(address)
    return parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def unfolded(html: str) -> str:
    """*html* with all that it hides behind a warning on show: who decides must have read it."""
    return html.replace("<details>", "<details open>")


def outside(address: str) -> str:
    """Give a stranger's *address* as a link may hold it; "" for what is no address of the web."""
    return web_address(address)


def host(address: str) -> str:
    """Say in short where *address* leads: its host, or its first 60 characters where it has none."""
    return host_of(address) or one_line(address, 60)


def _healthz() -> Response:
    check(current_blog().store.database)
    return Response("ok\n", mimetype="text/plain")


def _headers(response: Response) -> Response:
    """Nothing of ours runs a stranger's script, is framed, kept, or tells the next site where it came from."""
    site = current_blog().info.site
    origin = "" if current_blog().info.same_origin else f" {split_address(site).origin}"
    with_keys = request.blueprint in (inbox.pages.name, persons.pages.name)
    scripts = "; script-src 'self'" if with_keys or look.has_look(look.SCRIPT) else ""
    # What is being written is kept by the script.
    scripts += "; connect-src 'self'" if with_keys else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'self'{origin}; font-src 'self'{origin}; img-src 'self'{origin};"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'" + scripts,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Cache-Control", "no-store")
    asked = request.headers.get("Origin", "")
    if asked and asked in current_blog().info.origins and request.path.startswith("/comments"):
        response.headers["Access-Control-Allow-Origin"] = asked
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Vary"] = "Origin"
    return response


def _refused(error: HTTPException) -> Any:
    code = error.code or 500
    key = f"service_{code}"
    known = key if code in (400, 403, 404, 405, 413, 429) else "service_400"
    return comments.message(known, status=code)


def _broken(error: StoreError) -> Any:
    log.error("%s", error)
    if request.path == "/healthz":
        return Response("store\n", status=503, mimetype="text/plain")
    return comments.message("service_503", status=503)
