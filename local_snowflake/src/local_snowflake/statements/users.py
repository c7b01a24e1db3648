"""ALTER USER ... SET or UNSET RSA_PUBLIC_KEY: the key a user signs in with.

https://docs.snowflake.com/en/sql-reference/sql/alter-user
"""

from __future__ import annotations

import re

from sqlglot import exp

from local_snowflake import key_pair
from local_snowflake.errors import SnowflakeError
from local_snowflake.names import normalize_text
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status
from local_snowflake.statements.administration import command_text

_ALTER = re.compile(
    r"USER\s+(?:IF\s+EXISTS\s+)?(?P<user>\"[^\"]+\"|[\w$]+)\s+(?P<verb>SET|UNSET)\s+(?P<rest>.*)",
    re.I | re.S,
)
_KEY = re.compile(rf"\b({'|'.join(key_pair.SLOTS)})\b\s*(?:=\s*'([^']*)')?", re.I)


def alter_user(session: Session, statement: exp.Expr) -> StatementResult | None:
    """The keys in an ALTER USER; what else it sets has no effect.

    Raises:
        SnowflakeError: of another user, by somebody who is not the administrator; or a wrong key.
    """
    match = _ALTER.match(command_text(statement))
    if str(statement.this).upper() != "ALTER" or not match:
        return None
    user = normalize_text(match["user"])
    if session.user != user and session.user != session.storage.administrator:
        raise SnowflakeError(
            3001, "42501", f"SQL access control error: only {user} may change the user {user} here."
        )
    for slot, key in _KEY.findall(match["rest"]):
        if match["verb"].upper() == "UNSET":
            key_pair.forget(session.con, user, slot.upper())
        else:
            key_pair.register(session.con, user, slot.upper(), key)
    return status()


HANDLERS = {exp.Command: alter_user}
