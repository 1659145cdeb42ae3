"""A blog from elsewhere comes over: its posts, its talk, its pictures and its addresses."""
