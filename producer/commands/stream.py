"""`python -m producer stream`: events to Kafka."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from functools import partial
from pathlib import Path

import settings
from producer.commands import arguments, times
from producer.contracts import poison
from producer.contracts.checks import MICROSECOND
from producer.contracts.contract import schema_files
from producer.contracts.wire import FORMATS
from producer.delivery import delivery_log
from producer.delivery.progress import Display, Heartbeat
from producer.delivery.run import Run, Worker
from producer.delivery.stop import Stop
from producer.delivery.totals import Observer, Totals
from producer.delivery.workers import run_in_processes
from producer.errors import StoppedError, UsageError
from producer.events.faults import Faults
from producer.events.stream import find_stream
from producer.users import read_registrations, registration_files

EXAMPLES = f"""\
examples:
  %(prog)s --count 10000 --seed 1
      ten thousand events, the same ones each time
  %(prog)s --rate 50
      50 events a second, until Ctrl-C
  %(prog)s --count 1000000 --start 2026-09-01 --end 2026-10-01 --processes 2
      a whole month of events at once
  %(prog)s --count 100000 --duplicates 0.05 --changed 0.5 --late 0.01 --late-by 2d
      events sent again, half of them corrected, and events that come late
  %(prog)s --count 10000 --poison nul-byte=0.001,overflow=0.001
      messages that the sink cannot take

kinds of poison:
{arguments.explain_kinds(poison.KINDS)}

Kafka, the Schema Registry and the format (json or avro) come from KAFKA_BOOTSTRAP_SERVERS,
SCHEMA_REGISTRY_URL and STREAM_FORMAT. Ctrl-C or SIGTERM ends a stream well: what is under way is
still delivered, and without --count the exit code is 0.
"""
#: Messages a second when neither a rate nor an end is given: a stream, not a flood.
ENDLESS = 50.0
#: Failures that are printed one by one.
SHOWN = 20


def add_options(command: argparse.ArgumentParser) -> None:
    """Declare the verb's options."""
    _what(command.add_argument_group("what"))
    _when(command.add_argument_group("when"))
    _faults(command.add_argument_group("faults (shares of all messages)"))
    _how(command.add_argument_group("how"))


def _what(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    text = f"{', '.join(schema_files())}, or a topic's name (default: %(default)s)"
    add("--stream", default="transaction", metavar="NAME", help=text)
    add("--count", type=arguments.positive, metavar="N", help="messages to send (default: no end)")
    text = "same seed, same messages (default: a random one, which is printed)"
    add("--seed", type=arguments.not_negative, metavar="S", help=text)
    text = "registration files whose users the events are about (default: those in INCOMING_DIR)"
    add("--users", metavar="PATTERN", help=text)
    text = "UUID version of the keys; 7, the default, begins with the event time"
    add("--keys", type=int, choices=(4, 7), help=text)
    add("--topic", type=arguments.topic, help="another topic than the contract's")
    add("--format", choices=FORMATS, help="wire format (default: STREAM_FORMAT)")


def _when(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    text = f"messages a second, 0 for as fast as possible (default: 0; without --count {ENDLESS:g})"
    add("--rate", type=arguments.rate, metavar="R", help=text)
    timestamp = arguments.checked(times.read_timestamp)
    text = "event times from here on, UTC unless there is an offset (default: now; with --seed "
    add("--start", type=timestamp, metavar="T", help=f"{text}{times.SEEDED_START:%Y-%m-%d})")
    text = f"event times before this (default: {times.SEEDED_RANGE.days} days after --start)"
    add("--end", type=timestamp, metavar="T", help=text)


def _faults(group: argparse._ArgumentGroup) -> None:
    add, share = group.add_argument, arguments.share
    add("--duplicates", type=share, default=0.0, metavar="F", help="events sent again")
    text = "share of the duplicates with new content (default: %(default)g)"
    add("--changed", type=share, default=0.0, metavar="F", help=text)
    text = "share of the events whose event time lies behind"
    add("--late", type=share, default=0.0, metavar="F", help=text)
    text = "by up to this much, like 90s, 2h or 3d (default: %(default)s)"
    duration = arguments.checked(times.read_duration)
    add("--late-by", type=duration, default="2h", metavar="D", help=text)
    text = "keys of sent events without a value"
    add("--tombstones", type=share, default=0.0, metavar="F", help=text)
    text = "messages the sink cannot take: a share, or KIND=F,KIND=F (kinds below)"
    read = arguments.shares(poison.KINDS)
    add("--poison", type=read, default={}, metavar="F", help=text)


def _how(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    text = "processes that share the work (default: %(default)s)"
    add("--processes", type=arguments.processes, default=1, metavar="N", help=text)
    text = "how long Kafka may be unreachable (default: %(default)g)"
    add("--wait", type=arguments.seconds, default=60.0, metavar="SECONDS", help=text)
    text = "touched while all goes well, for health checks"
    add("--heartbeat", type=Path, action="append", default=[], metavar="FILE", help=text)
    text = "a setting of Kafka's client (librdkafka), like security.protocol=SASL_SSL"
    pair = arguments.checked(arguments.key_value)
    add("-X", dest="settings", type=pair, action="append", metavar="KEY=VALUE", help=text)
    add("--json", action="store_true", help="print the totals as JSON, with every failure")


def produce_events(options: argparse.Namespace) -> int:
    """Produce, and print what became of it.

    Returns:
        0 if all was acknowledged, 1 if not, 130 if a counted run was stopped before its end.
    """
    plan = _plan(options)
    with Display(plan.count) as display, Stop() as stopped:
        where = f"topic {plan.topic} at {plan.client['bootstrap.servers']}"
        display.say(f"seed {plan.seed}, {where}, {plan.format}")
        shows = [display.show, *(Heartbeat(file).show for file in options.heartbeat)]
        observer = Observer(display.say, lambda totals: [show(totals) for show in shows], stopped)
        if options.processes == 1:
            totals = Worker(plan, observer).send_all()
        else:
            totals = run_in_processes(options.processes, plan, observer)
        cut_short = stopped() and plan.count is not None and totals.produced < plan.count
    if cut_short:
        print(f"stopped after {totals.produced} of {plan.count} messages", file=sys.stderr)
    delivery_log.append(plan.client, plan.topic, totals.acknowledged)
    _report(totals, options.json)
    if not totals.complete:
        return 1
    return StoppedError.exit_code if cut_short else 0


def _plan(options: argparse.Namespace) -> Run:
    rate = options.rate
    if rate is None and options.count is None:
        rate = ENDLESS
    if options.users and not registration_files(options.users):
        raise UsageError(f"--users {options.users}: no file matches")
    users = options.users or str(settings.folder("INCOMING_DIR") / "user_registrations_*.csv*")
    source = find_stream(options.stream, partial(read_registrations, users), options.keys)
    timeline = times.choose_timeline(
        source.recipe.rhythm,
        start=options.start,
        end=options.end,
        seeded=options.seed is not None,
        count=options.count,
        rate=rate or None,
    )
    faults = Faults(
        duplicates=options.duplicates,
        changed=options.changed,
        tombstones=options.tombstones,
        poison=options.poison,
        late=options.late,
        late_by=options.late_by // MICROSECOND,
    )
    return Run(
        stream=options.stream,
        users=users,
        key_version=options.keys,
        format=options.format or settings.stream_format(),
        registry_url=settings.get("SCHEMA_REGISTRY_URL"),
        topic=options.topic or source.contract.topic,
        count=options.count,
        rate=rate or None,
        seed=secrets.randbits(32) if options.seed is None else options.seed,
        timeline=timeline,
        faults=faults,
        wait=options.wait,
        client={**settings.kafka_client(), **dict(options.settings or ())},
    )


def _report(totals: Totals, as_json: bool) -> None:
    """The totals on stdout, as its last line; the first failures on stderr."""
    _list_some("not acknowledged", totals.failures)
    _list_some("refused", totals.refused)
    made = ", ".join(f"{count} {kind}" for kind, count in sorted(totals.made.items()))
    if set(totals.made) - {"events"} and not as_json:
        print(f"made of {made}")
    print(json.dumps(totals.as_json()) if as_json else totals.line(), flush=True)


def _list_some(what: str, entries: list[tuple[str, str]]) -> None:
    for key, reason in entries[:SHOWN]:
        print(f"{what}: {key}: {reason}", file=sys.stderr)
    if len(entries) > SHOWN:
        print(f"{what}: {len(entries) - SHOWN} more; --json lists all", file=sys.stderr)
