"""What a client's SQL may name: objects of users' databases, and Snowflake's INFORMATION_SCHEMA.

DuckDB would find more: its own catalogs and views, and the tables of this server. A statement is
checked as the client wrote it, before the server's own rewriting, which needs all of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fakesnow.transforms import identifier
from sqlglot import exp

from local_snowflake.bindings import Params
from local_snowflake.errors import SnowflakeError, does_not_exist, not_supported
from local_snowflake.names import (
    INFORMATION_SCHEMA,
    is_internal_database,
    is_internal_schema,
    normalize,
)
from local_snowflake.session import Session

# What fakesnow has of it: https://docs.snowflake.com/en/sql-reference/info-schema
_INFORMATION_VIEWS = {"COLUMNS", "DATABASES", "LOAD_HISTORY", "SCHEMATA", "TABLES", "VIEWS"}
# Their names are checked where they are looked up, or lead to nothing that is stored.
_OTHER_KINDS = {
    *("DATABASE", "SCHEMA", "ROLE", "DATABASE ROLE", "USER", "WAREHOUSE"),
    *("RESOURCE MONITOR", "NETWORK POLICY", "TAG"),
}
# A table's place may hold these besides a name: functions and stages have checks of their own.
_NOT_A_NAME = (exp.Func, exp.Literal, exp.Var, exp.Placeholder)
# LATERAL and TABLE() take functions and queries.
_A_NAME = (exp.Identifier, exp.Column, exp.Dot, exp.Literal, exp.DynamicIdentifier)
_PLAIN = re.compile(r"[\w$]+")
_Names = frozenset[str]


def checked(session: Session, statement: exp.Expr, params: Params | None) -> exp.Expr:
    """The statement, once all that it names may be named.

    IDENTIFIER() becomes the name that it stands for. A name that DuckDB could also find elsewhere
    gets its database and schema.

    Raises:
        SnowflakeError: it names what is not in a user's database.
    """
    if isinstance(statement, exp.Grant | exp.Revoke | exp.Use):
        return statement
    statement = statement.transform(lambda node: identifier(node, params), copy=False)
    if isinstance(statement, exp.Show | exp.Describe):
        _check_quotes(session, statement)
    for node, common in list(_sources(statement)):
        if isinstance(node, exp.Table) and _is_of_another_kind(statement, node):
            _check_scope(session, statement, node)
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            if not _is_common(node, common):
                _check_table(session, node)
        elif not _is_no_name(node):
            raise _refused(node.this.sql(dialect="snowflake"))
    return statement


def _sources(statement: exp.Expr) -> Iterator[tuple[exp.Expr, _Names]]:
    """What rows come from or go to, with the names of the CTEs that DuckDB sees there.

    That matters to the letter: in `WITH pg_tables AS (SELECT * FROM pg_tables) ...` the second is
    not the CTE, and with RECURSIVE it is so only behind UNION.
    """
    # A stack, because a UNION of thousands of queries is as deep as that.
    stack: list[tuple[exp.Expr, _Names]] = [(statement, frozenset())]
    while stack:
        node, common = stack.pop()
        if isinstance(node, exp.Table | exp.Lateral | exp.TableFromRows):
            yield node, common
        with_ = node.args.get("with_")
        is_recursive = bool(with_ and with_.args.get("recursive"))
        for cte in with_.expressions if with_ else ():
            named = common | {cte.alias.lower()}
            has_later_part = is_recursive and isinstance(cte.this, exp.SetOperation)
            if has_later_part and not cte.this.args.get("with_"):
                stack += [(cte.this.this, common), (cte.this.expression, named)]
                rest = cte.this.iter_expressions()
                stack += [(n, common) for n in rest if n.arg_key not in ("this", "expression")]
            else:
                stack.append((cte.this, common))
            common = named
        stack += [(child, common) for child in node.iter_expressions() if child is not with_]


def _is_common(table: exp.Table, common: _Names) -> bool:
    """Whether a name is a CTE's, which what is changed never is."""
    is_target = isinstance(table.parent, exp.DML | exp.DDL) and table.arg_key == "this"
    return not table.db and table.name.lower() in common and not is_target


def _is_no_name(node: exp.Expr) -> bool:
    if isinstance(node, exp.Table):
        return not node.this or isinstance(node.this, _NOT_A_NAME)
    return not isinstance(node.this, _A_NAME)


def _is_of_another_kind(statement: exp.Expr, table: exp.Table) -> bool:
    """Whether a statement is about this name, and it is not that of a table or the like."""
    if table.parent is not statement:
        return False
    if isinstance(statement, exp.Show):
        return True
    kind = str(statement.args.get("kind")).upper()
    return isinstance(statement, exp.Create | exp.Drop | exp.Comment | exp.Alter) and (
        kind in _OTHER_KINDS
    )


def _check_scope(session: Session, statement: exp.Expr, table: exp.Table) -> None:
    """A database or schema, or what SHOW ... IN names."""
    shown = str(statement.this).upper() if isinstance(statement, exp.Show) else ""
    kind = str(statement.args.get("scope_kind" if shown else "kind")).upper()
    parts = [normalize(part) for part in table.parts]
    if kind == "DATABASE" or shown == "SCHEMAS":
        names = [*parts[:1], ""]
    elif kind == "SCHEMA" or shown == "FILE FORMATS":
        names = [session.database or "", *parts][-2:]
    elif shown:
        names = [session.database or "", session.schema or "", *parts][-3:-1]
    else:
        return
    if is_internal_database(names[0]) or is_internal_schema(names[1]):
        raise _refused(".".join(parts))


def _check_table(session: Session, table: exp.Table) -> None:
    database = normalize(table.args.get("catalog") or None) or session.database
    schema = normalize(table.args.get("db") or None) or session.schema
    name = normalize(table.this)
    full_name = ".".join(filter(None, (database, schema, name)))
    if is_internal_database(database or "") or is_internal_schema(schema or ""):
        raise _refused(full_name)
    if schema == INFORMATION_SCHEMA:
        if name not in _INFORMATION_VIEWS or not _is_read(table):
            raise _refused(full_name)
        return
    if not _is_found_elsewhere(session, table):
        return
    if not database or not schema:
        raise _refused(full_name)
    table.set("db", exp.to_identifier(schema, quoted=True))
    table.set("catalog", exp.to_identifier(database, quoted=True))


def _is_found_elsewhere(session: Session, table: exp.Table) -> bool:
    """Whether DuckDB could take the name for its own view, a file or a database of its own."""
    if table.catalog:
        return False
    if table.db:
        return is_internal_database(table.db)
    return table.name.lower() in session.storage.system_views or not _PLAIN.fullmatch(table.name)


def _is_read(table: exp.Table) -> bool:
    if isinstance(table.parent, exp.Merge | exp.Delete):
        return table.arg_key == "using"
    return isinstance(table.parent, exp.From | exp.Join | exp.Describe | exp.Subquery)


def _check_quotes(session: Session, statement: exp.Expr) -> None:
    """fakesnow puts these names into a text in SQL as they are."""
    names = [node.name for node in statement.find_all(exp.Identifier)]
    if any("'" in name for name in [*names, session.schema or ""]):
        raise not_supported("SHOW and DESCRIBE of a name with an apostrophe")


def _refused(name: str) -> SnowflakeError:
    return does_not_exist("Object", name)
