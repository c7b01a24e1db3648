"""docs/settings.md says what .env.example says."""

from __future__ import annotations

from docs import settings_table
from tests.conftest import ROOT


def test_the_page_of_settings_is_that_of_the_example() -> None:
    expected = settings_table.page((ROOT / ".env.example").read_text())
    assert settings_table.PAGE.read_text() == expected, "run `python docs/settings_table.py`"
