"""What stands behind ``tasks.py``: one module for each question a task asks.

    environment    makes ``.venv`` (standard library only: it runs before anything is installed)
    conf           reads and rewrites the plain values at the top of ``pelicanconf.py``
    build          runs Pelican in a process of its own, and swaps the finished folder in
    preview        serves the built site, rebuilds it, refreshes the open page
    start, new     a blog of one's own; a post with its metadata filled in
    update         a newer version of Tertulia, content and settings untouched
    check          links, HTML, accessibility, other hosts

A door, as ``plugins`` and ``service`` are: it may import every layer, and only ``tasks.py`` imports it.
"""
