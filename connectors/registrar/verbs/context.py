"""What every verb is given: the cluster, the files, the options."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.registrar import targets
from connectors.registrar.definition import Definition
from connectors.registrar.errors import UsageError
from connectors.registrar.files import read_text
from connectors.registrar.kafka import Kafka
from connectors.registrar.lint.listing import Listings
from connectors.registrar.rest import Connect
from settings import command_line

CHANGES_PENDING = 3
COLOURS = {"red": 31, "green": 32, "yellow": 33}


class Context:
    """Reached through the options of a command line; connects only when used."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder: Path = options.folder
        self.state: Path = options.state

    @cached_property
    def connect(self) -> Connect:
        """Connect at --url."""
        if not self.options.url:
            raise UsageError("where is Connect? Set CONNECT_URL or use --url http://HOST:PORT")
        return Connect(self.options.url, self.options.ca_file, self.options.client_cert)

    @cached_property
    def kafka(self) -> Kafka:
        """Kafka at --kafka."""
        known = self.options.kafka_client(self.options.kafka)
        return Kafka({**known, **_client_settings(self.options.kafka_config)})

    @property
    def kafka_if_known(self) -> Kafka | None:
        """None where no broker was named: verbs that can do without it do."""
        return self.kafka if self.options.kafka else None

    def kafka_for(self, wanted: list[Definition]) -> Kafka | None:
        """Needed as soon as a file declares topics."""
        return self.kafka if any(d.topics for d in wanted) else self.kafka_if_known

    def definitions(self) -> list[Definition]:
        """The files that were named, or all of the folder."""
        return targets.load_definitions(self.options.targets, self.folder)

    def names(self) -> list[str]:
        """The connectors that were named, or those of all files."""
        return targets.connector_names(self.options.targets, self.folder)

    def one_name(self) -> str:
        """The connector of a verb that works on one."""
        if len(self.options.targets) != 1:
            raise UsageError("name one connector")
        return self.names()[0]

    def listings(self, offline: bool = False) -> Listings:
        """What plugins know, from the folder; Connect is asked for the others."""
        return Listings(self.folder / "plugins", None if offline else self.connect)

    def confirmed(self, what: str) -> bool:
        """Whether --yes was given; else says that it is needed."""
        if not self.options.yes:
            print(f"nothing was done: add --yes to {what}", file=sys.stderr)
        return bool(self.options.yes)


def _client_settings(file: str) -> dict[str, str]:
    """KEY=VALUE lines with librdkafka's settings, for a broker that asks for TLS or a user."""
    lines = read_text(Path(file)).splitlines() if file else []
    pairs = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def add_common(parser: argparse.ArgumentParser) -> None:
    """Options of every verb; their defaults are the caller's."""
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="FILE|NAME",
        help="connectors; most verbs take all files by default",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    where = parser.add_argument_group("where things are (defaults: environment, .env)")
    where.add_argument("--url", help="of Connect [CONNECT_URL]")
    where.add_argument(
        "--kafka", metavar="HOST:PORT", help="of the brokers [KAFKA_BOOTSTRAP_SERVERS]"
    )
    where.add_argument(
        "--kafka-config", default="", metavar="FILE", help="more client settings, KEY=VALUE lines"
    )
    where.add_argument("--ca-file", default="", metavar="PEM", help="certificates to trust")
    where.add_argument("--client-cert", default="", metavar="PEM", help="certificate and key")
    where.add_argument("--folder", type=Path, help="of the connectors' files")
    where.add_argument("--state", type=Path, help="folder of the watcher's state")


def epoch_millis(option: str, text: str, known: str = "a time (2026-05-06T07:00:00Z)") -> int:
    """A time in epoch milliseconds, in UTC if it names no zone; 0 if it is before 1970.

    Args:
        option: where it was given.
        known: what is allowed there.

    Raises:
        UsageError: it is not a time in ISO 8601.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: use {known}") from None
    zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
    since_1970 = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    return max(0, int(since_1970.total_seconds() * 1000))


def exit_codes(done: str = "done", failed: str = "failed", pending: str = "") -> str:
    """The exit codes as a line of --help."""
    codes = {0: done, 1: failed, 2: "wrong usage or setting", CHANGES_PENDING: pending}
    codes[command_line.INTERRUPTED] = "interrupted"
    return "exit codes: " + ", ".join(f"{code} {text}" for code, text in codes.items() if text)


def print_json(value: Any) -> None:
    """Print a value on one line."""
    print(json.dumps(value, default=str))


def painted(text: str, colour: str) -> str:
    """The text in red, green or yellow, on a terminal only, and not if NO_COLOR is set."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not (sys.stdout and sys.stdout.isatty()):
        return text
    return f"\033[{COLOURS[colour]}m{text}\033[0m"
