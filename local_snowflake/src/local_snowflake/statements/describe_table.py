"""DESCRIBE TABLE of a temporary table, which fakesnow looks for in the wrong schema.

https://docs.snowflake.com/en/sql-reference/sql/desc-table
"""

from __future__ import annotations

from fakesnow.transforms import transforms
from sqlglot import exp

from local_snowflake.names import literal
from local_snowflake.session import Session
from local_snowflake.transpile import Query


def describe(session: Session, statement: exp.Expr) -> Query | None:
    """Its columns; None for other tables."""
    table = statement.this
    if str(statement.args.get("kind")).upper() != "TABLE" or not isinstance(table, exp.Table):
        return None
    if not session.temporary or (name := session.resolve(table)) not in session.temporary:
        return None
    sql = transforms.SQL_DESCRIBE_TABLE.substitute(catalog="temp", schema="main", table=str(name))
    columns = "_fs_information_schema._fs_columns"
    sql = sql.replace(columns, f"_fs_global.{columns}")
    of_view = ", ".join(
        f"{literal(column)}: 'VARCHAR({length})'"
        for column, length in session.view_lengths.get(name, {}).items()
    )
    known = f"""coalesce(MAP {{{of_view}}}["name"], "type") AS "type\""""
    return Query(session.con.sql(f"SELECT * REPLACE ({known}) FROM ({sql})" if of_view else sql))


HANDLERS = {exp.Describe: describe}
