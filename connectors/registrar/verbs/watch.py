"""`watch`: keep connectors running, as a service."""

from __future__ import annotations

import argparse

from connectors.registrar.verbs.context import Context, exit_codes
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.service import serve

HELP = "keep connectors running: restart them after outages, put refused records aside"
EXITS = exit_codes(done="ended by a signal, Ctrl-C too")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    limits = Limits()
    parser.add_argument(
        "--max-restarts",
        type=int,
        default=limits.max_restarts,
        metavar="N",
        help="restarts in a row without a record read, before it is left to a person (%(default)s)",
    )
    parser.add_argument(
        "--max-refused",
        type=int,
        default=limits.max_refused_per_minute,
        metavar="N",
        help="refused records within a minute; more stop the connector (%(default)s)",
    )
    parser.add_argument(
        "--stall",
        type=float,
        default=limits.stall_seconds,
        metavar="SECONDS",
        help="with lag and without a record read, after which it counts as failed (%(default)s)",
    )


def run_verb(context: Context) -> int:
    options = context.options
    limits = Limits(
        max_restarts=options.max_restarts,
        max_refused_per_minute=options.max_refused,
        stall_seconds=options.stall,
    )
    serve(context.connect, context.kafka, context.names, context.state, limits)
    return 0
