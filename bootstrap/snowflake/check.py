"""Tries, one by one, what the pipeline does in an account, and says in words what it may not."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import snowflake.connector

import settings
from bootstrap.snowflake import attempts
from bootstrap.snowflake.attempts import Attempt, Forbidden, Names
from dags.landing import feeds
from dags.landing.snowflake import connect_from_env, parameters_from_env

#: Runs one statement as one role; raises Snowflake's error.
Run = Callable[[str], object]


@dataclass(frozen=True)
class Finding:
    """One thing tried; `fault` says what is wrong and what mends it, `skipped` why it was not."""

    what: str
    fault: str | None = None
    wrong: str = "refused"
    skipped: str | None = None


def check() -> Iterator[Finding]:
    """Try each thing. Nothing is left behind: what is created is temporary or dropped again."""
    names = _names()
    with ExitStack() as stack:
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "probe.csv"
        file.write_text("1\n")
        runs: dict[str, Run] = {}
        stack.callback(_clean, names, runs)
        for role, tried in (
            (names.loader, attempts.landing(names, file)),
            (names.transformer, attempts.transforming(names)),
            (names.reporter, attempts.reporting(names)),
        ):
            what = f"{settings.get('SNOWFLAKE_USER')} signs in as {role}"
            try:
                connection = connect_from_env({**os.environ, "SNOWFLAKE_ROLE": role})
            except snowflake.connector.Error as error:
                yield _not_in(names, role, what, _reason(error))
                continue
            yield Finding(what)
            cursor = stack.enter_context(closing(connection)).cursor()
            runs[role] = cursor.execute
            yield from try_all(role, cursor.execute, tried)
    yield _secondary_roles()


def try_all(role: str, run: Run, tried: Iterable[Attempt | Forbidden]) -> Iterator[Finding]:
    """Try what a role does, and what it must not be able to do."""
    for each in tried:
        if isinstance(each, Attempt):
            refused = next(filter(None, (_refusal(run, text) for text in each.statements)), None)
            fault = f"{refused} It takes: {each.grant}" if refused else None
            yield Finding(f"{role} {each.what}", fault)
            continue
        what = f"{role} is refused when it {each.what}"
        if settings.snowflake_is_local():
            yield Finding(what, skipped="the local server has no roles")
        else:
            fault = None if _refusal(run, each.statement) else f"it is not. To mend: {each.revoke}"
            yield Finding(what, fault, "allowed")


def _names() -> Names:
    return Names(
        database=settings.get("SNOWFLAKE_DATABASE"),
        warehouse=settings.get("SNOWFLAKE_WAREHOUSE"),
        loader=settings.get("SNOWFLAKE_LOADER_ROLE"),
        transformer=settings.get("SNOWFLAKE_ROLE"),
        reporter="REPORTER",
        raw=sorted({feed.schema for feed in feeds.load()}),
    )


def _not_in(names: Names, role: str, what: str, reason: str) -> Finding:
    if role == names.reporter:
        # The service user does not hold it, on purpose.
        return Finding(f"{role} reads MARTS only", skipped=f"{what}: {reason}")
    user = settings.get("SNOWFLAKE_USER")
    return Finding(what, f"{reason} With the right key, it takes: grant role {role} to user {user}")


def _secondary_roles() -> Finding:
    """dbt signs in without more ado, so its sessions have what the user has by default."""
    user = settings.get("SNOWFLAKE_USER")
    what = f"{user} has one role at a time"
    if settings.snowflake_is_local():
        return Finding(what, skipped="the local server has no roles")
    try:
        with closing(snowflake.connector.connect(**parameters_from_env(os.environ))) as connection:
            ((found,),) = connection.cursor().execute("select current_secondary_roles()").fetchall()  # type: ignore[union-attr]
    except snowflake.connector.Error as error:
        return Finding(what, _reason(error))
    if not json.loads(found).get("value"):
        return Finding(what)
    mend = f"alter user {user} set default_secondary_roles = ()"
    return Finding(what, f"dbt may what any of its roles may. To mend: {mend}", "allowed")


def _clean(names: Names, runs: dict[str, Run]) -> None:
    for role, statement in attempts.cleaning(names):
        if role in runs:
            with suppress(snowflake.connector.Error):
                runs[role](statement)


def _refusal(run: Run, statement: str) -> str | None:
    try:
        run(statement)
    except snowflake.connector.Error as error:
        return _reason(error)
    return None


def _reason(error: snowflake.connector.Error) -> str:
    return " ".join(str(error.raw_msg or error.msg).split()).rstrip(".") + "."
