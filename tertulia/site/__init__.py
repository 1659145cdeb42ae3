"""From posts to pages: feeds, related posts, sitemap, schema, cards. Knows neither the network nor the store."""
