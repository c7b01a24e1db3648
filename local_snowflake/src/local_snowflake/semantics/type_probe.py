"""Types of operands, as DuckDB sees them when it binds the statement.

The operands become arguments of a call that cannot exist, and DuckDB's error names their types.
That works wherever an expression may be, also where a SELECT of its own could not describe it.
DuckDB is not asked about a cast or constant that names its type, nor twice about a column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import duckdb
from sqlglot import exp

from local_snowflake.bindings import Params
from local_snowflake.errors import not_supported
from local_snowflake.macros import result_type
from local_snowflake.names import quoted
from local_snowflake.semantics.casts import is_text
from local_snowflake.session import Session

# bit_count takes one argument.
_MESSAGE = re.compile(r"argument types 'bit_count\((.*), \"NULL\", \"NULL\"\)'")
# Types whose casts mean the same in sqlglot and DuckDB.
_SAME_CASTS = re.compile(r"HUGEINT|BIGINT|DOUBLE|BOOLEAN|DATE|TIMESTAMP|VARCHAR|DECIMAL\(\d+,\d+\)")
# A UNION may have thousands of queries, and DuckDB's binder joins no thousand of them.
_ASKED_AT_ONCE = 100
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

    def columns(self, branches: Sequence[exp.Expr]) -> Iterator[list[str]]:
        """DuckDB's types of the columns of each query of a UNION inside the statement.

        Nothing comes of queries that differ in the number of columns: DuckDB refuses the UNION.

        Raises:
            SnowflakeError: DuckDB cannot be asked here.
        """
        stated = [_stated_columns(branch) for branch in branches]
        if all(stated):
            yield from filter(None, stated)
            return
        for first in range(0, len(branches), _ASKED_AT_ONCE):
            part = branches[first : first + _ASKED_AT_ONCE]
            head, *others = (_source(branch, f"_q{n}") for n, branch in enumerate(part))
            call = exp.select("bit_count(*COLUMNS(*), NULL, NULL)", dialect="duckdb").from_(head)
            for source in others:
                call.join(source, join_type="cross", copy=False)
            # DuckDB binds the first query first, and so looks at the others only in the call.
            kinds = self._probe(branches[0], call)
            width, rest = divmod(len(kinds), len(part))
            if not rest:
                yield from (kinds[n : n + width] for n in range(0, len(kinds), width))

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


def _source(query: exp.Expr, name: str) -> exp.Subquery:
    return exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier(name)))


def _call(operands: list[exp.Expr]) -> exp.Expr:
    arguments = [*(operand.copy() for operand in operands), exp.Null(), exp.Null()]
    return exp.Anonymous(this="bit_count", expressions=arguments)


def _stated(operand: exp.Expr) -> str | None:
    """The type that a cast, a count or a whole number states by itself."""
    while isinstance(operand, exp.Paren):
        operand = operand.this
    if isinstance(operand, exp.Cast):
        kind = operand.to.sql(dialect="duckdb").replace(", ", ",").replace("INT128", "HUGEINT")
        kind = kind.replace("TEXT", "VARCHAR")
        return kind if _SAME_CASTS.fullmatch(kind) else None
    if isinstance(operand, exp.Anonymous):
        return result_type(operand)
    if isinstance(operand, exp.Literal) and not operand.is_string and operand.name.isdigit():
        return "INTEGER_LITERAL"
    return "BIGINT" if isinstance(operand, exp.Count) else None


def _stated_columns(query: exp.Expr) -> list[str] | None:
    """The types of the columns of a query that states all of them."""
    if not isinstance(query, exp.Select):
        return None
    kinds = []
    for item in query.expressions:
        value = item.unalias()
        fixed = '"NULL"' if isinstance(value, exp.Null) else "VARCHAR" if is_text(value) else None
        kinds.append(fixed or _stated(value))
    return [kind for kind in kinds if kind] if all(kinds) else None


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
