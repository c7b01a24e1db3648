"""A local server that speaks Snowflake's protocol: fakesnow and DuckDB behind HTTP, on disk.

Start it with `python -m local_snowflake --port N --data DIR`. What is supported, what is
refused and what differs from a real account: README.md in this folder.
"""
