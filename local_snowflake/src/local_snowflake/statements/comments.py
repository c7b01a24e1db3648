"""COMMENT ON, and ALTER ... COMMENT: what dbt's persist_docs writes.

https://docs.snowflake.com/en/sql-reference/sql/comment
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from local_snowflake.answers import Answer, status
from local_snowflake.errors import does_not_exist, not_supported, syntax
from local_snowflake.names import Name, kind_of, literal, quoted, resolve
from local_snowflake.session import Session

# Kinds whose comments nothing reads here.
_FORGOTTEN = {"DATABASE", "SCHEMA", "STAGE", "WAREHOUSE", "ROLE", "USER", "FILE FORMAT", "SEQUENCE"}
_STRINGS = {TokenType.STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING}


def comment_on(session: Session, statement: exp.Expr) -> Answer:
    kind = str(statement.args["kind"]).upper()
    text = statement.expression.name
    if kind in _FORGOTTEN:
        return status()
    if kind == "COLUMN":
        column = statement.this
        table = exp.Table(
            this=column.args.get("table"),
            db=column.args.get("db"),
            catalog=column.args.get("catalog"),
        )
        _set_columns(session, table, [(plain(column.this), text)])
    elif kind in ("TABLE", "VIEW"):
        _set_object(session, statement.this, text)
    else:
        raise not_supported(f"COMMENT ON {kind}")
    return status()


def alter(session: Session, statement: exp.Expr) -> Answer | None:
    """ALTER TABLE t ALTER c COMMENT '...', and ALTER TABLE t SET COMMENT = '...'."""
    actions = statement.args.get("actions") or []
    comments = [(plain(a.this), a.args["comment"].name) for a in actions if a.args.get("comment")]
    if comments and len(comments) == len(actions):
        _set_columns(session, statement.this, comments)
        return status()
    if len(actions) == 1 and (text := actions[0].find(exp.SchemaCommentProperty)):
        _set_object(session, statement.this, text.this.name)
        return status()
    return None


def alter_several(session: Session, statement: exp.Expr) -> Answer | None:
    """ALTER TABLE t ALTER a COMMENT '...', b COMMENT '...', which sqlglot does not parse."""
    text = statement.args.get("expression")
    tokens = sqlglot.tokenize(str(getattr(text, "name", text)), read="snowflake")
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
    name = resolve(session, table)
    _check(session, name)
    set_columns(session, name, comments)


def set_columns(session: Session, name: Name, comments: list[tuple[str, str]]) -> None:
    """Store comments of columns, as (column, text)."""
    for column, text in comments:
        session.con.execute(f"COMMENT ON COLUMN {name.sql}.{quoted(column)} IS {literal(text)}")


def _set_object(session: Session, table: exp.Table, text: str) -> None:
    name = resolve(session, table)
    _check(session, name)
    set_object(session, name, text)


def set_object(session: Session, name: Name, text: str) -> None:
    """Store the comment of a table or view."""
    session.con.execute(
        """INSERT OR REPLACE INTO _fs_global._fs_information_schema._fs_tables_ext
           VALUES (?, ?, ?, ?)""",
        [name.database, name.schema, name.name, text],
    )


def _check(session: Session, name: Name) -> None:
    if kind_of(session.con, name) is None:
        raise does_not_exist("Object", str(name))


def plain(identifier: exp.Expr) -> str:
    quoted_name = isinstance(identifier, exp.Identifier) and identifier.quoted
    return identifier.name if quoted_name else identifier.name.upper()


HANDLERS = {exp.Comment: comment_on, exp.Alter: alter, exp.Command: alter_several}
