"""How long a landing waits for Snowflake, and that it says so."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

import settings
from settings.errors import SettingError

log = logging.getLogger(__name__)

#: Seconds after which a wait is said, again and again.
SAID_EVERY = 30.0
#: A sign-in is answered at once or not at all, in seconds.
_LOGIN = 10
#: Seconds after which an answer is asked for again, as the connector does by itself.
_ANSWER = 60


def timeouts(env: Mapping[str, str] | None = None) -> dict[str, int]:
    """The connector's parameters, in seconds: until a sign-in, and until an answer, is given up.

    The latter ends a statement that is still at work, too. It is looked at between two waits for
    an answer, so no single one may be longer.

    Args:
        env: other variables than those of this process.

    Raises:
        SettingError: SNOWFLAKE_TIMEOUT is not a number of seconds.
    """
    value = settings.get_or_default("SNOWFLAKE_TIMEOUT", env)
    if not value.isdigit() or not int(value):
        raise SettingError(f"SNOWFLAKE_TIMEOUT={value!r} is not valid: use seconds, as in 1500.")
    seconds = int(value)
    return {
        "login_timeout": min(_LOGIN, seconds),
        "network_timeout": seconds,
        "socket_timeout": min(_ANSWER, seconds),
    }


def bound_every_wait() -> None:
    """Give connections of this process these timeouts where their makers (dbt) name none.

    Without them the connector waits for an answer for ever, and for a sign-in minutes.

    Raises:
        SettingError: SNOWFLAKE_TIMEOUT is not a number of seconds.
    """
    # Imported late, because DAG files are read often and import this module.
    from snowflake.connector import connection

    for name, seconds in timeouts().items():
        _, types = connection.DEFAULT_CONFIGURATION[name]
        connection.DEFAULT_CONFIGURATION[name] = (seconds, types)


@contextmanager
def said_while_waiting(what: str) -> Iterator[None]:
    """Around work in Snowflake: a line in the log for each SAID_EVERY that it takes."""
    done, began = Event(), time.monotonic()

    def say() -> None:
        limit = timeouts()["network_timeout"]
        while not done.wait(SAID_EVERY):
            log.warning(
                "%s: waiting for Snowflake for %.0f s; a statement without an answer is given up"
                " after %d s (SNOWFLAKE_TIMEOUT).",
                what,
                time.monotonic() - began,
                limit,
            )

    Thread(target=say, name="said_while_waiting", daemon=True).start()
    try:
        yield
    finally:
        done.set()
