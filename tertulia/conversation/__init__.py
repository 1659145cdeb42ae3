"""What people answer: comments, webmentions, answers on networks; judged, moderated, threaded."""
