"""What other programs would have replaced: shortcodes of Hugo, Zola and WordPress, liquid of Jekyll, links of Obsidian.

``relref``, ``ref``, ``post_url``, ``link``, ``@/x.md`` and ``[[x]]`` name a file of the blog, and the base address is
where the blog is: they are followed. Blocks of code are code, a figure is a picture, and a video is its address, which
embeds know. The rest stays as it is written, and the author is told, with its line. Inside code none of this means
anything.

https://gohugo.io/content-management/shortcodes/, https://jekyllrb.com/docs/liquid/,
https://www.getzola.org/documentation/content/linking/, https://help.obsidian.md/links,
https://codex.wordpress.org/Shortcode
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

from markdown import Extension, Markdown
from markdown_it.rules_block import StateBlock

from tertulia.core import lazy_re, text
from tertulia.core.languages import say
from tertulia.render.blocks import CommonMarkParser
from tertulia.render.document import Document
from tertulia.render.picture_facts import PICTURE_SUFFIXES

_PIECE = lazy_re.compile(
    r"(?P<code>(`+)(?!`).*?(?<!`)\2(?!`))"
    r"|\{%-?\s*raw\s*-?%\}(?P<verbatim>.*?)\{%-?\s*endraw\s*-?%\}"
    r"|(?P<ruby><%(?:(?!<%).)*?%>)"
    r"|(?P<cited>\[-?@[\w:.-]*(?:\d|[,;])[^\[\]\n]*\](?![\[(:])|(?<![\w@/])@(?:fig|tbl|sec|eq|lst|thm)-[\w-]+"
    r"|\(\([0-9a-f]{8}-[0-9a-f-]{27}\)\))"
    r"|(?P<before>\]\(\s*<?|\]:\s*<?|(?:src|href)\s*=\s*[\"']?)(?:__GHOST_URL__|%base_url%|%assets_url%|@site(?:/static)?"
    r"|~?@assets|~/assets|~@/assets|@/assets)(?=/)"
    r"|\{\{[<%](?P<shortcode>(?:(?!\{\{[<%]).)*?)[%>]\}\}|\{%-?(?P<tag>(?:(?!\{%).)*?)-?%\}|\{\{-?\s*+(?P<value>[^{}\n]*)\}\}"
    r"|(?P<opens>\]\(\s*<?|\]:\s*<?)@/(?P<place>[^\s)>]+)"
    r"|(?P<shown>!?)\[\[(?P<wiki>[^\s\[\]|][^\[\]\n]*)\]\](?![\[(:])"
    r"|\[embed\](?P<embed>[^\s\[]+)\[/embed\]"
    r"|(?P<press>\[(?:[a-z][\w-]*\s[^\[\]\n]*=[^\[\]\n]*|gallery|playlist)\](?![\[(:]))",
    re.DOTALL,
)
# What one of them begins with, by a sign that all of those hold: most blocks hold none, and this is quickly seen.
_SIGNS = {
    "[": ("[[", "](@", "]: @", "[embed]", "[gallery", "[playlist", "[@", "[-@", "](~"),
    "{": ("{{", "{%"),
    "@": ("@fig-", "@tbl-", "@sec-", "@eq-", "@lst-", "@thm-", "@site"),
    "%": ("<%", "%base_url%", "%assets_url%"),
    "((": ("((",),
    '="': ('="',),
    "__GHOST_URL__": ("__GHOST_URL__",),
}
_CALL = lazy_re.compile(r"(?P<name>[a-z]\w*)\((?P<arguments>.*)\)")  # Zola's
_CODE_OPENS = lazy_re.compile(
    r"\{\{[<%]\s*(?P<hugo>highlight|code)\s+\"?(?P<hugo_language>[\w#.+-]*)[^}]*\}\}"
    r"|\{%-?\s*(?P<jekyll>highlight|codeblock)\s*(?:lang:)?(?P<language>[\w#.+-]*)[^}]*%\}"
)
_FOLLOWED = ("relref", "ref", "post_url", "post_link", "post_path", "link")
_BASE = frozenset(("site.baseurl", "site.url", "site.github.url", ".site.baseurl", "baseurl", "site.base_url"))
_TO_ADDRESS = lazy_re.compile(
    r"(?P<quote>[\"'])(?P<path>[^\"']*)(?P=quote)\s*\|\s*(?:relative_url|absolute_url|relurl|absurl)", re.I
)
_ARGUMENT = lazy_re.compile(r"(?:[\w-]+\s*=\s*)?(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))")
# What Hugo, Jekyll's plugins and Zola's themes name by its id; whose owner comes before the id, or after a slash.
_ADDRESSES = {
    "youtube": "https://www.youtube.com/watch?v={id}",
    "vimeo": "https://vimeo.com/{id}",
    "instagram": "https://www.instagram.com/p/{id}/",
    "gist": "https://gist.github.com/{user}{id}",
    **dict.fromkeys(("tweet", "twitter", "x"), "https://twitter.com/{user}status/{id}"),
}
_NAMED = lazy_re.compile(r"([\w-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)')")
_VERBATIM = lazy_re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|\{", re.DOTALL)
_SIZED = lazy_re.compile(r"(!\[[^\[\]|\n]*)\|(\d+)(?:x(\d+))?(\]\([^()\n]*\))")
_IMSIZE = lazy_re.compile(r"(!\[[^\[\]\n]*\]\([^()\n]*?)[ ]+=(\d*)x(\d*)[ ]*\)")
_IN_ADDRESS = lazy_re.compile(r"(?:\]\(\s*<?|\]:\s*<?|=\s*[\"']?|<)[^\s\"'()<>]*\Z")
_BASE_BEFORE = lazy_re.compile(r"\{\{[^{}\n]*\}\}\Z")
_DATED = lazy_re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_]")


class ForeignSyntaxExtension(Extension):
    """
    Follows what can be followed, and tells the rest. Must come after ``BlocksExtension``.

    Args:
        content: The folder of posts and pages; None where there is none.
    """

    def __init__(self, content: Path | None) -> None:
        super().__init__()
        self.content = content

    def extendMarkdown(self, md: Markdown) -> None:
        parser = md.parser
        assert isinstance(parser, CommonMarkParser)
        parser.rewrites.append(_Rewriter(md, self).rewritten)
        breaks = {"alt": ["paragraph", "reference", "blockquote", "list"]}
        parser.grammar.block.ruler.before("fence", "foreign_code", _code, breaks)  # type: ignore[arg-type]

    def find(self, written: str, beside: str) -> str:
        """
        Return the post that another generator means by *written*, as ``{filename}/posts/x.md#part``; "" when there is
        none.

        Args:
            beside: The path of the post that asks; of several posts the one in its folder is meant.
        """
        name, hash_sign, part = written.strip().partition("#")
        wanted = PurePosixPath(name.strip("/").removeprefix("./"))
        stem = wanted.stem if wanted.suffix in (".md", ".markdown", ".html") else wanted.name
        found = self._files.get(stem, []) or self._files.get(_DATED.sub("", stem), [])
        ends = (
            [path for path in found if path.with_suffix("").as_posix().endswith(f"/{wanted.with_name(stem)}")]
            if stem
            else []
        )
        folder = PurePosixPath(beside).parent.name
        best = next((path for path in ends or found if path.parent.name == folder), next(iter(ends or found), None))
        return f"{{filename}}/{best}{hash_sign}{part}" if best else ""

    @cached_property
    def _files(self) -> dict[str, list[PurePosixPath]]:
        """Every source by its name, with its date and without; an ``index.md`` by that of its folder."""
        files: dict[str, list[PurePosixPath]] = defaultdict(list)
        for path in sorted(self.content.rglob("*")) if self.content else ():
            if path.suffix.lower() not in (".md", ".markdown"):
                continue
            place = PurePosixPath(path.relative_to(self.content or "").as_posix())
            stem = place.parent.name if place.stem in ("index", "_index") else place.stem
            for name in dict.fromkeys((stem, _DATED.sub("", stem))):
                files[name].append(place)
        return files


class _Rewriter:
    def __init__(self, md: Markdown, extension: ForeignSyntaxExtension) -> None:
        self.md, self.extension = md, extension
        self.told: Document | None = None

    def rewritten(self, block: str) -> str:
        """*block* with what can be followed in the place of what names it."""
        if "![" in block:
            block = _SIZED.sub(lambda m: _sized(m[1] + m[4], m[2], m[3]), block)
            block = _IMSIZE.sub(lambda m: _sized(f"{m[1]})", m[2], m[3]), block)
        for held, signs in _SIGNS.items():
            if held in block:
                for sign in signs:
                    if sign in block:
                        return _PIECE.sub(self._piece, block)
        return block

    def _piece(self, found: re.Match[str]) -> str:
        if found["code"] is not None:
            return found[0]
        if found["verbatim"] is not None:
            return _VERBATIM.sub(lambda m: m[0] if m[1] else "&#123;", found["verbatim"])
        if found["before"] is not None:  # another program's own address, or its folder of files
            return found["before"]
        if found["ruby"] or found["cited"]:
            if f"{found[0]}:" not in self._document().body:  # a link that is defined below
                self._tell(found[0])
            return found[0]
        if address := _address(found):
            return address
        if found["value"] is not None:
            return self._value(found)
        if found["place"]:
            return found["opens"] + self._link(found["place"], found[0])
        if found["wiki"]:
            return self._wiki(found)
        if found["embed"]:
            return found["embed"]
        name, _, rest = _said(found).partition(" ")
        argument = next(("".join(groups) for groups in _ARGUMENT.findall(rest)), "")
        if name in _FOLLOWED and argument:
            return self._followed(found, argument, rest)
        if name == "asset_img":  # Hexo's: its classes and sizes, and what it shows
            shown = re.fullmatch(r"(?:[\w-]+\s+)*?(\S+\.\w+)(?:\s+\d+)*\s*(.*)", rest.strip())
            return f"![{shown[2].strip(chr(34) + chr(39))}](<{shown[1]}>)" if shown else found[0]
        if name.startswith("/*") and found["shortcode"]:  # {{</* how it is shown */>}}
            return found[0].replace("/*", "", 1)[::-1].replace("/*", "", 1)[::-1]
        if name == "figure" and (figure := _figure(rest)):
            return figure
        if name in ("raw", "endraw"):
            return ""
        self._tell(found[0])
        return found[0]

    def _find(self, written: str) -> str:
        """
        Return the post that is meant, as ``ForeignSyntaxExtension.find``; it may be another when posts come and go.
        """
        self.md.seeks_posts = True  # type: ignore[attr-defined]
        return self.extension.find(written, self._document().path)

    def _followed(self, found: re.Match[str], written: str, rest: str) -> str:
        """Where *written* is; where no address is asked for, a link to it in its own words, or by its name."""
        address = self._link(written, found[0])
        if _IN_ADDRESS.search(_BASE_BEFORE.sub("", found.string[max(0, found.start() - 500) : found.start()])):
            return address
        words = rest.partition(written)[2].strip(" \"'")
        return f"[{words or PurePosixPath(written.partition('#')[0]).stem or written}](<{address}>)"

    def _link(self, written: str, piece: str) -> str:
        document = self._document()
        address = self._find(written)
        if not address:
            document.report(say("foreign_link", name=written), say("foreign_link_fix"), needle=piece)
        return address or "#"

    def _wiki(self, found: re.Match[str]) -> str:
        """
        Return a link of Obsidian's, ``[[file#Heading|words]]``, or what it shows in its place,
        ``![[picture.png|100]]``.
        """
        written, _, words = found["wiki"].replace("\\|", "|").partition("|")
        name, _, heading = written.partition("#")
        suffix = PurePosixPath(name).suffix.lower()
        if words and suffix not in PICTURE_SUFFIXES and not self._find(name) and self._find(words.partition("#")[0]):
            words, (name, _, heading) = name, words.partition("#")  # Dendron's: the words come first
            suffix = PurePosixPath(name).suffix.lower()
        if found["shown"] and suffix in PICTURE_SUFFIXES:
            words = words.rpartition("|")[2] if not words[:1].isdigit() else words
            width = re.match(r"\d+", words)
            return f"![{'' if width else words}](<{name}>)" + (f'{{width="{width[0]}"}}' if width else "")
        part = f"#{text.slugify(heading)}" if heading else ""
        address = self._find(name) if name else ""
        if suffix and suffix != ".md" and not address:
            return f"[{words or name}](<{name}>)"
        if name and not address:
            self._document().report(say("foreign_link", name=name), say("foreign_link_fix"), needle=found[0])
            return words or name
        return f"[{words or name or heading}](<{address}{part}>)"

    def _value(self, found: re.Match[str]) -> str:
        value, after = _value(found), found.string[found.end() : found.end() + 1]
        if value.lower() in _BASE:
            return "" if after in ("/", "{", "") else "/"
        if made := _TO_ADDRESS.fullmatch(value):
            return "/" + made["path"].lstrip("/")
        if _IN_ADDRESS.search(found.string, max(0, found.start() - 500), found.start()):
            self._report("foreign_address", found[0])
        elif value:
            self._tell(found[0])
        return found[0]

    def _tell(self, piece: str) -> None:
        """Tell the first of a post; the others are seen when it is looked after."""
        if self.told is not self._document():
            self.told = self._document()
            self._report("foreign_syntax", piece)

    def _report(self, phrase: str, piece: str) -> None:
        self._document().report(say(phrase, code=shortened(piece)), say(f"{phrase}_fix"), needle=piece)

    def _document(self) -> Document:
        return getattr(self.md, "document", None) or Document()


def shortened(piece: str) -> str:
    """*piece* of an author's text on one line, as long as a report needs it to be known again."""
    shown = " ".join(piece.split())
    return shown if len(shown) < 60 else f"{shown[:56]} …"


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Where each shortcode of *text* stands that shows something by its id, and the address of that."""
    for found in _PIECE.finditer(text) if "{{" in text or "{%" in text else ():
        if address := _address(found):
            yield found.start(), address


def _said(found: re.Match[str]) -> str:
    """Return what stands in a shortcode or a tag, from its name on."""
    return (found["shortcode"] or found["tag"] or "").strip()


def _value(found: re.Match[str]) -> str:
    return (found["value"] or "").strip().removesuffix("-").rstrip()


def _address(found: re.Match[str]) -> str:
    """Where that is which a shortcode shows by its arguments, ``id="…"`` or ``owner id``; "" for any other."""
    call = _CALL.fullmatch(_value(found))
    name, _, rest = _said(found).partition(" ")
    if call:
        name, rest = call["name"], call["arguments"].replace(",", " ")
    if name not in _ADDRESSES or not _ARGUMENT.search(rest):
        return ""
    named = {key: double or single for key, double, single in _NAMED.findall(rest)}
    given = ["".join(groups) for groups in _ARGUMENT.findall(rest)]
    identifier = named.get("id") or given[0 if named else min(len(given), 2) - 1]
    if "://" in identifier:
        return identifier
    owner = named.get("user") or (given[0] if len(given) > 1 and not named else "")
    return _ADDRESSES[name].format(id=identifier, user=f"{owner}/" if owner else "i/" if name[0] in "tx" else "")


def _figure(rest: str) -> str:
    """Hugo's figure as a picture with its caption, as a link where it is one; "" when it names no picture."""
    named = {key: (double or single).replace('"', "'") for key, double, single in _NAMED.findall(rest)}
    if not named.get("src"):
        return ""
    words = " ".join(filter(None, (named.get("title"), named.get("caption"), named.get("attr"))))
    words = re.sub(r"<[^<>]*>", "", words.replace("\\'", "'"))
    picture = f"![{named.get('alt', '')}](<{named['src']}>" + (f' "{words}")' if words else ")")
    return f"[{picture}](<{named['link']}>)" if named.get("link") else picture


def _sized(picture: str, width: str, height: str) -> str:
    """Return *picture* with its size in braces, as Markdown's extension has it."""
    sizes = [f'{name}="{size}"' for name, size in (("width", width), ("height", height)) if size]
    return f"{picture}{{{' '.join(sizes)}}}" if sizes else picture


def _code(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Return the rule for ``{% highlight %}`` and its like, for markdown-it: what stands between is code."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].rstrip()
    opening = _CODE_OPENS.fullmatch(first) if first.startswith("{") and not state.is_code_block(start) else None
    if not opening:
        return False
    name = opening["hugo"] or opening["jekyll"]
    closing = re.compile(rf"\{{\{{[<%]\s*/\s*{name}\s*[%>]\}}\}}|\{{%-?\s*end{name}\s*-?%\}}")
    if not closing.search(state.src, state.eMarks[start]):
        return False
    for number in range(start + 1, end):
        if closing.search(state.src[state.bMarks[number] : state.eMarks[number]]):
            if not silent:
                token = state.push("fence", "code", 0)
                token.info = opening["hugo_language"] or opening["language"] or ""
                token.content = state.getLines(start + 1, number, state.sCount[start], True)
                state.line = number + 1
            return True
    return False
