"""Rows made up from a seed, as YAML recipes say: entities, columns, and when things happen."""
