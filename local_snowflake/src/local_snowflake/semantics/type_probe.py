"""Types of operands, as DuckDB sees them when it binds the statement.

The operands become arguments of a call that cannot exist, and DuckDB's error names their types.
That works wherever an expression may be, also where a SELECT of its own could not describe it.
DuckDB is not asked about a cast or constant that names its type, nor twice about a column.
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
_SAME_CASTS = re.compile(r"HUGEINT|BIGINT|DOUBLE|DATE|DECIMAL\(\d+,\d+\)")
_Place = tuple[int, str, str]


class TypeProbe:
    """The types in one statement, `root.this`, while it is being rewritten."""

    def __init__(self, session: Session, root: exp.Expr, params: Params | None) -> None:
        self.session, self.root, self.params = session, root, params
        self._columns: dict[_Place, str] = {}

    def types(self, node: exp.Expr, *operands: exp.Expr) -> list[str]:
        """DuckDB's types of the operands of a node.

        Raises:
            SnowflakeError: DuckDB cannot be asked here.
        """
        kinds = [_stated(operand) or self._columns.get(_place(operand)) for operand in operands]
        unknown = [operand for operand, kind in zip(operands, kinds, strict=True) if not kind]
        found = iter(self._probe(node, _call(unknown)) if unknown else [])
        kinds = [kind or next(found) for kind in kinds]
        for operand, kind in zip(operands, kinds, strict=True):
            if isinstance(operand, exp.Column):
                self._columns[_place(operand)] = str(kind)
        return [str(kind) for kind in kinds]

    def columns(self, query: exp.Expr) -> list[str]:
        """DuckDB's types of the columns of a query inside the statement.

        Raises:
            SnowflakeError: DuckDB cannot be asked here.
        """
        inner = exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier("_q")))
        call = exp.select("bit_count(*COLUMNS(*), NULL, NULL)", dialect="duckdb").from_(inner)
        return self._probe(query, call)

    def is_possible(self) -> bool:
        """Whether DuckDB can be asked: its error ends an open transaction, and another connection
        has no temporary tables."""
        if not self.session.in_transaction:
            return True
        return all(table.catalog != "temp" for table in self.root.this.find_all(exp.Table))

    def _probe(self, node: exp.Expr, call: exp.Expr) -> list[str]:
        """The types that DuckDB names when the call is in the place of the node."""
        node.replace(call)
        statement = self.root.this
        try:
            sql = statement.sql(dialect="duckdb")
        finally:
            call.replace(node)
        bound = self.params if self.params and statement.find(exp.Placeholder) else None
        try:
            self._connection().execute(f"EXPLAIN {sql}", bound)
        except duckdb.BinderException as error:
            if kinds := named_types(str(error)):
                return kinds
            raise
        raise not_supported(f"the types in {node.sql(dialect='snowflake')}")

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


def _call(operands: list[exp.Expr]) -> exp.Expr:
    arguments = [*(operand.copy() for operand in operands), exp.Null(), exp.Null()]
    return exp.Anonymous(this="bit_count", expressions=arguments)


def _stated(operand: exp.Expr) -> str | None:
    """The type that a cast, a count or a whole number states by itself."""
    while isinstance(operand, exp.Paren):
        operand = operand.this
    if isinstance(operand, exp.Cast) and not isinstance(operand, exp.TryCast):
        kind = operand.to.sql(dialect="duckdb").replace(", ", ",").replace("INT128", "HUGEINT")
        return kind if _SAME_CASTS.fullmatch(kind) else None
    if isinstance(operand, exp.Literal) and not operand.is_string and operand.name.isdigit():
        return "INTEGER_LITERAL"
    return "BIGINT" if isinstance(operand, exp.Count) else None


def _place(operand: exp.Expr) -> _Place:
    """A column has one type in one clause of one query."""
    node, clause = operand, ""
    while node.parent and not isinstance(node, exp.Query | exp.DML):
        node, clause = node.parent, node.arg_key or ""
    return id(node), clause, operand.sql(dialect="duckdb")


def named_types(message: str) -> list[str]:
    """The types in DuckDB's message about the call: `DECIMAL(18,2), BIGINT`."""
    if not (match := _MESSAGE.search(message)):
        return []
    return re.findall(r"[^,(]+(?:\([^)]*\))?(?:\[\])*", match[1].replace(", ", ","))
