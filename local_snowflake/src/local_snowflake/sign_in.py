"""Sign-in: password or key pair, and the session that follows.

https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-connect
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_snowflake import key_pair
from local_snowflake.errors import LOCAL
from local_snowflake.names import normalize_text
from local_snowflake.session import Session
from local_snowflake.storage import Storage

_BY_PASSWORD = ("SNOWFLAKE", "USERNAME_PASSWORD_MFA")
_BY_KEY_PAIR = "SNOWFLAKE_JWT"


class SignInError(Exception):
    """A client may not sign in; `code` is Snowflake's number."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Credentials:
    """Who may sign in by password or token; with an empty password everybody may.

    Attributes:
        token: accepted instead of the password, unless empty.
    """

    user: str
    password: str
    token: str = ""

    def accept(self, user: str, password: str) -> bool:
        """Whether this user may sign in with this password or token."""
        if not self.password:
            return True
        known = [secret for secret in (self.password, self.token) if secret]
        same = [hmac.compare_digest(password.encode(), secret.encode()) for secret in known]
        return user.upper() == self.user.upper() and any(same)


def check(storage: Storage, credentials: Credentials, data: Mapping[str, Any]) -> None:
    """Check what a client signs in with.

    Raises:
        SignInError: wrong user, password or key, or an authenticator that is not known here.
    """
    authenticator, user = data.get("AUTHENTICATOR") or "SNOWFLAKE", data.get("LOGIN_NAME") or ""
    if authenticator == _BY_KEY_PAIR:
        account, token = data.get("ACCOUNT_NAME") or "", data.get("TOKEN") or ""
        with storage.duck_conn.cursor() as con:
            if not key_pair.is_signed_by(con, token, account.partition(".")[0], user):
                raise SignInError("390144", "JWT token is invalid.")
    elif authenticator not in _BY_PASSWORD:
        text = f"{LOCAL} knows password and key pair only; use one of these."
        raise SignInError("390144", text)
    elif not credentials.accept(user, data.get("PASSWORD") or ""):
        raise SignInError("390100", "Incorrect username or password was specified.")


def open_session(storage: Storage, data: Mapping[str, Any], query: Mapping[str, str]) -> Session:
    """The session of a client that has signed in, with the names in its request's URL."""
    parameters = data.get("SESSION_PARAMETERS") or {}
    return Session(
        storage,
        normalize_text(query.get("databaseName")) or None,
        normalize_text(query.get("schemaName")) or None,
        parameters.get("AUTOCOMMIT", True) is not False,
        data.get("LOGIN_NAME", "").upper(),
        normalize_text(query.get("roleName")) or None,
        normalize_text(query.get("warehouse")) or None,
    )


def login_data(session: Session, token: str) -> dict[str, Any]:
    """What a client needs to know of its new session."""
    return {
        "token": token,
        "masterToken": token,
        "sessionId": secrets.randbits(40),
        "serverVersion": "10.0.0",
        "parameters": [
            {"name": "AUTOCOMMIT", "value": session.autocommits},
            {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
            # 0: batches are sent inline, never staged first
            {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
            {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
            {"name": "TIMEZONE", "value": "Etc/UTC"},
        ],
        "sessionInfo": {
            "databaseName": session.database,
            "schemaName": session.schema,
            "roleName": session.role,
            "warehouseName": session.warehouse,
        },
    }
