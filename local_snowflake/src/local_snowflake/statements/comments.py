"""COMMENT ON, and ALTER ... COMMENT: what dbt's persist_docs writes.

https://docs.snowflake.com/en/sql-reference/sql/comment
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from local_snowflake import catalog
from local_snowflake.errors import does_not_exist, not_supported, syntax
from local_snowflake.names import Name, literal, normalize, quoted
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements.administration import command_text

# Kinds whose comments nothing reads here.
_UNREAD = {"DATABASE", "SCHEMA", "STAGE", "WAREHOUSE", "ROLE", "USER", "FILE FORMAT", "SEQUENCE"}
_STRINGS = {TokenType.STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING}


def comment_on(session: Session, statement: exp.Expr) -> StatementResult:
    """COMMENT ON."""
    kind = str(statement.args["kind"]).upper()
    text = statement.expression.name
    if kind in _UNREAD:
        return status()
    if kind == "COLUMN":
        column = statement.this
        table = exp.Table(
            this=column.args.get("table"),
            db=column.args.get("db"),
            catalog=column.args.get("catalog"),
        )
        _set_columns(session, table, [(normalize(column.this), text)])
    elif kind in ("TABLE", "VIEW"):
        _set_object(session, statement.this, text)
    else:
        raise not_supported(f"COMMENT ON {kind}")
    return status()


def alter(session: Session, statement: exp.Expr) -> StatementResult | None:
    """ALTER TABLE t ALTER c COMMENT '...', and ALTER TABLE t SET COMMENT = '...'."""
    actions = statement.args.get("actions") or []
    comments = [
        (normalize(a.this), a.args["comment"].name) for a in actions if a.args.get("comment")
    ]
    if comments and len(comments) == len(actions):
        _set_columns(session, statement.this, comments)
        return status()
    if len(actions) == 1 and (text := actions[0].find(exp.SchemaCommentProperty)):
        _set_object(session, statement.this, text.this.name)
        return status()
    return None


def alter_several(session: Session, statement: exp.Expr) -> StatementResult | None:
    """ALTER TABLE t ALTER a COMMENT '...', b COMMENT '...', which sqlglot does not parse."""
    tokens = sqlglot.tokenize(command_text(statement), read="snowflake")
    words = [token.text.upper() for token in tokens]
    if str(statement.this).upper() != "ALTER" or words[:1] not in (["TABLE"], ["VIEW"]):
        return None
    start = next((i for i, word in enumerate(words) if word in ("ALTER", "MODIFY")), None)
    if start is None or "COMMENT" not in words[start:]:
        return None
    table = exp.to_table("".join(_sql(token) for token in tokens[1:start]), dialect="snowflake")
    _set_columns(session, table, list(_pairs(tokens[start + 1 :])))
    return status()


def _sql(token: Token) -> str:
    return quoted(token.text) if token.token_type == TokenType.IDENTIFIER else token.text


def _pairs(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """`a COMMENT 'x', COLUMN b COMMENT 'y'` as (column, text)."""
    rest = [token for token in tokens if token.text.upper() not in ("COLUMN", ",")]
    for column, word, text in zip(rest[::3], rest[1::3], rest[2::3], strict=False):
        if word.text.upper() != "COMMENT" or text.token_type not in _STRINGS:
            raise syntax(f"ALTER ... COMMENT cannot read {word.text!r}.")
        is_quoted = column.token_type == TokenType.IDENTIFIER
        yield column.text if is_quoted else column.text.upper(), text.text


def _set_columns(session: Session, table: exp.Table, comments: list[tuple[str, str]]) -> None:
    name = session.resolve(table)
    _check(session, name)
    set_columns(session, name, comments)


def take_of_columns(columns: Sequence[exp.Expr]) -> list[tuple[str, str]]:
    """Take `COMMENT 'x'` out of definitions of columns: DuckDB has statements for it alone."""
    found = []
    for column in columns:
        kept = []
        for constraint in column.args.get("constraints") or []:
            if isinstance(constraint.args.get("kind"), exp.CommentColumnConstraint):
                found.append((normalize(column.this), constraint.args["kind"].this.name))
            else:
                kept.append(constraint)
        column.set("constraints", kept)
    return [(name, text) for name, text in found if text]


def set_columns(session: Session, name: Name, comments: list[tuple[str, str]]) -> None:
    """Store comments of columns, as (column, text)."""
    for column, text in comments:
        session.con.execute(f"COMMENT ON COLUMN {name.sql}.{quoted(column)} IS {literal(text)}")


def _set_object(session: Session, table: exp.Table, text: str) -> None:
    name = session.resolve(table)
    _check(session, name)
    set_object(session, name, text)


def set_object(session: Session, name: Name, text: str) -> None:
    """Store the comment of a table or view."""
    sql = f"INSERT OR REPLACE INTO {catalog.TABLE_COMMENTS} VALUES (?, ?, ?, ?)"
    session.con.execute(sql, [*name.key, text])


def copy_object(session: Session, source: Name, target: Name) -> None:
    """Give a table the comment of another, if that has one."""
    session.con.execute(
        f"""INSERT OR REPLACE INTO {catalog.TABLE_COMMENTS}
            SELECT ?, ?, ?, comment FROM {catalog.TABLE_COMMENTS} WHERE {catalog.IS_EXTENSION}""",
        [*target.key, *source.key],
    )


def forget_object(session: Session, name: Name) -> None:
    """Remove the comment of a table or view."""
    sql = f"DELETE FROM {catalog.TABLE_COMMENTS} WHERE {catalog.IS_EXTENSION}"
    session.con.execute(sql, name.key)


def _check(session: Session, name: Name) -> None:
    if catalog.kind_of(session.con, name) is None:
        raise does_not_exist("Object", str(name))


HANDLERS = {exp.Comment: comment_on, exp.Alter: alter, exp.Command: alter_several}
