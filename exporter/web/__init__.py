"""Serving: the pages, and who may see them. It reads what is in memory, and never waits for a source."""
