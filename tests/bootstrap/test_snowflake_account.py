"""An account is prepared by one script and checked by trying.

Here on the local server, which has no roles: what they may do is asked of a substitute.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from snowflake.connector.errors import ProgrammingError

from bootstrap.snowflake import check, keys, privileges, script
from tests.conftest import Bootstrap

NAMES = privileges.Names("DB", "WH", "LOADS", "TRANSFORMS", "REPORTER", ["RAW"])


def test_the_script_makes_what_the_settings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key.p8"
    public = keys.create(key)
    for name, value in {
        "PRIVATE_KEY_FILE": str(key),
        "LOADER_ROLE": "MY_L",
        "ROLE": "MY_T",
        "DATABASE": "MY_DB",
        "WAREHOUSE": "MY_WH",
        "SCHEMA": "MY_SCHEMA",
        "USER": "MY_USER",
    }.items():
        monkeypatch.setenv(f"SNOWFLAKE_{name}", value)
    monkeypatch.setattr(script, "_landing_objects", lambda: "")
    sql = script.render()
    assert not re.search(r"\$|\b(LOADER|TRANSFORMER|PIPELINE)\b", sql)
    assert sql.count(public) == 1
    for statement in (
        "create role if not exists MY_L",
        "create role if not exists MY_T",
        "alter warehouse MY_WH set resource_monitor = MY_WH",
        "alter user MY_USER set default_secondary_roles = ()",
        "default_namespace = MY_DB.MY_SCHEMA",
        "create schema if not exists MY_DB.MY_SCHEMA",
        "use role MY_L;\nuse database MY_DB;",
    ):
        assert statement in sql


def test_what_is_missing_is_named_as_the_grant_that_gives_it() -> None:
    def refuses_copies(statement: str) -> None:
        if statement.startswith("create or replace stage"):
            raise ProgrammingError("Insufficient privileges")

    tried = privileges.landing(NAMES, Path("/x.csv"))
    found = {f.what: f.fault for f in check.try_all("LOADS", refuses_copies, tried) if f.fault}
    assert found["LOADS makes stages in RAW"].endswith(
        "It takes: grant create stage on schema DB.RAW to role LOADS"
    )


def test_what_a_role_may_too_much_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOWFLAKE_ACCOUNT", "myorg-myaccount")
    for role, tried, what in (
        ("LOADS", privileges.landing(NAMES, Path("/x.csv")), "enters MARTS"),
        ("TRANSFORMS", privileges.transforming(NAMES), "writes RAW.PIPELINE_CHECK"),
        ("REPORTER", privileges.reporting(NAMES), "makes tables in MARTS"),
    ):
        found = {f.what: f for f in check.try_all(role, lambda _: None, tried)}
        allowed = found[f"{role} is refused when it {what}"]
        assert allowed.wrong == "allowed"
        assert "To fix: revoke" in (allowed.fault or "")


@pytest.mark.slow
def test_an_account_is_made_ready_and_used_with_a_key_pair(
    own_bootstrap: Bootstrap, tmp_path: Path
) -> None:
    assert own_bootstrap("up", "snowflake").returncode == 0
    unprepared = own_bootstrap("snowflake", "check")
    assert unprepared.returncode == 1
    assert "refused TRANSFORMER makes views and tables in MARTS" in unprepared.stderr

    key = tmp_path / "key.p8"
    assert own_bootstrap("snowflake", "keys", "--out", str(key)).returncode == 0
    assert key.stat().st_mode & 0o777 == 0o600
    again = own_bootstrap("snowflake", "keys", "--out", str(key))
    assert again.returncode == 1, "a key in use is never overwritten"

    with_key = Bootstrap(own_bootstrap.settings | {"SNOWFLAKE_PRIVATE_KEY_FILE": str(key)})
    for _ in range(2):
        applied = with_key("snowflake", "apply", "--admin", with_key.settings["SNOWFLAKE_USER"])
        assert applied.returncode == 0, applied.stderr
    checked = with_key("snowflake", "check")
    assert checked.returncode == 0, checked.stderr

    other = tmp_path / "other.p8"
    own_bootstrap("snowflake", "keys", "--out", str(other))
    wrong = Bootstrap(own_bootstrap.settings | {"SNOWFLAKE_PRIVATE_KEY_FILE": str(other)})
    refused = wrong("snowflake", "check")
    assert refused.returncode == 1
    assert "signs in as LOADER: " in refused.stderr
