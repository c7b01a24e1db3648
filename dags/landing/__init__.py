"""Moves rows towards Snowflake: from Postgres and from files to stages, checked and counted."""
