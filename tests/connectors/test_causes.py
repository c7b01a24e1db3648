"""A trace says what to do."""

from __future__ import annotations

import pytest

from connectors.registrar.trace import trace_summary
from connectors.registrar.watch.causes import Cause, classify

# First lines of traces as a real worker gave them.
REFUSED = """\
org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.
\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:636)
Caused by: org.apache.kafka.connect.errors.ConnectException: JDBC sink connector failure
\t... 11 more
Caused by: org.apache.kafka.connect.errors.ConnectException: Failed to flush records for table 'x'
Caused by: org.hibernate.exception.DataException: error executing work [ERROR: numeric field overflow]
Caused by: org.postgresql.util.PSQLException: ERROR: numeric field overflow
\tat org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2900)
"""  # noqa: E501


def caused_by(*levels: str) -> str:
    first = "org.apache.kafka.connect.errors.ConnectException: JDBC sink connector failure"
    return "\n".join([first, *(f"Caused by: {level}" for level in levels)])


@pytest.mark.parametrize(
    ("trace", "cause"),
    [
        (REFUSED, Cause.REFUSED),
        (
            caused_by("org.hibernate.exception.ConstraintViolationException: check"),
            Cause.REFUSED,
        ),
        (
            caused_by("java.time.format.DateTimeParseException: Text 'x' could not be parsed"),
            Cause.REFUSED,
        ),
        (
            caused_by("org.postgresql.util.PSQLException: This connection has been closed."),
            Cause.DATABASE_UNREACHABLE,
        ),
        (
            caused_by(
                "org.hibernate.exception.JDBCConnectionException: could not prepare",
                "org.postgresql.util.PSQLException: An I/O error occurred while sending",
            ),
            Cause.DATABASE_UNREACHABLE,
        ),
        (
            caused_by("org.postgresql.util.PSQLException: FATAL: the database system is starting"),
            Cause.DATABASE_UNREACHABLE,
        ),
        (
            caused_by("org.postgresql.util.PSQLException: FATAL: password authentication failed"),
            Cause.CONFIGURATION,
        ),
        (
            caused_by("org.hibernate.exception.SQLGrammarException: x", "a.B: permission denied"),
            Cause.CONFIGURATION,
        ),
        (
            "pipeline.connect.RegistryUnavailableError: http://h/: Connection refused",
            Cause.REGISTRY_UNREACHABLE,
        ),
        (
            "org.apache.kafka.common.errors.TimeoutException: Timeout of 60000ms expired",
            Cause.KAFKA_UNREACHABLE,
        ),
        (
            caused_by(
                "org.hibernate.exception.DataException: error executing work",
                'a.PSQLException: ERROR: invalid input syntax for type uuid: "broken pipe"',
            ),
            Cause.REFUSED,
        ),
        (
            caused_by('a.PSQLException: ERROR: no such shop: "terminating connection"'),
            Cause.UNKNOWN,
        ),
        (caused_by("a.B: org.hibernate.exception.DataException"), Cause.UNKNOWN),
        ("java.lang.NullPointerException", Cause.UNKNOWN),
        ("", Cause.UNKNOWN),
    ],
)
def test_the_cause_is_read_from_the_trace(trace: str, cause: Cause) -> None:
    assert classify(trace) is cause


def test_a_trace_becomes_one_line_that_says_something() -> None:
    assert trace_summary(REFUSED) == "PSQLException: ERROR: numeric field overflow"
    assert trace_summary("") == "no trace given"
