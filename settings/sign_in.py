"""How the settings sign in to Snowflake: a key pair before a token before a password."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import settings

#: What the password begins with that `make up` draws for the local server; no account knows it.
LOCAL_PASSWORD = "local-"


@dataclass(frozen=True)
class SignIn:
    """A key file and its passphrase; without a key file, a token or a password."""

    key_file: str | None
    secret: str | None = field(repr=False)


def from_env(env: Mapping[str, str] = os.environ) -> SignIn:
    """What dbt_project/profiles.yml makes of the same settings.

    Raises:
        SettingError: an account is named, and nothing to sign in with.
    """
    if key_file := env.get("SNOWFLAKE_PRIVATE_KEY_FILE"):
        secret = env.get("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE") or None
        return SignIn(str(settings.path(key_file)), secret)
    account = env.get("SNOWFLAKE_ACCOUNT") or "local"
    # A token is taken wherever a password is.
    secret = env.get("SNOWFLAKE_TOKEN") or env.get("SNOWFLAKE_PASSWORD") or ""
    if account == "local":
        # The connector refuses an empty password; the local server without one takes any.
        return SignIn(None, secret or "local")
    if not secret or secret.startswith(LOCAL_PASSWORD):
        raise settings.SettingError(
            f"SNOWFLAKE_ACCOUNT is {account}, and nothing is set to sign in with: put "
            "SNOWFLAKE_PRIVATE_KEY_FILE (`python -m bootstrap snowflake keys` makes one), "
            "SNOWFLAKE_TOKEN or SNOWFLAKE_PASSWORD into .env."
        )
    return SignIn(None, secret)
