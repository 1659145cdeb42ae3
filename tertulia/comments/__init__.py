"""Comments: read from a form, made safe, judged, moderated, threaded, exported and erased."""
