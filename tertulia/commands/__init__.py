"""What stands behind the command line (``tertulia/cli.py``): one module for each question a task asks.

    environment    makes a clone's ``.venv`` (standard library only: it runs before anything is installed)
    program        invoke, in the blog's language
    build          runs Pelican in a process of its own, and swaps the finished folder in
    preview        serves the built site, rebuilds it, refreshes the open page
    start, new     a blog of one's own; a post with its metadata filled in
    make_blog      a new blog's folder, from the files in ``first/``
    check          links, HTML, accessibility, other hosts
    develop        the tasks of who works on Tertulia itself, in a clone

A door, as ``plugins`` and ``service`` are: it may import every layer, and only ``cli.py`` imports it.
"""
