"""What every verb is given: the cluster, the files, the options."""

from __future__ import annotations

import argparse
import json
import os
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.registrar import targets
from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError, UsageError
from connectors.registrar.kafka import Kafka
from connectors.registrar.lint.listing import Listings
from connectors.registrar.rest import Connect

CHANGES_PENDING = 3


class Context:
    """Reached through the options of a command line; connects only when used."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder: Path = options.folder
        self.state: Path = options.state

    @cached_property
    def connect(self) -> Connect:
        if not self.options.url:
            raise UsageError("where is Connect? Set CONNECT_URL or use --url http://HOST:PORT")
        return Connect(self.options.url, self.options.ca_file, self.options.client_cert)

    @cached_property
    def kafka(self) -> Kafka:
        return Kafka(self.options.kafka, _client_settings(self.options.kafka_config))

    @property
    def kafka_if_known(self) -> Kafka | None:
        """None where no broker was named: verbs that can do without it do."""
        return self.kafka if self.options.kafka else None

    def kafka_for(self, wanted: list[Definition]) -> Kafka | None:
        """Needed as soon as a file declares topics."""
        return self.kafka if any(d.topics for d in wanted) else self.kafka_if_known

    def definitions(self) -> list[Definition]:
        return targets.definitions(self.options.targets, self.folder)

    def drafts(self) -> list[Definition]:
        """The files as far as they can be read; each says what cannot."""
        return targets.drafts(self.options.targets, self.folder)

    def names(self) -> list[str]:
        return targets.names(self.options.targets, self.folder)

    def one_name(self) -> str:
        """The connector of a verb that works on one."""
        if len(self.options.targets) != 1:
            raise UsageError("name one connector")
        return self.names()[0]

    def listings(self, offline: bool) -> Listings:
        return Listings(self.folder / "plugins", None if offline else self.connect)

    def confirmed(self, what: str) -> bool:
        """Whether --yes was given; else tells that it is needed."""
        if not self.options.yes:
            print(f"nothing was done: add --yes to {what}", file=sys.stderr)
        return bool(self.options.yes)


def _client_settings(file: str) -> dict[str, str]:
    """KEY=VALUE lines with librdkafka's settings, for a broker that asks for TLS or a user."""
    if not file:
        return {}
    try:
        lines = Path(file).read_text().splitlines()
    except OSError as error:
        raise RegistrarError(f"{file}: cannot be read: {error.strerror}") from None
    pairs = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def common_arguments(folder: Path, state: Path) -> argparse.ArgumentParser:
    """Options of every verb."""
    env = os.environ.get
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "targets", nargs="*", metavar="FILE|NAME", help="connectors; all files if none is given"
    )
    parent.add_argument("--json", action="store_true", help="print JSON")
    where = parent.add_argument_group("where things are (defaults: environment, .env)")
    where.add_argument("--url", default=env("CONNECT_URL", ""), help="of Connect [CONNECT_URL]")
    where.add_argument(
        "--kafka",
        default=env("KAFKA_BOOTSTRAP_SERVERS", ""),
        metavar="HOST:PORT",
        help="[KAFKA_BOOTSTRAP_SERVERS]",
    )
    where.add_argument(
        "--kafka-config", default="", metavar="FILE", help="more client settings, KEY=VALUE lines"
    )
    where.add_argument("--ca-file", default="", metavar="PEM", help="certificates to trust")
    where.add_argument("--client-cert", default="", metavar="PEM", help="certificate and key")
    where.add_argument("--folder", type=Path, default=folder, help="of the connectors' files")
    where.add_argument("--state", type=Path, default=state, help="folder of the watcher's state")
    return parent


def print_json(value: Any) -> None:
    print(json.dumps(value, default=str))


def painted(text: str, colour: int) -> str:
    """The text in an ANSI colour (31 red, 32 green, 33 yellow), on a terminal only."""
    return f"\033[{colour}m{text}\033[0m" if sys.stdout.isatty() else text
