"""The catalog on disk: all DDL of the server's own, and what can be looked up of an object.

What spans databases is in the database _fs_global, next to fakesnow's tables. The files loaded into
a table are noted in the table's own database, so that this commits and rolls back with the rows.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import duckdb
from fakesnow import info_schema
from fakesnow import macros as fakesnow_macros
from fakesnow.transforms import show

from local_snowflake import macros
from local_snowflake.names import Name, quoted
from local_snowflake.results import MAX_TEXT

_SCHEMA = "_fs_global._fs_information_schema"
# Tables of fakesnow.
STAGES = f"{_SCHEMA}._fs_stages"
FILE_FORMATS = f"{_SCHEMA}._fs_file_formats"
TABLE_COMMENTS = f"{_SCHEMA}._fs_tables_ext"
VIEW_LENGTHS = f"{_SCHEMA}._fs_columns_ext"
# Tables and views of this server.
STAGE_OPTIONS = f"{_SCHEMA}._stage_options"
USER_KEYS = f"{_SCHEMA}._user_keys"
TEXT_LENGTHS = f"{_SCHEMA}._text_lengths"

# Conditions on one object, whose parameters are Name.key.
IS_OBJECT = "database_name = ? AND schema_name = ? AND name = ?"
IS_TABLE = "database_name = ? AND schema_name = ? AND table_name = ?"
IS_EXTENSION = "ext_table_catalog = ? AND ext_table_schema = ? AND ext_table_name = ?"

# A table's lengths are in CHECK constraints (text_lengths.py), a view's in fakesnow's table.
_LENGTHS_VIEW = f"""
    CREATE OR REPLACE VIEW {TEXT_LENGTHS} AS
    SELECT database_name, schema_name, table_name, constraint_column_names[1] AS column_name,
           regexp_extract(expression, '<= (\\d+)\\)$', 1)::INTEGER AS length
    FROM duckdb_constraints()
    WHERE constraint_type = 'CHECK'
    UNION ALL
    SELECT database_name, schema_name, view_name, ext_column_name, ext_character_maximum_length
    FROM {VIEW_LENGTHS} JOIN duckdb_views()
      ON database_name = ext_table_catalog AND schema_name = ext_table_schema
     AND view_name = ext_table_name
    WHERE ext_character_maximum_length < {MAX_TEXT}
"""
_TABLES = f"""
    CREATE TABLE IF NOT EXISTS {STAGE_OPTIONS} (
        database_name VARCHAR, schema_name VARCHAR, name VARCHAR, options VARCHAR,
        PRIMARY KEY (database_name, schema_name, name));
    CREATE TABLE IF NOT EXISTS {USER_KEYS} (
        user_name VARCHAR, slot VARCHAR, public_key VARCHAR, PRIMARY KEY (user_name, slot))
"""


def loaded_files(database: str) -> str:
    """The table of the files that were loaded into the tables of a database."""
    return f"{quoted(database)}._fs_information_schema._loaded_files"


def global_sql() -> str:
    """DDL of what spans databases; safe to repeat."""
    parts = [
        # fakesnow's view of columns reads the lengths (patches/character_maximum_length.py).
        info_schema.SQL_CREATE_GLOBAL_FS_INFORMATION_SCHEMA,
        info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_EXT,
        _LENGTHS_VIEW,
        info_schema.fs_global_creation_sql(),
        show.fs_global_creation_sql(),
        _TABLES,
        macros.creation_sql(),
    ]
    return ";\n".join(parts)


def database_sql(database: str) -> str:
    """DDL of what every database has; safe to repeat."""
    return f"""
        {info_schema.per_db_creation_sql(database)};
        {fakesnow_macros.creation_sql(database)};
        CREATE TABLE IF NOT EXISTS {loaded_files(database)} (
            schema_name VARCHAR, table_name VARCHAR, stage_name VARCHAR, file_name VARCHAR,
            content_key VARCHAR, loaded_at TIMESTAMPTZ);
        CREATE SCHEMA IF NOT EXISTS {quoted(database)}.PUBLIC
    """


def first_row(result: duckdb.DuckDBPyConnection) -> tuple[Any, ...] | None:
    """The first row, read to the end: DuckDB refuses other work while a result is half read."""
    rows = result.fetchall()
    return rows[0] if rows else None


def has_schema(con: duckdb.DuckDBPyConnection, database: str, schema: str = "main") -> bool:
    """Whether a schema exists; every database has the schema `main`."""
    sql = "SELECT 1 FROM duckdb_schemas() WHERE database_name = ? AND schema_name = ?"
    return first_row(con.execute(sql, [database, schema])) is not None


def kind_of(con: duckdb.DuckDBPyConnection, name: Name) -> str | None:
    """TABLE, VIEW, or None when there is no such object."""
    sql = f"""SELECT 'TABLE' FROM duckdb_tables() WHERE {IS_TABLE} UNION ALL
              SELECT 'VIEW' FROM (SELECT * RENAME (view_name AS table_name) FROM duckdb_views())
              WHERE {IS_TABLE}"""
    found = first_row(con.execute(sql, [*name.key, *name.key]))
    return found[0] if found else None


def system_views(con: duckdb.DuckDBPyConnection) -> set[str]:
    """DuckDB's own views that need no schema before their name, in small letters."""
    sql = """SELECT lower(view_name) FROM duckdb_views()
             WHERE internal AND schema_name IN ('main', 'pg_catalog')"""
    return {name for (name,) in con.execute(sql).fetchall()}


class Column(NamedTuple):
    """A column of a table or view.

    Attributes:
        kind: DuckDB's type.
        length: n of VARCHAR(n), None without one.
    """

    name: str
    kind: str
    nullable: bool
    length: int | None
    comment: str | None


def columns(con: duckdb.DuckDBPyConnection, name: Name) -> list[Column]:
    """The columns of a table or view in their order; empty when there is no such object."""
    sql = f"""SELECT column_name, data_type, is_nullable, length, comment
              FROM duckdb_columns() LEFT JOIN {TEXT_LENGTHS}
                USING (database_name, schema_name, table_name, column_name)
              WHERE {IS_TABLE} ORDER BY column_index"""
    return [Column(*row) for row in con.execute(sql, name.key).fetchall()]


def definition(con: duckdb.DuckDBPyConnection, name: Name) -> str | None:
    """Columns and constraints of a table, as CREATE TABLE has them between its parentheses."""
    found = first_row(con.execute(f"SELECT sql FROM duckdb_tables() WHERE {IS_TABLE}", name.key))
    if not found:
        return None
    sql = str(found[0])
    return sql[sql.index("(") + 1 : sql.rindex(")")]


def has_cased_names(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether some table or column has a name that is not in capitals."""
    sql = """SELECT 1 FROM duckdb_columns() WHERE NOT internal
                AND schema_name NOT LIKE '\\_fs\\_%' ESCAPE '\\'
                AND lower(schema_name) NOT IN ('main', 'information_schema')
                AND (table_name <> upper(table_name) OR column_name <> upper(column_name))
             LIMIT 1"""
    return first_row(con.execute(sql)) is not None


def exists(con: duckdb.DuckDBPyConnection, table: str, name: Name) -> bool:
    """Whether STAGES or FILE_FORMATS has an object of this name."""
    return first_row(con.execute(f"SELECT 1 FROM {table} WHERE {IS_OBJECT}", name.key)) is not None


def options(con: duckdb.DuckDBPyConnection, table: str, name: Name) -> dict[str, Any] | None:
    """Options by name in FILE_FORMATS or STAGE_OPTIONS; None when there is no such object."""
    found = first_row(con.execute(f"SELECT options FROM {table} WHERE {IS_OBJECT}", name.key))
    return dict(json.loads(found[0])) if found else None


def delete(con: duckdb.DuckDBPyConnection, table: str, *key: str) -> None:
    """Forget the objects of a database, those of a schema in it, or the one of this full name."""
    conditions = IS_OBJECT.split(" AND ")[: len(key)]
    con.execute(f"DELETE FROM {table} WHERE {' AND '.join(conditions)}", key)
