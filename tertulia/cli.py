"""The command line: ``tertulia TASK`` where it is installed, ``python3 tasks.py TASK`` in a clone or a blog's folder.

A task is a function below; its docstring says what it does to who reads the code, the phrases ``task_NAME`` and
``option_NAME`` say it to the blogger. It gets ``c.root``, the blog's folder, which is the current one by then, and
``c.called_from``, where the person stands. It imports what it needs when it runs: a task that starts in 0.2 s is
one that gets used. Tasks for who works on Tertulia itself are in ``tertulia/commands/develop.py``.
"""

import contextlib
import os
import sys
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from tertulia.commands import develop, program
from tertulia.core import conf, files, languages, paths
from tertulia.core.errors import TertuliaError
from tertulia.core.visible import guard_terminal


def main(folder: str | Path = "") -> None:
    """
    Do what the command line asks for, and end the process as it ended.

    Args:
        folder: The blog's; "" looks for it where we stand, and upwards.
    """
    guard_terminal()
    with program.reading_may_end():
        _run(folder)


def _run(folder: str | Path) -> None:
    try:
        called_from = Path.cwd()
    except FileNotFoundError as error:
        sys.exit(str(error))
    root = Path(folder).resolve() if folder else conf.find(called_from)
    if not root:
        languages.speak(language_of_machine())
        program.run((new_blog,), sys.argv, elsewhere=TASKS, called_from=called_from)
        return
    os.chdir(root)
    languages.speak(conf.language(root / conf.NAME), root / "content")
    with contextlib.suppress(OSError):
        if files.private_folder(root / "var"):  # made here, or what builds first would leave it open
            print(languages.say("was_open", path="var"), file=sys.stderr)
    ours = () if paths.INSTALLED or root != paths.HOME else develop.TASKS
    program.run((*TASKS, *ours), sys.argv, root=root, called_from=called_from)


def language_of_machine() -> str:
    """
    Return the language in which this machine speaks to the person, where no blog says one: es_MX.UTF-8 is Spanish.
    """
    from tertulia.core.settings import environment

    told = environment()
    name = next((told[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if told.get(name)), "")
    return name.partition("_")[0] if name[:2].isalpha() and name not in ("C", "POSIX") else "en"


def port_of(value: str) -> int:
    """Return the number of a port as it was typed."""
    from tertulia.core.numbers import number_of

    if (port := number_of(value, -1)) < 0:
        raise TertuliaError(languages.say("bad_port", value=value))
    return port


@task(name="new")
def new_blog(
    c: Context,
    folder: str,
    name: str | None = None,
    tagline: str | None = None,
    address: str | None = None,
    author: str | None = None,
    language: str | None = None,
    timezone: str | None = None,
    yes: bool = False,
) -> None:
    """Make a folder for a new blog; outside of one."""
    from tertulia.commands import make_blog

    make_blog.run(
        c.called_from,
        folder,
        _given(name=name, tagline=tagline, address=address, author=author, language=language, timezone=timezone),
        yes=yes,
    )


@task
def preview(c: Context, port: str = "8000", host: str = "127.0.0.1") -> None:
    """Build the blog, serve it here, rebuild and refresh it whenever a file is saved."""
    from tertulia.commands.preview import run
    from tertulia.web.serve import mounts

    run(c.root, host, port_of(port), lambda site, address: mounts(c.root, site, address))


@task
def service(c: Context, port: str = "8001", host: str = "127.0.0.1") -> None:
    """Take comments and show the moderation, until stopped."""
    from tertulia.web.serve import run

    run(c.root, host, port_of(port))


@task
def build(c: Context, strict: bool = False, all_advice: bool = False, explain: bool = False) -> None:
    """Build the blog into output/ as readers will get it; with --strict, a warning fails."""
    from tertulia.commands.build import into_output

    if not into_output(c.root, strict=strict, all_advice=all_advice, explain=explain):
        raise Exit(code=1)


@task
def new(c: Context, title: str, lang: str = "", draft: bool = True, edit: bool = False) -> None:
    """Write a new post, a draft, with its metadata filled in; opens it only with --edit."""
    from tertulia.commands.new import run

    run(c.root, title, lang=lang, draft=draft, edit=edit)


@task
def announce(
    c: Context,
    dry_run: bool = False,
    post: str = "",
    network: str = "",
    since: str = "",
    resolve: str = "",
    retry: bool = False,
    withdraw: bool = False,
    adopt: str = "",
    yes_cut: bool = False,
) -> None:
    """Say the posts that are due on every network that has a key; with --dry-run, only show what would be said."""
    from tertulia.commands.announce import AnnounceOptions, run

    options = AnnounceOptions(
        dry_run=dry_run, post=post, network=network, since=since, resolve=resolve,
        retry=retry, withdraw=withdraw, yes_cut=yes_cut, adopt=adopt,
    )  # fmt: skip
    if not run(c.root, options):
        raise Exit(code=1)


@task
def publish(c: Context, dry_run: bool = False, lose: bool = False) -> None:
    """Build with warnings as errors, deploy, wait until the new posts answer, announce them."""
    from tertulia.commands.publish import run

    if not run(c.root, dry_run=dry_run, lose=lose):
        raise Exit(code=1)


@task
def webmention(c: Context, since: str = "") -> None:
    """Tell every site that new or changed posts link to; publish does it too."""
    from tertulia.commands.webmention import run

    if not run(c.root, since=since):
        raise Exit(code=1)


@task
def collect(
    c: Context, network: str = "", everything: bool = False, url: str = "", post: str = "", dry_run: bool = False
) -> None:
    """Bring home answers, mentions, likes and shares from the networks; --url URL for one by its address."""
    from tertulia.commands.collect import run

    if not run(c.root, network=network, everything=everything, url=url, post=post, dry_run=dry_run):
        raise Exit(code=1)


@task
def deploy(c: Context, dry_run: bool = False, lose: bool = False) -> None:
    """Put output/ where DEPLOY_TARGET says; with --dry-run, only show what would change."""
    from tertulia.commands.publish import upload

    if not upload(c.root, dry_run=dry_run, lose=lose):
        raise Exit(code=1)


@task
def headers(c: Context, form: str = "_headers", hsts: bool = False) -> None:
    """Print the security headers that the built blog needs, for nginx, caddy, or as a file _headers."""
    from tertulia.commands.publish import print_headers

    print_headers(c.root, form, hsts=hsts)


@task
def snapshot(c: Context) -> None:
    """Write the conversation's snapshot anew from the store, for a build on another machine."""
    from tertulia.commands.publish import write_snapshot

    write_snapshot(c.root)


@task
def status(c: Context, forget: str = "") -> None:
    """Tell what is where, what waits and why, what failed; exits with 1 when something needs you."""
    from tertulia.commands.status import forget_run, run

    if forget:
        forget_run(c.root, forget)
        return
    if not run(c.root):
        raise Exit(code=1)


@task
def doctor(c: Context) -> None:
    """Check keys, limits, clock and deploy target, without posting anything."""
    from tertulia.commands.status import examine

    if not examine(c.root):
        raise Exit(code=1)


@task
def capture(
    c: Context, check: bool = False, again: str = "", paste: str = "", archive: str = "", remove: str = ""
) -> None:
    """Keep what posts quote; --check looks again, --again URL; --paste FILE (or -), --archive ZIP, --remove URL."""
    from tertulia.commands import capture as task

    if paste:
        task.by_hand(c.root, paste if paste == "-" else str(c.called_from / paste))
    elif archive:
        task.from_archive(c.root, str(c.called_from / archive))
    elif remove:
        task.take_out(c.root, remove)
    else:
        task.run(c.root, check=check, again=again)


@task
def links(c: Context, apply: bool = False) -> None:
    """Find the links in posts that no longer answer; --apply sends readers to their archived copies."""
    from tertulia.commands.capture import links as run

    run(c.root, apply=apply)


@task
def moderate(c: Context, web: bool = False, at: str = "", undo: bool = False, as_: str = "", role: str = "") -> None:
    """Decide on the comments that wait, here or in the moderation page; or undo the last decision."""
    from tertulia.commands.talk import run_moderate

    run_moderate(c.root, web=web, address=at, undoes=undo, who=as_, role=role)


@task
def inbox(
    c: Context, show: str = "", answer: str = "", text: str = "", only_here: bool = False, done: str = "",
    later: str = "", until: str = "1d", back: str = "", state: str = "", channel: str = "", post: str = "",
    tag: str = "", tone: str = "", words: str = "", person: str = "", same: str = "", two: str = "", note: str = "",
    saved: str = "", when: str = "", label: str = "", put: str = "", off: str = "",
) -> None:  # fmt: skip
    """Show what waits for an answer on every channel; --answer KEY where it was said, --done KEY, --later KEY."""
    from tertulia.commands.inbox import InboxOptions, run

    options = InboxOptions(
        show=show, answer=answer, text=text, only_here=only_here, done=done, later=later, until=until, back=back,
        state=state, channel=channel, post=post, tag=tag, tone=tone, words=words,
        person=person, same=same, two=two, note=note, saved=saved, when=when,
        label=label, put=put, off=off,
    )  # fmt: skip
    if not run(c.root, options):
        raise Exit(code=1)


@task(name="tell-update")
def tell_update(c: Context, post: str, text: str, lang: str = "", send: bool = False, take_back: bool = False) -> None:
    """Show to whom of those who took part an update of a post would be told, and where; --send tells it, once."""
    from tertulia.commands.tell_update import TellOptions, run

    if not run(c.root, TellOptions(post=post, text=text, lang=lang, send=send, take_back=take_back)):
        raise Exit(code=1)


@task(name="mail-in")
def mail_in(c: Context, fetch: bool = False) -> None:
    """Take an answer to a letter of ours from the standard input, as a mail server hands it over; --fetch: by IMAP."""
    from tertulia.commands.mail_in import run

    if status := run(c.root, fetch=fetch):
        raise Exit(code=status)


@task
def report(c: Context, year: str = "", page: bool = False) -> None:
    """Tell how many who spoke were answered, how soon, who still waits and who comes back; --page: to all readers."""
    from tertulia.commands.report import run

    run(c.root, year, page=page)


@task
def comments(c: Context, what: str, file: str = "", person: str = "") -> None:
    """Export, import or copy the conversation."""
    from tertulia.commands.talk import run_comments

    run_comments(c.root, c.called_from, what, file=file, person=person)


@task
def dump(c: Context, file: str = "") -> None:
    """Write the whole state into one file: to keep, or to move."""
    from tertulia.commands.moving import run_dump

    run_dump(c.root, c.called_from, file)


@task
def restore(c: Context, file: str, moved: bool = False) -> None:
    """Bring the file that dump wrote into an empty store, of either kind."""
    from tertulia.commands.moving import run_restore

    run_restore(c.root, c.called_from / file, moved=moved)


@task(name="import")
def import_site(
    c: Context, files: str, uploads: str = "", old_site: str = "", from_: str = "", dry_run: bool = False
) -> None:
    """Bring a blog over from WordPress and others: posts, comments, pictures, old addresses."""
    from tertulia.commands.import_site import run_import

    paths = files.split(program.BETWEEN)
    run_import(c.root, c.called_from, paths, uploads=uploads, old_site=old_site, kind=from_, dry=dry_run)


@task(name="export")
def export_site(c: Context, wxr: str = "", folder: str = "", all_: bool = False) -> None:
    """Take the blog elsewhere: as WordPress' export, or as a folder of Markdown with the talk as JSON."""
    from tertulia.commands.export_site import run

    run(c.root, c.called_from, wxr=wxr, folder=folder, everything=all_)


@task
def erase(c: Context, who: str, yes: bool = False) -> None:
    """Erase a person and all they said, everywhere and for good."""
    from tertulia.commands.talk import run_erase

    run_erase(c.root, who, sure=yes)


@task
def start(
    c: Context,
    name: str | None = None,
    tagline: str | None = None,
    address: str | None = None,
    author: str | None = None,
    language: str | None = None,
    timezone: str | None = None,
    yes: bool = False,
) -> None:
    """Turn this clone into your own blog, or change its name and yours."""
    from tertulia.commands.start import run

    run(
        c.root,
        _given(name=name, tagline=tagline, address=address, author=author, language=language, timezone=timezone),
        yes=yes,
    )


@task
def check(c: Context, lighthouse: bool = False, designs: bool = False) -> None:
    """Build and check every page: links, HTML, accessibility, requests to other hosts."""
    from tertulia.commands.check import run

    if not run(c.root, lighthouse=lighthouse, designs=designs):
        raise Exit(code=1)


def _given(**answers: str | None) -> dict[str, str]:
    """Keep the answers that came with the command line."""
    return {name: value for name, value in answers.items() if value is not None}


# In the order in which a blogger meets them.
TASKS = (
    preview,
    build,
    new,
    capture,
    links,
    publish,
    announce,
    webmention,
    collect,
    deploy,
    headers,
    status,
    doctor,
    snapshot,
    service,
    moderate,
    inbox,
    tell_update,
    mail_in,
    report,
    comments,
    dump,
    restore,
    import_site,
    export_site,
    erase,
    start,
    check,
)

if __name__ == "__main__":
    main()
