"""Why a task failed, read from its trace.

The REST interface gives the stack trace and nothing else: no SQLState, no offset.
"""

from __future__ import annotations

import re
from enum import StrEnum

from registrar.trace import causes


class Cause(StrEnum):
    """What a failure asks for."""

    DATABASE_AWAY = "database away"  # wait until it accepts a connection, then restart
    KAFKA_AWAY = "kafka away"  # restart after a while
    CONFIGURATION = "configuration"  # a person has to change something
    REFUSED = "record refused"  # take the record out of the way
    UNKNOWN = "unknown"  # look for a refused record, else restart after a while


# Classes by simple name; messages are those of pgjdbc, PostgreSQL and Agroal's pool.
_AWAY = re.compile(
    r"Connection to \S+ refused|Connection refused|could not connect|I/O error|Connection reset"
    r"|connection (has been|was|is) closed|Connection is closed|broken pipe"
    r"|terminating connection|the database system is|server closed the connection"
    r"|connection attempt failed|Connect timed out|SocketTimeout|Acquisition timeout"
    r"|too many (clients|connections)|cannot execute \w+ in a read-only transaction",
    re.IGNORECASE,
)
_AWAY_CLASSES = {"JDBCConnectionException", "SQLTransientConnectionException"}
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
_KAFKA = re.compile(r"org\.apache\.kafka\.common\.errors\.")
_HIBERNATE_REFUSAL = re.compile(
    r"org\.hibernate\.exception\.(DataException|ConstraintViolationException)"
)
_REFUSED_CLASSES = {"DateTimeParseException", "DateTimeException", "NumberFormatException"}


def classify(trace: str) -> Cause:
    """The cause that a stack trace shows."""
    levels = causes(trace)
    names = {name for name, _ in levels}
    messages = "\n".join(message for _, message in levels)
    if names & _AWAY_CLASSES or _AWAY.search(messages):
        return Cause.DATABASE_AWAY
    if _HIBERNATE_REFUSAL.search(trace) or names & _REFUSED_CLASSES:
        return Cause.REFUSED
    if names & _CONFIGURATION_CLASSES or _CONFIGURATION.search(messages):
        return Cause.CONFIGURATION
    if _KAFKA.search(trace):
        return Cause.KAFKA_AWAY
    return Cause.UNKNOWN
