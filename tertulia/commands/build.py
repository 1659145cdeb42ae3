"""Pelican in a process of its own, its complaints gathered, its finished folder swapped in whole.

``run`` starts ``python -m tertulia.commands.build`` and reads back the ``BuildReport`` which that process leaves; so a
build begins with clean imports every time, and one that dies takes nothing with it.

Whatever any logger says at WARNING or above is a problem of the blog's; INFO with ``extra={"hint": True}`` is a
hint, which fails nothing.
"""

import contextlib
import json
import logging
import math
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tertulia.commands.build_report import BuildReport, Remark, complaints, decimal, summary, tell
from tertulia.commands.failures import is_full, where_it_broke
from tertulia.core.errors import TertuliaError
from tertulia.core.files import locked
from tertulia.core.languages import say, spoken
from tertulia.core.models import Severity
from tertulia.core.visible import visible
from tertulia.site import up_to_date

if TYPE_CHECKING:
    from tertulia.site.build import SiteBuild

STATE = Path("var", "cache", "build")  # what builds remember, each kind in a folder of its own
ROOM = 16_384  # bytes that a build's answer has to itself, however full it makes the disk


# ── the person's side ────────────────────────────────────────────────────────────────────────────────────────


def into_output(
    root: Path,
    *,
    strict: bool = False,
    settings: str = "publishconf.py",
    output: str = "output",
    all_advice: bool = False,
    explain: bool = False,
) -> bool:
    """
    Build the site into *output*, say how it went, and tell whether it may be published.

    The old folder stays as it was when the build fails, is interrupted, or is *strict* and not clean.
    """
    began = time.monotonic()
    target = Path(os.path.realpath(root / output))  # it may be a link to another disk, or one that leads nowhere
    state = root / STATE / "public"
    note = root.joinpath(*up_to_date.PLACE) if settings == "publishconf.py" else None
    look = up_to_date.look_at(str(note), str(target)) if note and not all_advice else None
    done, why = look and look.told, ""
    drawn: list[str] = []
    if look and look.is_edit and output == "output":
        from tertulia.commands import edited

        done, why, drawn = edited.show(look, strict=strict)
    if done and (done.clean or not strict):
        if explain:
            print("\n".join(drawn or [say("explain_nothing")]))
        up_to_date.tell(done, time.monotonic() - began)
        return True
    published, is_overtaken = _published(target, note), False
    with workshop(target.parent, f".{target.name}-") as folder:
        kept = {"PREVIOUS_OUTPUT": str(target), "KEPT_OUTPUT": str(target), "STATE_PATH": str(state)}
        inputs = folder / "inputs"
        report = run(root, folder / "site", settings, {**kept, "INPUTS_PATH": str(inputs)})
        kept_back = bool(report.failure) or (strict and not report.clean)
        if not kept_back:
            number = (folder / "site").stat().st_ino
            from tertulia.commands import orphans

            # Whoever writes into the output after an edit is done with it, or finds the new one.
            with locked(state) if state.is_dir() else contextlib.nullcontext():
                is_overtaken = _published(target, note) != published
                with contextlib.suppress(OSError):
                    os.utime(state)  # who has looked at the output already looks again
                swap(folder / "site", target, report.keep)
                lost = orphans.told(root, target)
                if note and not report.passing and (made_of := up_to_date.handed_over(str(inputs))):
                    done = up_to_date.Told(
                        summary(report, up_to_date.SECONDS),
                        [visible(line) for line in (*complaints(report, plain=True), *lost)],
                        report.clean,
                        decimal(0.5)[1],
                    )
                    with contextlib.suppress(OSError):
                        up_to_date.write(str(note), made_of, str(target), report.keep, done, number=number)
    if explain and not report.failure:
        told = [say("explain_edit", why=why)] if why else []
        print("\n".join(told + report.explained or [say("explain_nothing")]))
    tell(report, all_advice=all_advice)
    for line in [say("build_kept_back", folder=output)] if kept_back else lost:
        print(line, file=sys.stderr)
    if is_overtaken:  # what the other has shown may be newer than what was read here
        return into_output(
            root, strict=strict, settings=settings, output=output, all_advice=all_advice, explain=explain
        )
    return not kept_back


def _published(target: Path, note: Path | None) -> tuple[object, ...]:
    """Return what tells whether anybody has put an output, or an edit, in place since."""
    output, told = up_to_date.stamp_of(target), note and up_to_date.stamp_of(note)
    return output and output[3], told


@contextlib.contextmanager
def workshop(folder: Path, prefix: str) -> Iterator[Path]:
    """Give a passing folder inside *folder*, on the same disk; those that a killed run left behind are swept first."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{prefix}*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)
    passing = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    try:
        yield passing
    finally:
        shutil.rmtree(passing, ignore_errors=True)


def in_new_process(root: Path, arguments: list[str]) -> int:
    """Run ``main`` in a process of its own, in the folder *root*; the process's code."""
    return subprocess.run([sys.executable, "-m", __name__, *arguments], cwd=root, check=False).returncode


def run(
    root: Path,
    output: Path,
    settings: str,
    overrides: Mapping[str, Any] | None = None,
    process: Callable[[Path, list[str]], int] = in_new_process,
) -> BuildReport:
    """
    Build the blog at *root* into the new folder *output* and report; says nothing itself.

    Args:
        root: The blog's folder.
        output: Where the site goes.
        settings: The settings file, relative to *root*.
        overrides: Settings that win over the file's.
        process: Runs ``main`` elsewhere, of the blog's folder and what to give it.
    """
    began = time.monotonic()
    answer = output.with_name(output.name + ".json")
    answer.write_bytes(b" " * ROOM)  # so that a build that fills the disk can still say so
    code = process(root, [settings, str(output), str(answer), json.dumps(dict(overrides or {})), spoken()])
    try:
        read = json.loads(answer.read_text("utf-8"))
    except (OSError, ValueError):
        return BuildReport(failure=say("build_died", code=code), seconds=time.monotonic() - began)
    finally:
        answer.unlink(missing_ok=True)
    remarks = [Remark(**remark) for remark in read.pop("remarks")]
    return BuildReport(**{**read, "remarks": remarks, "seconds": time.monotonic() - began})


def swap(new: Path, old: Path, keep: list[str]) -> None:
    """
    Put the folder *new* where *old* is; at every moment one of the two is there whole, or beside it by name.

    Args:
        new: The finished folder, on the same disk.
        old: The folder to replace; need not exist.
        keep: Names in *old* that move over, ".git" for one.
    """
    aside = new.with_name(new.name + ".old")
    if not old.exists():
        new.rename(old)
        return
    for name in keep:
        if (old / name).exists() and not (new / name).exists():
            (old / name).rename(new / name)
    old.rename(aside)
    try:
        new.rename(old)
    except BaseException:
        aside.rename(old)
        raise


# ── Pelican's side, in the new process ───────────────────────────────────────────────────────────────────────


class Gather(logging.Handler):
    """Keeps each different remark once, in the order in which it came."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.content: Path | None = None  # the blog's, once its settings are read
        self.remarks: dict[Remark, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        # Pelican logs a post that it could not read from inside the "except", without saying why.
        error = (record.exc_info and record.exc_info[1]) or sys.exception()
        if is_full(error):  # a site without its styles, or a post less, is none that was asked for
            raise error
        if record.levelno >= logging.ERROR:
            severity: Severity = "error"
        elif record.levelno >= logging.WARNING:
            severity = "warning"
        elif getattr(record, "hint", False):
            severity = "hint"
        else:
            return
        text = record.getMessage().strip().replace("\n", ": ")
        if record.name.partition(".")[0] == "pelican" and self.content is not None:
            from tertulia.commands import advice

            said = advice.of_pelican(record, self.content)
            if said is None:
                return
            if said != text:
                if error:
                    _keep_traceback(error)
                self.remarks[Remark(severity, said)] = None
                return
        is_said = isinstance(error, TertuliaError) and str(error) in text  # our own says where it is
        if error and severity == "error" and not is_said:
            text += f" ({where_it_broke(error, Path.cwd())})"
        self.remarks[Remark(severity, text)] = None


def _pelican(settings_file: str, output: str, overrides: dict[str, Any]) -> tuple[BuildReport, "SiteBuild | None"]:
    """Run Pelican here and now; what it has arranged, where it came so far and our plugins took part."""
    gather = Gather()
    report, built, inputs = BuildReport(), None, None
    began_ns = time.time_ns()
    try:
        from pelican import Pelican, log, signals
        from pelican.generators import ArticlesGenerator, PagesGenerator
        from pelican.settings import DEFAULT_CONFIG, DEFAULT_THEME, read_settings

        from tertulia import defaults
        from tertulia.core import public_kinds
        from tertulia.site import build_inputs, writing
        from tertulia.site.build import KEY, SiteBuild
        from tertulia.site.search import LaterIndex, SearchIndex

        log.console.quiet = True  # its own "Done: Processed …": ours is in the blog's language
        log.LimitFilter._threshold = math.inf  # all of them are shown, not the first five
        logging.basicConfig(level=logging.INFO, handlers=[gather], force=True)

        written = _as_python(settings_file) | overrides
        public_kinds.refuse(written, DEFAULT_CONFIG)
        gather.content = Path(written["PATH"]).absolute()
        if not gather.content.is_dir():
            raise public_kinds.wrong("PATH", written["PATH"], say("kind_folder"))
        if not any(Path(place, written["THEME"]).is_dir() for place in (".", Path(DEFAULT_THEME).parent)):
            raise public_kinds.wrong("THEME", written["THEME"], say("kind_theme"))
        is_ours = Path(written["THEME"]).absolute() == Path(defaults.THEME).absolute() or "ADDRESSES_PATH" in written
        if is_ours and not set(defaults.PLUGINS) & set(map(str, written["PLUGINS"])):
            raise public_kinds.wrong("PLUGINS", written["PLUGINS"], say("kind_plugins"))
        settings = read_settings(settings_file, override={**overrides, "OUTPUT_PATH": output})
        # The folder is new: nothing in it is to be deleted or kept.
        settings["DELETE_OUTPUT_DIRECTORY"] = False
        report.keep = list(settings.get("OUTPUT_RETENTION", []))

        def count(generators: list[Any]) -> None:
            for generator in generators:
                if isinstance(generator, ArticlesGenerator):
                    report.posts = len(generator.articles) + len(generator.translations)
                elif isinstance(generator, PagesGenerator):
                    report.pages = len(generator.pages) + len(generator.translations)

        signals.all_generators_finalized.connect(count)
        pelican = Pelican(settings)
        report.prefix = settings.get("SITEURL", "")  # which a plugin may have told
        # A plugin that cannot be loaded leaves a blog that makes no sense, and a hundred errors that hide this one.
        report.failure = "\n  ".join(remark.text for remark in gather.remarks if remark.severity == "error")
        if not report.failure:
            inputs = build_inputs.look(Path.cwd(), pelican.settings, began_ns)
            pelican.run()
            if KEY in pelican.settings:  # a blog may have none of our plugins
                built = SiteBuild.of(pelican.settings)
                writing.remember(built)
                report.passing, report.explained = built.lacks_pictures, built.explained
                if isinstance(later := built.search, LaterIndex):
                    report.to_index, report.index_digest = str(later.folder), later.digest
        os.makedirs(output, exist_ok=True)  # a blog without one post still has a folder
    except TertuliaError as error:
        report.failure = str(error)
    except (Exception, SystemExit) as error:
        report.failure = where_it_broke(error, Path.cwd())
        _keep_traceback(error)
    report.remarks = [remark for remark in gather.remarks if remark.text not in report.failure]
    # What was said of a file stands for as long as that is what it is; what was said of the machine may not.
    report.passing |= not all(one.severity == "hint" or one.text.startswith("content/") for one in report.remarks)
    if built and inputs and not report.failure:
        with contextlib.suppress(OSError):  # the next build is a whole one
            build_inputs.hand_over(built, inputs, _leave_arranged(built, report))
    if built and isinstance(built.search, SearchIndex):
        built.search.close()
    return report, built


def _leave_arranged(built: "SiteBuild", report: BuildReport) -> str:
    """Leave what an edit will need; the mark of it, or ""."""
    from tertulia.edits import site_left

    if report.passing:
        site_left.drop(built)
        return ""
    mark = secrets.token_hex(8)
    remarks = [(remark.severity, remark.text) for remark in report.remarks]
    known = {"posts": report.posts, "pages": report.pages, "keep": report.keep, "remarks": remarks}
    why = site_left.leave_site(built, mark, known)
    if why:
        report.explained.append(say("explain_edit", why=why))
    return "" if why else mark


def _as_python(settings_file: str) -> dict[str, Any]:
    """
    Return what the settings file comes to.

    Raises:
        SettingError: it is no Python, or it fails; the message gives the line and what to look at.
    """
    from pelican.settings import get_settings_from_file

    from tertulia.core import conf

    try:
        return dict(get_settings_from_file(settings_file))
    except TertuliaError:
        raise
    except (Exception, SystemExit) as error:
        _keep_traceback(error)
        raise conf.failed(error, Path(settings_file)) from error


def _keep_traceback(error: BaseException) -> None:
    """Write the whole story of a crash to ``var/build-error.txt``, for whoever mends it."""
    with contextlib.suppress(OSError):
        Path("var").mkdir(exist_ok=True)
        Path("var/build-error.txt").write_text("".join(traceback.format_exception(error)), "utf-8")


def _answer(place: str, report: BuildReport) -> None:
    """Write *report* over the room that was kept for it; where the disk has none for more, that alone is said."""
    for told in (report, BuildReport(failure=say("reason_full"))):
        with contextlib.suppress(OSError):
            with open(place, "r+b") as file:
                file.write(json.dumps(msgspec.to_builtins(told)).encode())
                file.truncate()
            return


def main(arguments: list[str]) -> "SiteBuild | None":
    """``python -m tertulia.commands.build SETTINGS OUTPUT REPORT OVERRIDES LANGUAGE``; what was arranged for it."""
    from tertulia.core.languages import speak

    settings, output, answer, overrides, language = arguments
    speak(language)
    with contextlib.suppress(KeyboardInterrupt):
        report, built = _pelican(settings, output, json.loads(overrides))
        _answer(answer, report)
        return None if report.failure else built
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
