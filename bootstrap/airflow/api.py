"""The few calls of Airflow's REST API (v2) that the stack needs."""

from __future__ import annotations

from typing import Any

import requests

import settings
from settings.errors import ExpectedError
from settings.names import FAILURE_REASON_KEY

#: A busy machine may take long; who polls goes on until a deadline of its own.
SECONDS_TO_ANSWER = 30
NOT_FOUND, CONFLICT = 404, 409


class AirflowError(ExpectedError):
    """Airflow refused a call; the text is its reason, `status` the HTTP status."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class AirflowUnreachableError(AirflowError):
    """No answer came, or one that is not Airflow's; it may come the next time."""


class Airflow:
    """A client that signs in once, with the user of the UI."""

    def __init__(self) -> None:
        self._base = settings.get("AIRFLOW_URL")
        self._session = requests.Session()

    def _sign_in(self) -> None:
        login = {
            "username": settings.get("AIRFLOW_USER"),
            "password": settings.get("AIRFLOW_PASSWORD"),
        }
        answer = self._send("POST", "/auth/token", json=login)
        if answer.status_code in (401, 403):
            reason = f"Airflow refuses AIRFLOW_USER/AIRFLOW_PASSWORD: {answer.text[:200]}"
            raise AirflowError(reason, answer.status_code)
        token = self._checked(answer).get("access_token")
        self._session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """One call below /api/v2.

        Raises:
            AirflowUnreachableError: the server does not answer.
            AirflowError: it refuses the login.
        """
        if "Authorization" not in self._session.headers:
            self._sign_in()
        return self._send(method, f"/api/v2{path}", **arguments)

    def _send(self, method: str, path: str, **arguments: Any) -> requests.Response:
        try:
            return self._session.request(
                method, f"{self._base}{path}", timeout=SECONDS_TO_ANSWER, **arguments
            )
        except requests.RequestException as error:
            reason = f"Airflow does not answer at {self._base} ({type(error).__name__}): is it up?"
            raise AirflowUnreachableError(reason, 0) from error

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The JSON answer of a GET.

        Raises:
            AirflowError: any status but 2xx.
            AirflowUnreachableError: there is no answer, or it is not JSON.
        """
        return self._checked(self.call("GET", path, params=params))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON answer of a POST.

        Raises:
            AirflowError: any status but 2xx.
        """
        return self._checked(self.call("POST", path, json=body))

    @staticmethod
    def _checked(answer: requests.Response) -> dict[str, Any]:
        if not answer.ok:
            reason = f"{answer.request.method} {answer.url}: {answer.text[:300]}"
            raise AirflowError(reason, answer.status_code)
        try:
            found: dict[str, Any] = answer.json()
        except ValueError:
            reason = f"{answer.request.method} {answer.url} is not answered by Airflow: "
            raise AirflowUnreachableError(reason + answer.text[:100], answer.status_code) from None
        return found

    def health(self) -> dict[str, str]:
        """Component -> status, as /monitor/health reports it; {} if it does not answer."""
        try:
            answer = self._session.get(f"{self._base}/api/v2/monitor/health", timeout=3)
            return {name: part.get("status") for name, part in answer.json().items()}
        except (requests.RequestException, ValueError):
            return {}

    def put_connection(self, connection: dict[str, Any]) -> None:
        """Create a connection, or bring the existing one to what is given."""
        self._put("/connections", connection["connection_id"], connection, connection)

    def put_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool, or bring the existing one to what is given."""
        body = {"slots": slots, "description": description, "include_deferred": False}
        # The API's word for the name differs between the two requests.
        self._put("/pools", name, body | {"name": name}, body | {"pool": name})

    def _put(self, path: str, name: str, new: dict[str, Any], changed: dict[str, Any]) -> None:
        if self.call("GET", f"{path}/{name}").status_code == NOT_FOUND:
            self.post(path, new)
        else:
            self._checked(self.call("PATCH", f"{path}/{name}", json=changed))

    def is_paused(self, dag_id: str) -> bool | None:
        """Whether a DAG is paused; None while Airflow has not read its file."""
        answer = self.call("GET", f"/dags/{dag_id}")
        return None if answer.status_code == NOT_FOUND else bool(self._checked(answer)["is_paused"])

    def unpause(self, dag_id: str) -> None:
        """Let a DAG's schedule start runs."""
        self._checked(self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False}))

    def trigger(self, dag_id: str, run_id: str) -> str:
        """Start a run, or do nothing where one has this id already; returns the id.

        Raises:
            AirflowError: the DAG is unknown (404): for a while also one whose file was not read
                since Airflow started.
        """
        try:
            self.post(f"/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None})
        except AirflowError as error:
            if error.status != CONFLICT:
                raise
        return run_id

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """A run of a DAG, as GET /dagRuns/{run_id} describes it."""
        return self.get(f"/dags/{dag_id}/dagRuns/{run_id}")

    def last_run(self, dag_id: str) -> dict[str, Any] | None:
        """The run of a DAG that was created last; None if it never ran."""
        runs = self.get(f"/dags/{dag_id}/dagRuns", order_by="-id", limit=1)["dag_runs"]
        return runs[0] if runs else None

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task id -> state of the tasks of a run."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return {t["task_id"]: t["state"] for t in self.get(path, limit=1000)["task_instances"]}

    def failure_reason(self, dag_id: str, run_id: str, task_id: str) -> str | None:
        """What a failed task left as its reason (FAILURE_REASON_KEY); None if it left none."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/"
        answer = self.call("GET", path + FAILURE_REASON_KEY)
        return None if answer.status_code == NOT_FOUND else str(self._checked(answer)["value"])

    def has_queued_events(self, dag_id: str) -> bool:
        """Whether assets were updated that a DAG waits for, and no run was made of it yet."""
        answer = self.call("GET", f"/dags/{dag_id}/assets/queuedEvents")
        return answer.status_code != 404 and bool(self._checked(answer)["queued_events"])

    def page(self, dag_id: str) -> str:
        """Where a person looks at a DAG."""
        return f"{self._base}/dags/{dag_id}"
