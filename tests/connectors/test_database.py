"""A JDBC URL means the same database here as in the sink."""

from __future__ import annotations

import pytest

from connectors.registrar.database import from_config
from connectors.registrar.errors import RegistrarError


@pytest.mark.parametrize(
    ("url", "shown", "session"),
    [
        ("h:5433/d?sslmode=require", "h:5433/d", None),
        ("h1:5432,h2/d", "h1:5432,h2:5432/d", None),
        ("h1,h2/d?targetServerType=primary", "h1:5432,h2:5432/d", "primary"),
        ("[::1]:5433/my%20db", "::1:5433/my db", None),
        ("h/", "h:5432/kim", None),
    ],
)
def test_hosts_ports_and_name_are_the_sinks(url: str, shown: str, session: str | None) -> None:
    config = {"connection.url": f"jdbc:postgresql://{url}", "connection.username": "kim"}
    found = from_config(config)
    assert str(found) == shown
    assert found.params.get("target_session_attrs") == session


@pytest.mark.parametrize("url", ["jdbc:postgresql://h:port/d", "jdbc:mysql://h/d", ""])
def test_what_is_no_postgres_is_one_error(url: str) -> None:
    with pytest.raises(RegistrarError, match=r"connection\.url"):
        from_config({"connection.url": url})
