"""An account is prepared by one script and checked by trying; here on the local server."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Bootstrap


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
