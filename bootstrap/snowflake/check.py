"""Tries, one by one, what the pipeline does in an account, and names each privilege that is off."""

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
from bootstrap.snowflake import privileges
from bootstrap.snowflake.privileges import AllowedCheck, DeniedCheck, Names
from dags.landing import feeds
from dags.landing.snowflake import connect_from_env, parameters_from_env

#: Runs one statement as one role; raises Snowflake's error.
Run = Callable[[str], object]


@dataclass(frozen=True)
class Finding:
    """One thing tried; `fault` says what is wrong and the fix, `skipped` why it was not tried."""

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
            (names.loader, privileges.landing(names, file)),
            (names.transformer, privileges.transforming(names)),
            (names.reporter, privileges.reporting(names)),
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


def try_all(role: str, run: Run, tried: Iterable[AllowedCheck | DeniedCheck]) -> Iterator[Finding]:
    """Try what a role does, and what it must not be able to do."""
    for each in tried:
        if isinstance(each, AllowedCheck):
            refused = next(filter(None, (_refusal(run, text) for text in each.statements)), None)
            fault = f"{refused} It takes: {each.grant}" if refused else None
            yield Finding(f"{role} {each.what}", fault)
            continue
        what = f"{role} is refused when it {each.what}"
        if settings.snowflake_is_local():
            yield Finding(what, skipped="the local server has no roles")
        else:
            fault = None if _refusal(run, each.statement) else f"it is not. To fix: {each.revoke}"
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
    """dbt signs in without naming its secondary roles, so its sessions have the user's default."""
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
    fix = f"alter user {user} set default_secondary_roles = ()"
    return Finding(
        what, f"dbt gets the privileges of every role of this user. To fix: {fix}", "allowed"
    )


def _clean(names: Names, runs: dict[str, Run]) -> None:
    for role, statement in privileges.cleaning(names):
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
