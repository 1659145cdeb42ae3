"""From Markdown to HTML: typography, tags and mentions, links, pictures."""
