"""What the author wrote and what the build reads beside it: metadata, people, tags, published posts, the snapshot."""
