"""Writes .env once, from .env.example, with random local secrets; completes one that lacks some."""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from io import StringIO

from dotenv import dotenv_values

from settings import private_file
from settings.environment import ENV_FILE, EXAMPLE_FILE
from settings.sign_in import LOCAL_PASSWORD

_SECRET = re.compile(r"^(?P<name>\w+_(PASSWORD|SECRET|FERNET_KEY))=$", re.MULTILINE)


def write_once() -> bool:
    """Create .env unless it is there; returns whether it was created."""
    if ENV_FILE.exists():
        return False
    text = _SECRET.sub(lambda m: f"{m['name']}={_random(m['name'])}", EXAMPLE_FILE.read_text())
    write(text)
    return True


def lacking() -> list[str]:
    """The secrets that neither the environment nor .env sets, once settings are loaded."""
    return [name for name in _secret_names() if not os.environ.get(name)]


def complete(known: Mapping[str, str | None] | None = None) -> bool:
    """Add the lacking secrets to the end of a person's own .env; returns whether there were any.

    Args:
        known: what they are where they were drawn before; others are random.
    """
    names = lacking()
    if names:
        write(_with(ENV_FILE.read_text(), names, known or {}))
    return bool(names)


def _secret_names() -> list[str]:
    return [match["name"] for match in _SECRET.finditer(EXAMPLE_FILE.read_text())]


def completed(text: str, kept: str) -> str:
    """The text of a .env file, with the secrets that it does not set behind it.

    Args:
        kept: an earlier file's text, whose secrets go on being used; others are random.
    """
    given = values(text)
    return _with(text, [name for name in _secret_names() if not given.get(name)], values(kept))


def _with(text: str, names: Sequence[str], known: Mapping[str, str | None]) -> str:
    """The text with these secrets behind it; those that are not known are random."""
    lines = [f"{name}={known.get(name) or _random(name)}" for name in names]
    return "\n".join([text.rstrip("\n"), *lines, ""])


def values(text: str) -> dict[str, str | None]:
    """Name -> value of a .env file's text, `$` and all."""
    return dotenv_values(stream=StringIO(text), interpolate=False)


def write(text: str) -> None:
    """Make this the .env file: whole or not at all, and for its owner only."""
    private_file.write(ENV_FILE, text)


def _random(name: str) -> str:
    # Fernet wants 32 bytes in URL-safe base64, padding included.
    if name.endswith("FERNET_KEY"):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    # Tokens are signed with HMAC-SHA512, whose keys have 64 bytes.
    if name.endswith("_SECRET"):
        return secrets.token_urlsafe(48)
    # Told apart from one that a person sets for an account.
    prefix = LOCAL_PASSWORD if name == "SNOWFLAKE_PASSWORD" else ""
    return prefix + secrets.token_urlsafe(24)
