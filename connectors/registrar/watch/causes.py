"""Why a task failed, read from its trace.

The REST interface gives the stack trace and nothing else: no SQLState, no offset.
"""

from __future__ import annotations

import re
from enum import StrEnum

from connectors.registrar.trace import causes


class Cause(StrEnum):
    """What a failure asks for."""

    DATABASE_UNREACHABLE = "database unreachable"  # wait for it, then restart
    KAFKA_UNREACHABLE = "kafka unreachable"  # restart after a while
    REGISTRY_UNREACHABLE = "schema registry unreachable"  # restart after a while
    CONFIGURATION = "configuration"  # a person has to change something
    REFUSED = "record refused"  # by a sink that does not isolate records: a person has to change it
    UNKNOWN = "unknown"  # restart after a while


# Classes by simple name; messages are those of pgjdbc, PostgreSQL and Agroal's pool.
_UNREACHABLE = re.compile(
    r"Connection to \S+ refused|Connection refused|could not connect|I/O error|Connection reset"
    r"|connection (has been|was|is) closed|Connection is closed|broken pipe"
    r"|terminating connection|the database system is|server closed the connection"
    r"|connection attempt failed|Connect timed out|SocketTimeout|Acquisition timeout"
    r"|too many (clients|connections)|cannot execute \w+ in a read-only transaction",
    re.IGNORECASE,
)
_UNREACHABLE_CLASSES = {"JDBCConnectionException", "SQLTransientConnectionException"}
_CONFIGURATION = re.compile(
    r"password authentication failed|no pg_hba.conf entry|(role|database) \"[^\"]*\" does not exist"
    r"|permission denied|does not exist|schema evolution is disabled|Could not find table"
    r"|Error configuring an instance|No suitable driver"
    r"|ON CONFLICT DO UPDATE command cannot affect row a second time",
    re.IGNORECASE,
)
_CONFIGURATION_CLASSES = {
    "ConfigException",
    "SQLGrammarException",
    "ClassNotFoundException",
    "NoClassDefFoundError",
}
_KAFKA = "org.apache.kafka.common.errors."
_REFUSED_CLASSES = {
    "org.hibernate.exception.DataException",
    "org.hibernate.exception.ConstraintViolationException",
    "java.time.format.DateTimeParseException",
    "java.time.DateTimeException",
    "java.lang.NumberFormatException",
}
# Names and values that the server quotes back: a record must not steer what is done about it.
_QUOTED = re.compile(r'"[^"]*"')


def classify(trace: str) -> Cause:
    """The cause that a stack trace shows: by the exceptions' classes, then by their messages."""
    levels = causes(trace)
    full = {name for name, _ in levels}
    simple = {name.rpartition(".")[2] for name in full}
    messages = "\n".join(message for _, message in levels)
    if full & _REFUSED_CLASSES:
        return Cause.REFUSED
    # Of the plugin's Avro converter; its message may say "Connection refused" too.
    if "RegistryUnavailableError" in simple:
        return Cause.REGISTRY_UNREACHABLE
    if simple & _UNREACHABLE_CLASSES:
        return Cause.DATABASE_UNREACHABLE
    if simple & _CONFIGURATION_CLASSES:
        return Cause.CONFIGURATION
    if _UNREACHABLE.search(_QUOTED.sub("", messages)):
        return Cause.DATABASE_UNREACHABLE
    if _CONFIGURATION.search(messages):
        return Cause.CONFIGURATION
    if any(name.startswith(_KAFKA) for name in full):
        return Cause.KAFKA_UNREACHABLE
    return Cause.UNKNOWN
