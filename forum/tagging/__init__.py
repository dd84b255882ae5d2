"""Shows renamed and merged tags in all their topics, outside of requests."""
