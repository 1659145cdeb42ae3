"""The blog as other programs take it in: its posts and its talk, so that nobody is locked in."""
