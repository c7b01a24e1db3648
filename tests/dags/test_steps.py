"""The steps around the feeds: what is reported, what continues, what starts the models."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

STREAM = "postgres_to_snowflake.copy_into_transactions_streaming_kafka"
FILES = "csv_to_snowflake_batch.copy_into_transactions_batch_csv"
USERS = "csv_to_snowflake_batch.copy_into_user_registrations"
NOON = datetime(2026, 11, 25, 12)


@dataclass
class TaskInstance:
    """A task's view of its run: states of the others, and what they left."""

    states: dict[str, str] = field(default_factory=dict)
    xcoms: dict[tuple[str, str], Any] = field(default_factory=dict)
    try_number: int = 1
    max_tries: int = 2
    task_id: str = "me"
    log_url: str = "http://airflow/dags/d/runs/r/tasks/report_failures"

    def get_task_states(self, **_: Any) -> dict[str, dict[str, str]]:
        return {"r": self.states}

    def xcom_pull(self, task_ids: str, key: str = "return_value") -> Any:
        return self.xcoms.get((task_ids, key))

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[self.task_id, key] = value


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function that imports a step, in an Airflow home of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        yield lambda name: importlib.import_module(f"dags.steps.{name}")


@pytest.fixture
def run(step: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Calls a task's function as Airflow does, in a run named r."""

    def call(module: str, task: str, ti: TaskInstance, **more: Any) -> Any:
        context = {
            "ti": ti,
            "run_id": "r",
            "dag": SimpleNamespace(dag_id="d"),
            "task": SimpleNamespace(upstream_task_ids=set(ti.states)),
        }
        monkeypatch.setattr(step(module), "get_current_context", lambda: context | more)
        return getattr(step(module), task).function()

    return call


@pytest.fixture
def failing(step: Callable[[str], Any]) -> Any:
    from airflow.sdk import exceptions

    return exceptions


# --- failures


def test_all_that_failed_is_told_in_one_message(
    run: Callable[..., Any], step: Callable[[str], Any], failing: Any
) -> None:
    ti = TaskInstance(states={"a": "failed", "b": "failed", "c": "failed", "d": "success"})
    for task, reason in (("a", "the stage is gone\nmake it"), ("b", "the stage is gone\nmake it")):
        ti.task_id = task
        step("failures").push_failure_reason({"ti": ti, "exception": RuntimeError(reason)})
    with pytest.raises(failing.AirflowFailException) as told:
        run("failures", "report_failures", ti)
    assert str(told.value).splitlines() == [
        "d, run r: 3 failed; what could run, ran.",
        "- a, b: the stage is gone",
        "  make it",
        "- c: it ended without a message (killed, or the worker died): see its log",
        "http://airflow/dags/d/runs/r",
    ]


@pytest.mark.parametrize("setting", ["masked", "maskd"])
def test_a_masked_alert_has_no_value_of_a_row(
    step: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    reasons = {"a": "amount: '12 EUR' is not a number", "b": None}
    assert step("failures").posted(reasons) == reasons
    monkeypatch.setenv("ALERT_VALUES", setting)
    text = step("failures").message("d, run r", step("failures").posted(reasons), "http://airflow")
    assert "12 EUR" not in text
    assert "a: see its log" in text


def test_a_run_without_a_failure_is_not_reported(run: Callable[..., Any], failing: Any) -> None:
    with pytest.raises(failing.AirflowSkipException):
        run("failures", "report_failures", TaskInstance(states={"a": "success", "b": "skipped"}))


def test_a_task_that_a_killed_worker_had_begun_says_so_in_a_run_that_ends_well(
    run: Callable[..., Any],
    step: Callable[[str], Any],
    failing: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    began = SimpleNamespace(start_date=datetime.now(UTC) - timedelta(minutes=10))
    ti = TaskInstance(states={"a": "success", "b": "success"})
    for ti.task_id, ti.try_number in (("a", 2), ("b", 1)):
        step("failures").say_repetition({"ti": ti, "dag_run": began})
    with pytest.raises(failing.AirflowSkipException):
        run("failures", "report_failures", ti)
    [said] = [text for text in caplog.messages if text.startswith(("a: ", "b: "))]
    assert said.startswith("a: try 2, 60")


@pytest.mark.parametrize(
    ("told", "posted"),
    [
        ({"run": "r"}, True),
        ({"run": "an earlier one"}, False),
        ({"since": NOON}, True),
        ({"since": NOON - timedelta(minutes=16)}, False),
        ({"since": NOON + timedelta(seconds=1)}, False),
    ],
)
def test_a_notice_is_posted_by_one_run(step: Callable[[str], Any], told: Any, posted: bool) -> None:
    from dags.landing.notice import Notice

    context = {
        "dag_run": SimpleNamespace(start_date=NOON),
        "prev_start_date_success": NOON - timedelta(minutes=15),
    }
    assert step("files")._is_new(Notice("f", "late", "text", **told), "r", context) == posted


# --- announcing


@pytest.fixture
def raw(step: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Any]:
    """(feed, run) -> when its rows landed, in place of RAW."""
    from dags.landing import raw_objects

    rows: dict[tuple[str, str], Any] = {}
    monkeypatch.setattr(
        raw_objects, "landed_by", lambda _, feed, run: rows.get((feed.name, run)), raising=True
    )
    monkeypatch.setattr(step("connections"), "snowflake", a_connection)
    return rows


def a_connection() -> Any:
    return SimpleNamespace(close=lambda: None)


def test_rows_of_a_task_that_failed_afterwards_start_the_transformations(
    run: Callable[..., Any], step: Callable[[str], Any], raw: dict[tuple[str, str], Any]
) -> None:
    """A file was refused, and others of the feed landed."""
    raw["transactions_batch_csv", "r"] = NOON
    event = SimpleNamespace(extra=None)
    asset = step("assets").RAW
    ti = TaskInstance(states={FILES: "failed", STREAM: "skipped"})
    run("assets", "announce_landing", ti, outlet_events={asset: event})
    assert step("assets").announced_landings({asset: [event]}) == {"transactions_batch_csv": NOON}


@pytest.mark.parametrize(
    "states",
    [
        pytest.param({FILES: "skipped", USERS: "upstream_failed"}, id="nothing was landed"),
        pytest.param({FILES: "success"}, id="all rows are in the quarantine"),
        pytest.param({STREAM: "success"}, id="another run landed them"),
    ],
)
def test_a_run_that_landed_no_row_starts_nothing(
    run: Callable[..., Any], failing: Any, raw: dict[tuple[str, str], Any], states: dict[str, str]
) -> None:
    raw["transactions_streaming_kafka", "of another run"] = NOON
    unload = "postgres_to_snowflake.unload_transactions_streaming_kafka"
    ti = TaskInstance(states, {(unload, "return_value"): {"run": "mine"}})
    with pytest.raises(failing.AirflowSkipException):
        run("assets", "announce_landing", ti)


# --- test_connections


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What check_all finds."""
    from dags.landing import checks

    found: list[Any] = []

    def check_all(*_: Any) -> None:
        if found:
            raise checks.CheckError(found)

    monkeypatch.setattr(checks, "check_all", check_all)
    monkeypatch.setenv("INCOMING_DIR", "incoming")
    return found


def test_a_broken_feed_leaves_the_others_and_fails_with_the_reason(
    run: Callable[..., Any], step: Callable[[str], Any], failing: Any, faults: list[Any]
) -> None:
    from dags.landing.checks import Fault

    faults.append(Fault("user_registrations", "the stage is gone"))
    found = run("connections", "test_connections", TaskInstance())
    ti = TaskInstance(xcoms={("test_connections", "return_value"): found})
    step("connections").stop_if_faulty(ti, "Files", "transactions_batch_csv")
    with pytest.raises(failing.AirflowFailException, match="the stage is gone"):
        step("connections").stop_if_faulty(ti, "Files", "user_registrations")


def test_postgres_away_is_waited_for_and_then_leaves_the_files_alone(
    run: Callable[..., Any], failing: Any, faults: list[Any]
) -> None:
    from dags.landing.checks import Fault

    faults.append(Fault("Postgres", "nothing listens there", transient=True))
    with pytest.raises(failing.AirflowException) as again:
        run("connections", "test_connections", TaskInstance(try_number=2))
    assert not isinstance(again.value, failing.AirflowFailException)
    found = run("connections", "test_connections", TaskInstance(try_number=3))
    assert found == {"Postgres": "nothing listens there"}


def test_nothing_begins_without_snowflake(
    run: Callable[..., Any], failing: Any, faults: list[Any]
) -> None:
    from dags.landing.checks import Fault

    faults += [Fault("Snowflake", "wrong user or password"), Fault("Postgres", "away", True)]
    with pytest.raises(failing.AirflowFailException, match="wrong user or password\naway"):
        run("connections", "test_connections", TaskInstance())


# --- audit


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"dbt.x.run": "success"}, {"transactions_batch_csv": NOON}),
        # Behind a failure the marts may lack what they have not seen: nothing more is expected.
        ({"dbt.x.run": "success", "dbt.x.test": "failed"}, None),
    ],
)
def test_the_audit_expects_what_landed_before_a_build_that_went_well(
    run: Callable[..., Any],
    step: Callable[[str], Any],
    failing: Any,
    monkeypatch: pytest.MonkeyPatch,
    states: dict[str, str],
    expected: Any,
) -> None:
    from dags.landing.reconcile import landed
    from dags.landing.reconcile.report import Hop

    asked: list[Any] = []

    def lost(*arguments: Any) -> list[Hop]:
        asked.append(arguments[3])
        hop = Hop("feed", "raw -> mart", "keys")
        hop.differs("not in mart", 1, ["tx1"])
        return [hop]

    monkeypatch.setattr(landed, "landed", lost)
    monkeypatch.setattr(step("connections"), "snowflake_for_models", a_connection)
    extra = {"landed": {"transactions_batch_csv": NOON.isoformat()}}
    events = {step("assets").RAW: [SimpleNamespace(extra=extra)]}
    with pytest.raises(failing.AirflowFailException, match="1 not in mart: tx1"):
        run("audit", "audit_recent_rows", TaskInstance(states), triggering_asset_events=events)
    assert asked == [expected]


# --- a task that waits for the build in the triggerer


@pytest.mark.parametrize(
    ("try_number", "looks", "ended"),
    [
        (1, [("running", {}), ("running", {"n": "pass"})], True),
        (1, [("running", {"n": "warn"})], True),
        (1, [("running", {}), ("running", {"n": "fail"})], False),
        (1, [(None, {}), ("success", {"other": "pass"})], False),
        (1, [("failed", {})], False),
        (1, [ConnectionError()], False),
        (2, [("running", {"n": "pass"})], False),
    ],
    ids=["passes", "warns", "fails", "unknown", "build failed", "not asked", "cleared"],
)
def test_tests_that_passed_end_in_the_triggerer_and_all_else_in_a_worker(
    step: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    try_number: int,
    looks: list[Any],
    ended: bool,
) -> None:
    module = step("built_node")

    def look(*_: str) -> Any:
        if isinstance(found := looks.pop(0), Exception):
            raise found
        return module.Look(*found)

    monkeypatch.setattr(module, "_look", look)
    monkeypatch.setattr(module, "PAUSE", 0.01)
    node = module.BuiltNode("build", "n")
    node.task_instance = SimpleNamespace(
        task_id="t", dag_id="d", run_id=str(id(looks)), try_number=try_number
    )

    async def events() -> list[Any]:
        return [event async for event in node.run()]

    (event,) = asyncio.run(events())
    assert (type(event).__name__ == "TaskSuccessEvent") == ended
