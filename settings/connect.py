"""How the settings reach Kafka Connect's REST interface."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from settings.environment import get, is_here, variables

#: Whom the stack's own worker asks for, with CONNECT_REST_PASSWORD.
REST_USER = "pipeline"


def connect_url(env: Mapping[str, str] | None = None) -> str:
    """CONNECT_URL, with user and password where it is a worker of this machine.

    A worker of somebody else is never sent the password, and one that wants none ignores it.

    Args:
        env: other variables than those of this process.
    """
    url = get("CONNECT_URL") if env is None else env["CONNECT_URL"]
    try:
        parts = urlsplit(url)
    except ValueError:
        # Whoever uses it says what is wrong with it.
        return url
    password = (variables() if env is None else env).get("CONNECT_REST_PASSWORD")
    if not password or parts.username or not is_here(parts.hostname or ""):
        return url
    return urlunsplit(parts._replace(netloc=f"{sign_in(password)}@{parts.netloc}"))


def sign_in(password: str) -> str:
    """The user and a password as a URL has them."""
    return f"{REST_USER}:{quote(password, safe='')}"
