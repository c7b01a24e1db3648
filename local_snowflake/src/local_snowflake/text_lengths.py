"""The n of VARCHAR(n): where it is kept, and which columns of a query have one.

DuckDB knows no lengths of texts. A table's are CHECK constraints, so that they are enforced and go
wherever the table goes; a view's are in the catalog. A query's column has a length if it is a cast,
or a plain column that has one, by whatever way through CTEs, subqueries and UNIONs.
https://docs.snowflake.com/en/sql-reference/data-types-text
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake import catalog
from local_snowflake.names import Name, normalize
from local_snowflake.results import MAX_TEXT
from local_snowflake.session import Session

# Name, and length or None.
Columns = list[tuple[str, int | None]]


def fits(column: exp.Identifier, length: int) -> exp.Expr:
    """The condition that enforces a length; catalog.TEXT_LENGTHS reads it back."""
    return exp.LTE(
        this=exp.Length(this=exp.column(column.copy())), expression=exp.Literal.number(length)
    )


def check(column: str, length: int) -> str:
    """The constraint with that condition, in DuckDB's SQL."""
    condition = fits(exp.to_identifier(column, quoted=True), length)
    return f"CHECK ({condition.sql(dialect='duckdb')})"


def of_type(kind: exp.DataType | None) -> int | None:
    """n of VARCHAR(n); None for other types, and for the longest text that there is."""
    if kind is None or kind.this not in exp.DataType.TEXT_TYPES:
        return None
    if not kind.expressions:
        return 1 if kind.this in (exp.DataType.Type.CHAR, exp.DataType.Type.NCHAR) else None
    length = int(kind.expressions[0].name)
    return length if length < MAX_TEXT else None


def set_of_view(session: Session, name: Name, columns: Columns) -> None:
    """Remember the lengths of a new view's columns, and forget those of an earlier one."""
    found = {column: length for column, length in columns if length}
    if name in session.temporary:
        session.view_lengths[name] = found
        return
    session.con.execute(
        f"DELETE FROM {catalog.VIEW_LENGTHS} WHERE {catalog.IS_EXTENSION}", name.key
    )
    for column, length in found.items():
        session.con.execute(
            f"INSERT INTO {catalog.VIEW_LENGTHS} VALUES (?, ?, ?, ?, ?, ?)",
            [*name.key, column, length, min(4 * length, MAX_TEXT)],
        )


def of_query(session: Session, query: exp.Expr) -> Columns | None:
    """Names and lengths of a query's columns; None if they cannot be known."""
    return _Reader(session, {}).query(query)


def _widest(lengths: list[int | None]) -> int | None:
    known = [length for length in lengths if length]
    return max(known) if known and len(known) == len(lengths) else None


def renamed(columns: Columns | None, names: list[exp.Expr]) -> Columns | None:
    """The columns under the names that a list in parentheses gives them."""
    if columns is None or not names:
        return columns
    given = [name.this if isinstance(name, exp.ColumnDef) else name for name in names]
    return [(normalize(new), length) for new, (_, length) in zip(given, columns, strict=False)]


class _Reader:
    """Follows columns through one query, with the CTEs that it sees."""

    def __init__(self, session: Session, common: dict[str, Columns | None]) -> None:
        self.session, self.common = session, common

    def query(self, query: exp.Expr) -> Columns | None:
        inner = _Reader(self.session, dict(self.common))
        if with_ := query.args.get("with_"):
            for cte in with_.expressions:
                inner._add(cte)
        if isinstance(query, exp.Subquery):
            return inner.query(query.this)
        if isinstance(query, exp.SetOperation):
            return inner._set_operation(query)
        return inner._select(query) if isinstance(query, exp.Select) else None

    def _add(self, cte: exp.Expr) -> None:
        alias = cte.args["alias"]
        name = normalize(alias.this)
        self.common[name] = None  # what a recursive CTE finds of itself
        self.common[name] = renamed(self.query(cte.this), alias.columns)

    def _set_operation(self, query: exp.Expr) -> Columns | None:
        left, right = self.query(query.this), self.query(query.expression)
        if left is None or right is None or len(left) != len(right) or query.args.get("by_name"):
            return None
        pairs = zip(left, right, strict=True)
        return [(name, _widest([one, other])) for (name, one), (_, other) in pairs]

    def _select(self, select: exp.Select) -> Columns | None:
        joins = select.args.get("joins") or []
        tables = [join.this for join in joins]
        if from_ := select.args.get("from_"):
            tables.insert(0, from_.this)
        sources = [(_alias(table), self._source(table)) for table in tables]
        sources += [("", None) for _ in select.args.get("laterals") or []]
        is_merged = any(join.args.get("using") or join.args.get("method") for join in joins)
        outputs: Columns = []
        for item in select.expressions:
            if item.is_star:
                columns = None if is_merged else _star(item, sources)
                if columns is None:
                    return None
                outputs += columns
            else:
                name = item.args["alias"] if isinstance(item, exp.Alias) else item.this
                is_named = isinstance(name, exp.Identifier)
                length = _expression(item.unalias(), sources, outputs)
                outputs.append((normalize(name) if is_named else item.output_name, length))
        return outputs

    def _source(self, table: exp.Expr) -> Columns | None:
        alias = table.args.get("alias")
        names = alias.columns if isinstance(alias, exp.TableAlias) else []
        if table.args.get("pivots"):
            return None
        if isinstance(table, exp.Subquery):
            return renamed(self.query(table), names)
        if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
            return None
        if not table.db and normalize(table.this) in self.common:
            return renamed(self.common[normalize(table.this)], names)
        return renamed(stored(self.session, self.session.resolve(table)), names)


def _alias(table: exp.Expr) -> str:
    alias = table.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.this:
        return normalize(alias.this)
    return normalize(table.this) if isinstance(table, exp.Table) else ""


def _star(item: exp.Expr, sources: list[tuple[str, Columns | None]]) -> Columns | None:
    """The columns of a *, None if they cannot be known."""
    star = item.this if isinstance(item, exp.Column) else item
    if not isinstance(star, exp.Star) or star.args.get("replace") or star.args.get("rename"):
        return None
    table = item.args.get("table") if isinstance(item, exp.Column) else None
    excluded = star.args.get("except_") or []
    out = {normalize(e.this if isinstance(e, exp.Column) else e) for e in excluded}
    found: Columns = []
    for alias, columns in sources:
        if table is not None and normalize(table) != alias:
            continue
        if columns is None:
            return None
        found += [column for column in columns if column[0] not in out]
    return found


def _expression(
    node: exp.Expr, sources: list[tuple[str, Columns | None]], earlier: Columns
) -> int | None:
    node = node.unnest()
    if isinstance(node, exp.Cast):
        return of_type(node.to)
    if not isinstance(node, exp.Column):
        return None
    name, table = normalize(node.this), node.args.get("table")
    meant = [columns for alias, columns in sources if table is None or normalize(table) == alias]
    found = [length for columns in meant for column, length in columns or [] if column == name]
    if not found and table is None:
        found = [length for column, length in earlier if column == name]
    return _widest(found)


def stored(session: Session, name: Name) -> Columns | None:
    """The columns of a table or view; None when there is no such object."""
    of_view = session.view_lengths.get(name, {})
    columns = catalog.columns(session.con, session.stored_name(name))
    return [(column.name, column.length or of_view.get(column.name)) for column in columns] or None
