"""Types of operands, from the one who knows: DuckDB, when it binds the statement.

The operands become arguments of a call that cannot exist, and DuckDB's error names their types.
That works wherever an expression may stand, also where no SELECT of its own could describe it.
What a cast or a constant says by itself, or a column said before in the same place, is not asked.
"""

from __future__ import annotations

import re

import duckdb
from sqlglot import exp

from local_snowflake.bindings import Params
from local_snowflake.errors import not_supported
from local_snowflake.names import quoted
from local_snowflake.session import Session

# bit_count takes one argument.
_MESSAGE = re.compile(r"argument types 'bit_count\((.*), \"NULL\", \"NULL\"\)'")
# Types whose casts mean the same in sqlglot and DuckDB.
_TELLING = re.compile(r"HUGEINT|BIGINT|DOUBLE|DATE|DECIMAL\(\d+,\d+\)")
_Place = tuple[int, str, str]


class TypeProbe:
    """Answers for one statement, while it is being rewritten; `root.this` is the statement."""

    def __init__(self, session: Session, root: exp.Expr, params: Params | None) -> None:
        self.session, self.root, self.params = session, root, params
        self._columns: dict[_Place, str] = {}

    def types(self, node: exp.Expr, *operands: exp.Expr) -> list[str]:
        """DuckDB's types of the operands of a node, as it would see them in the statement."""
        kinds = [_told(operand) or self._columns.get(_place(operand)) for operand in operands]
        asked = [operand for operand, kind in zip(operands, kinds, strict=True) if not kind]
        found = iter(self._ask(node, asked) if asked else [])
        kinds = [kind or next(found) for kind in kinds]
        for operand, kind in zip(operands, kinds, strict=True):
            if isinstance(operand, exp.Column):
                self._columns[_place(operand)] = str(kind)
        return [str(kind) for kind in kinds]

    def _ask(self, node: exp.Expr, operands: list[exp.Expr]) -> list[str]:
        question = exp.Anonymous(
            this="bit_count",
            expressions=[*(operand.copy() for operand in operands), exp.Null(), exp.Null()],
        )
        return self._answer(node, question)

    def _answer(self, node: exp.Expr, question: exp.Expr) -> list[str]:
        """The types DuckDB names when a question stands in the place of a node."""
        node.replace(question)
        statement = self.root.this
        try:
            sql = statement.sql(dialect="duckdb")
        finally:
            question.replace(node)
        bound = self.params if self.params and statement.find(exp.Placeholder) else None
        try:
            self._connection().execute(f"EXPLAIN {sql}", bound)
        except duckdb.BinderException as error:
            if kinds := named(str(error)):
                return kinds
            raise
        raise not_supported(f"the types in {node.sql(dialect='snowflake')}")

    def columns(self, query: exp.Expr) -> list[str]:
        """The types of the columns of a query that stands in the statement."""
        asked = exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier("_q")))
        question = exp.select("bit_count(*COLUMNS(*), NULL, NULL)", dialect="duckdb").from_(asked)
        return self._answer(query, question)

    def is_possible(self) -> bool:
        """An error ends an open transaction, and another connection has no temporary tables."""
        if not self.session.in_transaction:
            return True
        return all(table.catalog != "temp" for table in self.root.this.find_all(exp.Table))

    def _connection(self) -> duckdb.DuckDBPyConnection:
        session = self.session
        if not session.in_transaction:
            return session.con
        if not self.is_possible():
            raise not_supported("arithmetic or UNION on a temporary table inside a transaction")
        other = session.storage.duck_conn.cursor()
        if session.database and session.stored_schema:
            other.execute(f"USE {quoted(session.database)}.{quoted(session.stored_schema)}")
        return other


def _told(operand: exp.Expr) -> str | None:
    """The type that a cast or a whole number states by itself."""
    while isinstance(operand, exp.Paren):
        operand = operand.this
    if isinstance(operand, exp.Cast) and not isinstance(operand, exp.TryCast):
        told = operand.to.sql(dialect="duckdb").replace(", ", ",")
        told = {"INT128": "HUGEINT", "TEXT": "VARCHAR"}.get(told, told)
        return told if _TELLING.fullmatch(told) else None
    if isinstance(operand, exp.Literal) and not operand.is_string and operand.name.isdigit():
        return "INTEGER_LITERAL"
    return "BIGINT" if isinstance(operand, exp.Count) else None


def _place(operand: exp.Expr) -> _Place:
    """A column has one type in one clause of one query."""
    node, clause = operand, ""
    while node.parent and not isinstance(node, exp.Query | exp.DML):
        node, clause = node.parent, node.arg_key or ""
    return id(node), clause, operand.sql(dialect="duckdb")


def named(message: str) -> list[str]:
    """The types in DuckDB's message about the call: `DECIMAL(18,2), BIGINT`."""
    if not (match := _MESSAGE.search(message)):
        return []
    return re.findall(r"[^,(]+(?:\([^)]*\))?(?:\[\])*", match[1].replace(", ", ","))
