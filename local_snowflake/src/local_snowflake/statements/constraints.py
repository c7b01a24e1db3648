"""PRIMARY KEY, UNIQUE and FOREIGN KEY: information only; NOT NULL and VARCHAR(n) are enforced.

DuckDB would enforce all keys, and refuse loads that Snowflake takes; but not the length of a text.
https://docs.snowflake.com/en/sql-reference/constraints-overview
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake import text_lengths

_OF_TABLE = (exp.PrimaryKey, exp.ForeignKey, exp.UniqueColumnConstraint, exp.Constraint)
_OF_COLUMN = (exp.UniqueColumnConstraint, exp.Reference, exp.ForeignKey)


def make_informational(statement: exp.Expr) -> None:
    """Remove the constraints from a CREATE TABLE; columns of a primary key become NOT NULL."""
    schema = statement.this
    if not isinstance(schema, exp.Schema):
        return
    required = {
        column.name for key in schema.find_all(exp.PrimaryKey) for column in key.expressions
    }
    kept = [item for item in schema.expressions if not isinstance(item, _OF_TABLE)]
    for column in kept:
        if isinstance(column, exp.ColumnDef):
            _relax(column, column.name in required)
    schema.set("expressions", kept)


def _relax(column: exp.ColumnDef, required: bool) -> None:
    constraints = []
    for constraint in column.args.get("constraints") or []:
        kind = constraint.args.get("kind")
        if isinstance(kind, exp.PrimaryKeyColumnConstraint):
            required = True
        elif isinstance(kind, exp.CheckColumnConstraint):
            continue
        elif not isinstance(kind, _OF_COLUMN):
            constraints.append(constraint)
    has_not_null = any(isinstance(c.kind, exp.NotNullColumnConstraint) for c in constraints)
    if required and not has_not_null:
        constraints.append(exp.ColumnConstraint(kind=exp.NotNullColumnConstraint()))
    if length := text_lengths.of_type(column.kind):
        fits = text_lengths.fits(column.this, length)
        constraints.append(exp.ColumnConstraint(kind=exp.CheckColumnConstraint(this=fits)))
    column.set("constraints", constraints)
