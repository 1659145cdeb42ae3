"""Saying a post elsewhere, once: summaries, the outbox, and one file for each network."""
