"""MERGE, by DuckDB's own: one atomic statement, with a count for each action.

Two source rows that would change the same target row are an error, as with Snowflake's default
ERROR_ON_NONDETERMINISTIC_MERGE.
https://docs.snowflake.com/en/sql-reference/sql/merge
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake import transpile
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, counts

_ACTIONS = {"INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}


def merge(session: Session, statement: exp.Expr) -> StatementResult:
    """Run a MERGE."""
    params = session.params
    tree = transpile.to_duckdb(session, statement, params)
    _qualify_inserted(tree)
    sql = f"{tree.sql(dialect='duckdb')} RETURNING merge_action"
    done = dict.fromkeys(_actions(tree), 0)
    for (action,) in session.con.execute(sql, params or None).fetchall():
        done[_ACTIONS[action]] += 1
    return counts(**done)


def _qualify_inserted(statement: exp.Expr) -> None:
    """Values of INSERT come from the source; DuckDB needs them qualified."""
    source = statement.args["using"].alias_or_name
    for when in statement.args["whens"].expressions:
        then = when.args.get("then")
        if isinstance(then, exp.Insert) and then.expression is not None:
            for column in then.expression.find_all(exp.Column):
                if not column.table:
                    column.set("table", exp.to_identifier(source))


def _actions(statement: exp.Expr) -> list[str]:
    """The actions of the WHEN clauses, in the order Snowflake reports them."""
    thens = [when.args["then"] for when in statement.args["whens"].expressions]
    named = {str(t.name if isinstance(t, exp.Var) else t.key).upper() for t in thens}
    return [label for action, label in _ACTIONS.items() if action in named]


HANDLERS = {exp.Merge: merge}
