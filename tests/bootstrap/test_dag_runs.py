"""What `up` does with an Airflow that does not answer as expected."""

from __future__ import annotations

from typing import Any

import pytest

from bootstrap import dag_runs
from bootstrap.airflow.api import Airflow, AirflowError, AirflowUnreachableError


class Flaky(Airflow):
    """Answers a POST with these errors first; keeps what was posted."""

    def __init__(self, *errors: AirflowError) -> None:
        self._errors = list(errors)
        self.posted: list[str] = []

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.posted.append(body["dag_run_id"])
        if self._errors:
            raise self._errors.pop(0)
        return body


def test_a_dag_that_was_not_read_since_the_start_is_run_once_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dag_runs.time, "sleep", lambda _: None)
    unread = AirflowError("Dag with dag_id: 'x' not found", 404)
    lost, made = AirflowUnreachableError("no answer", 0), AirflowError("it exists", 409)
    airflow = Flaky(unread, unread, lost, made)
    run_id = dag_runs._triggered(airflow)
    assert airflow.posted == [run_id] * 4


def test_a_refused_run_is_not_asked_for_again() -> None:
    airflow = Flaky(AirflowError("not allowed", 403))
    with pytest.raises(AirflowError, match="not allowed"):
        dag_runs._triggered(airflow)
    assert len(airflow.posted) == 1
