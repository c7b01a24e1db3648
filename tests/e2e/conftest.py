"""The whole chain, by the names that its tests use."""

from __future__ import annotations

import pytest

from bootstrap.airflow.api import Airflow
from tests.conftest import Bootstrap, airflow_of


@pytest.fixture
def chain(whole_chain: Bootstrap) -> Bootstrap:
    """The chain that the tests of a group share."""
    return whole_chain


@pytest.fixture
def airflow(chain: Bootstrap, monkeypatch: pytest.MonkeyPatch) -> Airflow:
    """A client of the stack's Airflow."""
    return airflow_of(chain, monkeypatch)
