"""Tests against real servers of other people's making; see servers.py for what they need."""
