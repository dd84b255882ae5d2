"""What programs read of the forum: Atom feeds, sitemaps, robots.txt, the app manifest."""
