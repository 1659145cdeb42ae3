"""The corpus as a blog of Hugo: its posts with a header that Hugo reads, and templates whose pages weigh what ours do.

The same lists (by tag, subject, author, year, month), the same feeds (RSS, Atom and JSON, of all and of each list, ten
posts each as they are), what machines read on every page (Open Graph, JSON-LD), related posts, neighbours, a map of the
site and a list of all posts. Looks, pictures and what is found in words (hashtags, embeds) are left out.
"""

from pathlib import Path

SETTINGS = """\
baseURL = "https://tertulia.example/"
defaultContentLanguage = "es"
title = "La sobremesa"
timeZone = "Europe/Madrid"
disableKinds = ["404"]
[pagination]
pagerSize = 10
[permalinks.page]
posts = "/:year/:month/:slug/"
[taxonomies]
tag = "etiqueta"
category = "tema"
author = "autor"
month = "archivo"
[outputFormats.atom]
mediaType = "application/atom+xml"
baseName = "atom"
[outputFormats.feed]
mediaType = "application/feed+json"
baseName = "feed"
[outputFormats.posts]
mediaType = "application/json"
baseName = "posts"
[mediaTypes."application/atom+xml"]
suffixes = ["xml"]
[mediaTypes."application/feed+json"]
suffixes = ["json"]
[outputs]
home = ["html", "rss", "atom", "feed", "posts"]
section = ["html"]
taxonomy = ["html"]
term = ["html", "rss", "atom", "feed"]
"""

_HEAD = """\
<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ .Title }} · {{ site.Title }}</title>
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#fbf8f2" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#1b1815" media="(prefers-color-scheme: dark)">
<link rel="stylesheet" href="/theme/site.css">
<link rel="icon" href="/favicon.ico" sizes="32x32">
{{- with .Description | default (plainify .Summary) }}
<meta name="description" content="{{ . }}">
<meta property="og:description" content="{{ . }}">
{{- end }}
<link rel="canonical" href="{{ .Permalink }}">
{{- range .AlternativeOutputFormats }}
<link rel="alternate" type="{{ .MediaType.Type }}" title="{{ site.Title }}" href="{{ .RelPermalink }}">
{{- end }}
<meta property="og:site_name" content="{{ site.Title }}">
<meta property="og:title" content="{{ .Title }}">
<meta property="og:type" content="{{ if .IsPage }}article{{ else }}website{{ end }}">
<meta property="og:url" content="{{ .Permalink }}">
<meta property="og:locale" content="es_ES">
<meta name="twitter:card" content="summary_large_image">
{{ block "machines" . }}{{ end }}
</head>
<body>
<a class="visually-hidden" href="#main">Al contenido</a>
<header>
<p><a href="/" rel="home">{{ site.Title }}</a></p>
<nav aria-label="Secciones"><ul>
<li><a href="/archivo/">Archivo</a></li>
<li><a href="/etiqueta/">Etiquetas</a></li>
</ul></nav>
</header>
<main id="main">
{{ block "main" . }}{{ end }}
</main>
<footer>
<nav><ul>
<li><a href="/atom.xml">Atom</a></li><li><a href="/index.xml">RSS</a></li><li><a href="/feed.json">JSON Feed</a></li>
</ul></nav>
<p>CC BY-SA 4.0 · {{ site.Title }}</p>
</footer>
</body>
</html>
"""

_POST = """\
{{ define "machines" }}
{{- $authors := slice }}
{{- range .GetTerms "autor" }}
{{- $authors = $authors | append (dict "@type" "Person" "name" .Title "url" .Permalink) }}
{{- end }}
{{- $way := slice (dict "@type" "ListItem" "position" 1 "name" site.Title "item" site.BaseURL) }}
{{- range .GetTerms "tema" }}
{{- $way = $way | append (dict "@type" "ListItem" "position" 2 "name" .Title "item" .Permalink) }}
{{- end }}
{{- $way = $way | append (dict "@type" "ListItem" "position" 3 "name" .Title "item" .Permalink) }}
<meta property="article:published_time" content="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">
<script type="application/ld+json">{{ dict "@context" "https://schema.org" "@type" "BlogPosting"
"@id" (printf "%s#post" .Permalink) "url" .Permalink "headline" .Title "description" (plainify .Summary)
"inLanguage" "es" "datePublished" .Date "dateModified" .Lastmod "author" $authors "wordCount" .WordCount
"mainEntityOfPage" (dict "@type" "WebPage" "@id" .Permalink "breadcrumb"
(dict "@type" "BreadcrumbList" "itemListElement" $way))
"publisher" (dict "@type" "Organization" "name" site.Title "url" site.BaseURL)
"keywords" .Params.etiqueta "articleSection" .Params.tema | jsonify | safeJS }}</script>
{{ end }}
{{ define "main" }}
<article class="h-entry">
<header>
<p>{{ range .GetTerms "tema" }}<a class="p-category" href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</p>
<h1 class="p-name">{{ .Title }}</h1>
<data class="p-summary" value="{{ plainify .Summary }}"></data>
<p class="quiet">Por {{ range .GetTerms "autor" }}<a class="p-author h-card" rel="author" href="{{ .RelPermalink }}">
{{ .Title }}</a>{{ end }} ·
<a class="u-url u-uid" rel="bookmark" href="{{ .RelPermalink }}"><time class="dt-published" datetime="{{ .Date }}">
{{ .Date | time.Format ":date_long" }}</time></a> · {{ .ReadingTime }} minutos</p>
</header>
<div class="e-content prose">{{ .Content }}</div>
<ul>{{ range .GetTerms "etiqueta" }}<li><a href="{{ .RelPermalink }}" rel="tag">#{{ .Title }}</a></li>{{ end }}</ul>
</article>
<aside><h2>En la misma conversación</h2><ul>
{{ range first 3 (site.RegularPages.Related .) }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a>
<time datetime="{{ .Date }}">{{ .Date | time.Format ":date_long" }}</time></li>{{ end }}
</ul></aside>
<nav>
{{ with .PrevInSection }}<p>Antes <a rel="prev" href="{{ .RelPermalink }}">{{ .Title }}</a></p>{{ end }}
{{ with .NextInSection }}<p>Después <a rel="next" href="{{ .RelPermalink }}">{{ .Title }}</a></p>{{ end }}
</nav>
{{ end }}
"""

_CARD = """\
<article class="h-entry">
<p><time class="dt-published" datetime="{{ .Date }}">{{ .Date | time.Format ":date_long" }}</time></p>
<h2><a class="p-name u-url" href="{{ .RelPermalink }}">{{ .Title }}</a></h2>
<p class="p-summary">{{ plainify .Summary }}</p>
<p class="quiet">{{ range .GetTerms "autor" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }} ·
{{ range .GetTerms "tema" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }} · {{ .ReadingTime }} minutos</p>
</article>
"""

_LIST = """\
{{ define "machines" }}
{{- $posts := slice }}
{{- range %s }}
{{- $posts = $posts | append (dict "@type" "BlogPosting" "headline" .Title "url" .Permalink) }}
{{- end }}
<script type="application/ld+json">{{ dict "@context" "https://schema.org" "@type" "Blog" "name" .Title
"url" .Permalink "blogPost" $posts | jsonify | safeJS }}</script>
{{ end }}
{{ define "main" }}
<header><h1>{{ .Title }}</h1><p class="quiet">{{ len .Pages }} entradas</p></header>
{{ range %s }}{{ partial "card.html" . }}{{ end }}
%s
{{ end }}
"""
_PAGES = "(.Paginate (where site.RegularPages `Section` `posts`)).Pages"
_TURN = """\
<nav>{{ with .Paginator.Prev }}<a rel="prev" href="{{ .URL }}">Más nuevas</a>{{ end }}
{{ with .Paginator.Next }}<a rel="next" href="{{ .URL }}">Más viejas</a>{{ end }}</nav>"""

_RSS = """\
{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>{{ site.Title }}</description>
{{ range first 10 (where .RegularPages "Section" "posts") }}<item><title>{{ .Title }}</title>
<link>{{ .Permalink }}</link><guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>
<description>{{ plainify .Summary }}</description>
<content:encoded>{{ printf "<![CDATA[%s]]>" .Content | safeHTML }}</content:encoded></item>
{{ end }}</channel></rss>
"""
_ATOM = """\
{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<feed xmlns="http://www.w3.org/2005/Atom"><title>{{ .Title }}</title><id>{{ .Permalink }}</id>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
{{ range first 10 (where .RegularPages "Section" "posts") }}<entry><title>{{ .Title }}</title><id>{{ .Permalink }}</id>
<link href="{{ .Permalink }}"/><published>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</published>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
{{ range .GetTerms "autor" }}<author><name>{{ .Title }}</name></author>{{ end }}
{{ range .GetTerms "etiqueta" }}<category term="{{ .Title }}"/>{{ end }}
<summary>{{ plainify .Summary }}</summary>
<content type="html">{{ .Content | transform.XMLEscape | safeHTML }}</content></entry>
{{ end }}</feed>
"""
_FEED = """\
{{- $items := slice }}
{{- range first 10 (where .RegularPages "Section" "posts") }}
{{- $items = $items | append (dict "id" .Permalink "url" .Permalink "title" .Title "summary" (plainify .Summary)
"content_html" .Content "date_published" .Date "tags" .Params.etiqueta) }}
{{- end }}
{{- dict "version" "https://jsonfeed.org/version/1.1" "title" .Title "home_page_url" .Permalink
"items" $items | jsonify }}
"""
_POSTS = """\
{{- $items := slice }}
{{- range where site.RegularPages "Section" "posts" }}
{{- $items = $items | append (dict "url" .Permalink "title" .Title "summary" (plainify .Summary) "date" .Date
"tags" .Params.etiqueta) }}
{{- end }}
{{- $items | jsonify }}
"""
_TERMS = """\
{{ define "main" }}<h1>{{ .Title }}</h1><ul>
{{ with .Data.Terms }}{{ range .Alphabetical }}
<li><a href="{{ .Page.RelPermalink }}">{{ .Page.Title }}</a> {{ .Count }}</li>
{{ end }}{{ end }}
</ul>{{ end }}
"""
LAYOUTS = {
    "baseof.html": _HEAD,
    "_partials/card.html": _CARD,
    "single.html": _POST,
    "home.html": _LIST % (_PAGES, _PAGES, _TURN),
    "section.html": _TERMS,
    "term.html": _LIST % ("(.Paginate .Pages).Pages", "(.Paginate .Pages).Pages", _TURN),
    "taxonomy.html": _TERMS,
    "rss.xml": _RSS,
    "list.atom.xml": _ATOM,
    "list.feed.json": _FEED,
    "home.posts.json": _POSTS,
}


def write(home: Path) -> None:
    """Turn the corpus at *home* into a blog of Hugo."""
    (home / "hugo.toml").write_text(SETTINGS, "utf-8")
    for name, text in LAYOUTS.items():
        path = home / "layouts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    archive = home / "content" / "archivo" / "_index.md"
    archive.parent.mkdir()
    archive.write_text("---\ntitle: Archivo\ncascade:\n  outputs: [html]\n---\n", "utf-8")
    for post in (home / "content" / "posts").rglob("*.md"):
        post.write_text(_as_hugo_reads(post.read_text("utf-8")), "utf-8")


def _as_hugo_reads(text: str) -> str:
    """Return a post of the corpus with its header in YAML."""
    top, _, body = text.partition("\n\n")
    lines = dict(line.split(": ", 1) for line in top.splitlines())
    date = lines["Date"].replace(" ", "T")
    said = {"title": f'"{lines["Title"]}"', "date": f"{date}:00+01:00", "slug": lines["Slug"]}
    several = {
        "etiqueta": lines.get("Tags", ""),
        "tema": lines["Category"],
        "autor": lines["Author"],
        "archivo": f"{date[:4]}, {date[:7]}",
    }
    said |= {
        name: "[" + ", ".join(f'"{one.strip()}"' for one in held.split(",") if one.strip()) + "]"
        for name, held in several.items()
    }
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in said.items()) + f"---\n\n{body}"
