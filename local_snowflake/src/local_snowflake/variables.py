"""Session variables: `$name` in a statement is replaced by what SET gave it.

That is done in the parsed statement, so that a dollar sign inside a text stays as it is.
https://docs.snowflake.com/en/sql-reference/session-variables
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from local_snowflake.errors import SnowflakeError
from local_snowflake.session import Session


def substitute(session: Session, tree: exp.Expr) -> None:
    """Put the values of session variables into a statement.

    Raises:
        SnowflakeError: there is no such variable.
    """
    values = session.variable_values()
    for node in list(tree.find_all(exp.Parameter)):
        name = str(node.this.name).upper()
        if name.isdigit() or node is tree:
            continue
        if name not in values:
            raise SnowflakeError(
                904, "42000", f"SQL compilation error:\nSession variable '${name}' does not exist"
            )
        node.replace(sqlglot.parse_one(values[name], read="snowflake"))
