"""COPY INTO <table>: from staged files to rows.

https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
"""
