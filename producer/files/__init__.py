"""Feeds that arrive as one CSV file a month."""
