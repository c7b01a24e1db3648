"""All comparisons, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import snowflake.connector
from snowflake.connector import SnowflakeConnection

import settings
from connectors.registrar.kafka import Kafka
from connectors.registrar.targets import load_definitions
from dags.landing import feeds, postgres, recounts
from dags.landing.feeds import Feed, FileFeed, StreamFeed
from dags.landing.reconcile import files, marts, summaries
from dags.landing.reconcile.report import Hop
from dags.landing.snowflake import connect_from_env
from settings.errors import ExpectedError

from . import file_to_raw, files_met, relation_to_raw, topic_to_sink
from .workspace import workspace


class AuditError(ExpectedError):
    """A system does not answer, so the audit cannot say anything; the text names it."""


def everything(connectors: Path, sources: Path = feeds.SOURCES) -> Iterator[Hop]:
    """Every hop of every stream and feed, in the order in which rows take them.

    Args:
        connectors: folder of the connectors' files.
        sources: folder of the landing blocks.

    Raises:
        AuditError: Postgres or Snowflake is unreachable.
        RegistrarError: Kafka is; or a connector's file is wrong or of a kind that is not audited.
    """
    try:
        yield from _streams(connectors)
        with closing(connect_from_env()) as target:
            yield from _feeds(feeds.load(sources), target)
            for recount in recounts.load():
                yield summaries.compare(target, recount, _show_values())
    except psycopg.Error as error:
        raise AuditError(f"Postgres: {_line(error)}") from error
    except snowflake.connector.Error as error:
        raise AuditError(f"Snowflake: {_line(error)}") from error


def _streams(connectors: Path) -> Iterator[Hop]:
    kafka = Kafka(settings.kafka_client())
    for connector in load_definitions([], connectors):
        with workspace() as rows:
            yield from topic_to_sink.compare(rows, kafka, connector, _show_values())


def _feeds(every: list[Feed], target: SnowflakeConnection) -> Iterator[Hop]:
    for feed in every:
        match feed:
            case StreamFeed():
                with workspace() as rows:
                    yield relation_to_raw.compare(
                        rows, postgres.connect_from_env, target, feed, _show_values()
                    )
            case FileFeed():
                counted = files.compare(target, feed)
                with workspace() as rows:
                    folder = settings.folder("INCOMING_DIR")
                    file_to_raw.compare_values(rows, target, feed, folder, counted, _show_values())
                files_met.compare_lines(target, feed, folder, counted)
                yield counted
            case _:
                raise TypeError(f"no comparison for a feed of the kind {type(feed).__name__}")
        if hop := marts.compare(target, feed, show_values=_show_values()):
            yield hop


def _show_values() -> bool:
    return settings.get_choice("AUDIT_VALUES", ("shown", "masked")) == "shown"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
