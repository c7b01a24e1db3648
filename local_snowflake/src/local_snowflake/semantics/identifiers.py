"""Names keep their case: "id" is not the column ID, and "Low" is not the table LOW.

DuckDB takes the one for the other, and cannot have both. So a name that matches only in another
case is an error here as in Snowflake, and a second such name is refused. Nothing is checked until
some name is not in capitals, in the statement or in what was created before.
https://docs.snowflake.com/en/sql-reference/identifiers-syntax
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from local_snowflake.errors import does_not_exist, invalid_identifier, not_supported
from local_snowflake.names import Name, normalize
from local_snowflake.session import Session


def check(session: Session, statement: exp.Expr) -> None:
    """Refuse names that match only if their case is ignored.

    Raises:
        SnowflakeError: such a table or column does not exist, or cannot be created next to another.
    """
    identifiers = statement.find_all(exp.Identifier)
    has_cased = any(i.quoted and i.this != i.this.upper() for i in identifiers)
    if not has_cased and not session.storage.has_cased_names:
        return
    if isinstance(statement, exp.Create | exp.Alter):
        session.storage.has_cased_names = True
    columns, all_known = _check_tables(session, statement)
    for select in statement.find_all(exp.Select):
        _check_outputs(select)
    _check_columns(statement, columns, all_known)


def _check_tables(session: Session, statement: exp.Expr) -> tuple[set[str], bool]:
    """Compare with what exists; returns the columns of all tables, and whether those are all.

    The columns of table functions and of INFORMATION_SCHEMA are not looked up.
    """
    common = {normalize(cte.args["alias"].this) for cte in statement.find_all(exp.CTE)}
    alike = {name.upper() for name in common}
    target = statement.find(exp.Table) if isinstance(statement, exp.Create) else None
    columns: set[str] = set()
    functions = statement.find_all(exp.Lateral, exp.Unnest, exp.TableFromRows, exp.Values)
    all_known = all(isinstance(function.parent, exp.Insert) for function in functions)
    for table in statement.find_all(exp.Table):
        is_name = isinstance(table.this, exp.Identifier)
        if not is_name or not (table.db or session.schema):
            all_known = False
            continue
        if not table.db and normalize(table.this) in common:
            continue
        name = session.stored_name(session.resolve(table))
        found = _alike(session, name)
        own = found.pop(name, None)
        columns |= own or set()
        all_known &= own is not None or table is target
        if table is target and found:
            raise not_supported(f"a second object whose name differs only in case: {name}")
        is_like_a_query = not table.db and table.name.upper() in alike
        in_another_case = found or _is_cased(table) or is_like_a_query
        if table is not target and own is None and in_another_case:
            raise does_not_exist("Object", str(name))
    return columns, all_known


def _is_cased(table: exp.Table) -> bool:
    return table.this.quoted and table.this.this != table.this.this.upper()


def _alike(session: Session, name: Name) -> dict[Name, set[str]]:
    """The columns of all objects of this name in whatever case."""
    rows = session.con.execute(
        """SELECT database_name, schema_name, table_name, column_name FROM duckdb_columns()
           WHERE lower(database_name) = lower(?) AND lower(schema_name) = lower(?)
             AND lower(table_name) = lower(?)""",
        name.key,
    ).fetchall()
    found: dict[Name, set[str]] = {}
    for *parts, column in rows:
        found.setdefault(Name(*parts), set()).add(column)
    return found


def _check_outputs(select: exp.Select) -> None:
    names = {item.output_name for item in select.expressions if isinstance(item, exp.Alias)}
    exact = {
        normalize(item.args["alias"]) if isinstance(item, exp.Alias) else item.name
        for item in select.expressions
        if item.output_name in names
    }
    if len({name.upper() for name in exact}) < len(exact):
        raise not_supported("two columns of one query whose names differ only in case")


def _check_columns(statement: exp.Expr, columns: set[str], all_known: bool) -> None:
    """Each must be exactly a column of a table or an alias of the statement."""
    known = columns | {normalize(i) for i in _given(statement)}
    alike = {name.upper() for name in known}
    for identifier in _mentioned(statement):
        name = normalize(identifier)
        is_cased = name != name.upper()
        if name not in known and (is_cased or (all_known and name in alike)):
            raise invalid_identifier(f'"{name}"' if is_cased else name)


def _given(statement: exp.Expr) -> Iterator[exp.Identifier]:
    """The names that the statement itself gives."""
    for alias in statement.find_all(exp.Alias, exp.TableAlias, exp.CTE):
        if isinstance(alias.args.get("alias"), exp.Identifier):
            yield alias.args["alias"]
        if isinstance(alias, exp.TableAlias):
            yield from (i for i in [alias.this, *alias.columns] if isinstance(i, exp.Identifier))
    if isinstance(statement, exp.Create | exp.Alter):
        yield from (column.this for column in statement.find_all(exp.ColumnDef))


def _mentioned(statement: exp.Expr) -> Iterator[exp.Identifier]:
    for column in statement.find_all(exp.Column):
        if isinstance(column.this, exp.Identifier):
            yield column.this
    if isinstance(statement, exp.Insert) and isinstance(statement.this, exp.Schema):
        yield from (i for i in statement.this.expressions if isinstance(i, exp.Identifier))
