"""Old addresses, and which page says that there is none, in the words of web servers: nginx, Apache, Caddy.

Each is a file beside the site's pages, to be included in the server's own settings. Queries (``/?p=12``) can be
answered by a server only, and so can 410 for what is gone. A path is looked up as the server has decoded it, with and
without a slash at its end.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote

from tertulia.site.moved_here import Moved


def files(
    found: Iterable[Moved], gone: Iterable[str] = (), missing: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """
    Name → text of each server's file.

    Args:
        gone: Paths that answer 410, from the host's root and percent-encoded.
        missing: Folder, "/" or "/en/" → the page that answers there for what is not found.
    """
    buried = sorted({path for one in gone for path in _writings(unquote(one))})
    every = sorted(found, key=lambda one: one.old)
    paths = {
        path: one.new
        for one in every
        if not one.is_query
        for path in dict.fromkeys((_bare(one.old), _bare(one.old) + "/"))
    }
    queries: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for one in every:
        if one.query:
            path, name, value = one.query
            queries[name].append((path, value, one.new))
    return {
        "_redirects.nginx.conf": _nginx(paths, queries, buried) + _nginx_missing(missing),
        "_redirects.htaccess": _apache(paths, queries, buried) + _apache_missing(missing),
        "_redirects.caddy": _caddy(paths, queries, buried) + _caddy_missing(missing),
    }


Queries = Mapping[str, list[tuple[str, str, str]]]


def _nginx(paths: Mapping[str, str], queries: Queries, gone: Sequence[str]) -> str:
    """https://nginx.org/en/docs/http/ngx_http_map_module.html (read 2026-11)."""
    lines = [
        "# Include in http { }, and in server { }:  if ($tertulia_moved) { return 301 $tertulia_moved; }",
        "# and, for what is gone:  if ($tertulia_gone) { return 410; }",
        "map_hash_max_size 65536;",
        "map_hash_bucket_size 512;",
        "map $uri $tertulia_moved_path {",
        *(f'  "{_key(old)}" "{_value(new)}";' for old, new in paths.items()),
        "}",
    ]
    names = ["$tertulia_moved_path"]
    for name, entries in queries.items():
        names.append(f"$tertulia_moved_{name}")
        lines.append(f'map "$uri?{name}=$arg_{name}" {names[-1]} {{')
        lines += [f'  "{_key(path)}?{name}={value}" "{_value(new)}";' for path, value, new in entries]
        lines.append("}")
    together = "".join(names)
    lines += [f'map "{together}" $tertulia_moved {{', f'  default "{together}";', "}"]
    lines += ["map $uri $tertulia_gone {", *(f'  "{_key(path)}" 1;' for path in gone), "}"]
    return "\n".join(lines) + "\n"


def _apache(paths: Mapping[str, str], queries: Queries, gone: Sequence[str]) -> str:
    """https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html (read 2026-11)."""
    lines = ["# Put this into .htaccess at the site's root, or include it in <Directory>.", "RewriteEngine On"]
    for name, entries in queries.items():
        for path, value, new in entries:
            lines += [
                f"RewriteCond %{{QUERY_STRING}} (?:^|&){name}={re.escape(value)}(?:&|$)",
                f'RewriteRule "^{_pattern(path)}$" "{_percent(new)}" [R=301,L,NE,QSD]',
            ]
    for old, new in paths.items():
        if not old.endswith("/"):
            lines.append(f'RewriteRule "^{_pattern(old)}/?$" "{_percent(new)}" [R=301,L,NE]')
    lines += [f'RewriteRule "^{_pattern(path)}{"/" if path.endswith("/") else ""}$" "-" [G]' for path in gone]
    return "\n".join(lines) + "\n"


def _caddy(paths: Mapping[str, str], queries: Queries, gone: Sequence[str]) -> str:
    """https://caddyserver.com/docs/caddyfile/directives/map (read 2026-11)."""
    lines = ["# Import in the site's block.", "map {path} {tertulia_moved} {"]
    lines += [f'  "{old}" "{new}"' for old, new in paths.items()]
    lines += ['  default ""', "}", '@tertulia_moved expression `{tertulia_moved} != ""`']
    lines.append("redir @tertulia_moved {tertulia_moved} 301")
    if gone:
        lines += ["map {path} {tertulia_gone} {", *(f'  "{path}" "1"' for path in gone)]
        lines += ['  default ""', "}", '@tertulia_gone expression `{tertulia_gone} != ""`']
        lines.append("respond @tertulia_gone 410")
    for name, entries in queries.items():
        for number, (path, value, new) in enumerate(entries):
            matcher = f"@tertulia_{name}_{number}"
            lines += [
                f"{matcher} {{",
                f'  path "{path}"',
                f"  query {name}={value}",
                "}",
                f'redir {matcher} "{new}" 301',
            ]
    return "\n".join(lines) + "\n"


def _nginx_missing(pages: Mapping[str, str]) -> str:
    """https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page (read 2026-11)."""
    if not pages:
        return ""
    lines = ["# And in server { }, instead of its own error_page 404:  error_page 404 $tertulia_missing;"]
    lines += ["map $uri $tertulia_missing {"]
    lines += [f'  "~^{re.escape(folder)}" "{_value(page)}";' for folder, page in _deepest_first(pages)]
    return "\n".join((*lines, "}")) + "\n"


def _apache_missing(pages: Mapping[str, str]) -> str:
    """https://httpd.apache.org/docs/2.4/mod/core.html#errordocument (read 2026-11)."""
    lines = []
    for folder, page in reversed(_deepest_first(pages)):  # of several sections the last one counts
        lines += [f'<If "%{{REQUEST_URI}} =~ m#^{re.escape(folder)}#">', f"ErrorDocument 404 {page}", "</If>"]
    return "".join(f"{line}\n" for line in lines)


def _caddy_missing(pages: Mapping[str, str]) -> str:
    """https://caddyserver.com/docs/caddyfile/directives/handle_errors (read 2026-11)."""
    if not pages:
        return ""
    lines = ["# Instead of the block's own handle_errors.", "handle_errors {"]
    for number, (folder, page) in enumerate(_deepest_first(pages)):
        lines += [f"  @missing_{number} path {folder}*", f"  handle @missing_{number} {{"]
        lines += [f"    rewrite * {page}", "    file_server", "  }"]
    return "\n".join((*lines, "}")) + "\n"


def _deepest_first(pages: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(pages.items(), key=lambda item: (-len(item[0]), item[0]))


def _writings(path: str) -> Iterator[str]:
    """*path* in every way in which it is asked for."""
    yield path
    if path.endswith("/"):
        yield _bare(path)
        yield f"{path}index.html"


def _bare(path: str) -> str:
    return path.rstrip("/") or "/"


def _key(path: str) -> str:
    """*path* as a key of nginx' map."""
    return path.replace("\\", "\\\\").replace('"', '\\"')


def _value(address: str) -> str:
    """*address* as a value, in which a dollar begins a variable."""
    return address.replace("$", "%24").replace('"', "%22")


def _pattern(path: str) -> str:
    """*path* for a rule of one folder, which sees it without its first slash."""
    return re.escape(path.strip("/")).replace('"', '\\"')


def _percent(address: str) -> str:
    """*address* in a rule's second half, in which % and $ begin references."""
    return re.sub(r"([%$])(?=\d|[A-Fa-f])", r"\\\1", address).replace('"', "%22")
