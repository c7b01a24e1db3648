"""`python -m producer stream`: events to Kafka."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import settings
from producer.commands import arguments, times
from producer.contracts import checks, contract, poison, wire
from producer.delivery import receipt
from producer.delivery.heartbeat import Heartbeat
from producer.delivery.progress import Display
from producer.delivery.run import Run, Worker
from producer.delivery.stop import Stop
from producer.delivery.totals import Totals
from producer.delivery.watch import Watch
from producer.delivery.workers import run_in
from producer.drawing import users as registered
from producer.errors import UsageError
from producer.events import stream
from producer.events.faults import Faults

EXAMPLES = f"""\
examples:
  %(prog)s --count 10000 --seed 1
      ten thousand events, the same ones each time
  %(prog)s --rate 50
      50 events a second, until Ctrl-C
  %(prog)s --count 1000000 --start 2026-09-01 --end 2026-10-01 --processes 2
      back-fill a month
  %(prog)s --count 100000 --duplicates 0.05 --changed 0.5 --late 0.01 --late-by 2d
      events sent again, half of them corrected, and events that come late
  %(prog)s --count 10000 --poison nul-byte=0.001,overflow=0.001
      messages that the sink cannot take

kinds of poison:
{arguments.explained(poison.KINDS)}

Kafka, the Schema Registry and the format (json or avro) come from KAFKA_BOOTSTRAP_SERVERS,
SCHEMA_REGISTRY_URL and STREAM_FORMAT.
"""
#: Messages a second when neither a rate nor an end is given: a stream, not a flood.
ENDLESS_RATE = 50.0
SHOWN = 20


def options(command: argparse.ArgumentParser) -> None:
    """Declare the verb's options."""
    _what(command.add_argument_group("what"))
    _when(command.add_argument_group("when"))
    _faults(command.add_argument_group("faults (shares of all messages)"))
    _how(command.add_argument_group("how"))


def _what(group: argparse._ArgumentGroup) -> None:
    add, names = group.add_argument, ", ".join(contract.available())
    add("--stream", default="transaction", metavar="NAME", help=f"{names}, or a topic's name")
    add("--count", type=arguments.positive, metavar="N", help="messages to send (default: no end)")
    text = "same seed, same messages (default: a random one, which is printed)"
    add("--seed", type=arguments.not_negative, metavar="S", help=text)
    text = "registration files whose users the events are about (default: those in INCOMING_DIR)"
    add("--users", metavar="PATTERN", help=text)
    text = "UUID version of the keys; 7, the default, begins with the event time"
    add("--keys", type=int, choices=(4, 7), help=text)
    add("--topic", help="another topic than the contract's")
    text = "wire format (default: STREAM_FORMAT)"
    add("--format", choices=wire.FORMATS, help=text)


def _when(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    text = "messages a second, 0 for as fast as possible (default: 0; without --count 50)"
    add("--rate", type=arguments.rate, metavar="R", help=text)
    moment = arguments.checked(times.moment, lambda _: True, "")
    text = "event times from here on, UTC unless there is an offset (default: now; with --seed "
    add("--start", type=moment, metavar="T", help=text + "2026-11-01)")
    text = "event times before this (default: 7 days after --start)"
    add("--end", type=moment, metavar="T", help=text)


def _faults(group: argparse._ArgumentGroup) -> None:
    add, share = group.add_argument, arguments.share
    add("--duplicates", type=share, default=0.0, metavar="F", help="events sent again")
    text = "share of the duplicates with new content (default: 0)"
    add("--changed", type=share, default=0.0, metavar="F", help=text)
    text = "share of the events whose event time lies behind"
    add("--late", type=share, default=0.0, metavar="F", help=text)
    duration = arguments.checked(times.duration, lambda _: True, "")
    text = "by up to this much, like 90s, 2h or 3d (default: 2h)"
    add("--late-by", type=duration, default=times.duration("2h"), metavar="D", help=text)
    text = "keys of sent events without a value"
    add("--tombstones", type=share, default=0.0, metavar="F", help=text)
    text = "messages the sink cannot take: a share, or KIND=F,KIND=F (kinds below)"
    read = arguments.shares(poison.KINDS)
    add("--poison", type=read, default={}, metavar="F", help=text)


def _how(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    text = "processes that share the work (default: 1)"
    add("--processes", type=arguments.positive, default=1, metavar="N", help=text)
    text = "how long Kafka may be away (default: %(default)g)"
    add("--wait", type=arguments.seconds, default=60.0, metavar="SECONDS", help=text)
    text = "touched while all goes well, for health checks"
    add("--heartbeat", type=Path, metavar="FILE", help=text)
    text = "a setting of Kafka's client (librdkafka), like security.protocol=SASL_SSL"
    add("-X", dest="settings", action="append", default=[], metavar="KEY=VALUE", help=text)
    add("--json", action="store_true", help="print the totals as JSON, with every failure")


def run(options: argparse.Namespace) -> int:
    """Produce, and print what became of it; the exit code is 0 only if all was acknowledged."""
    plan = _plan(options)
    with Display(plan.count) as display, Stop() as stopped:
        display.say(f"seed {plan.seed}, topic {plan.topic} at {plan.servers}, {plan.format}")
        watch = Watch(display.say, _show(display, options.heartbeat), stopped)
        if options.processes == 1:
            totals = Worker(plan, watch).work()
        else:
            totals = run_in(options.processes, plan, watch)
        cut_short = stopped() and plan.count is not None and totals.produced < plan.count
    if cut_short:
        print(f"stopped after {totals.produced} of {plan.count} messages", file=sys.stderr)
    receipt.leave(plan.servers, plan.topic, plan.settings, totals.acknowledged)
    _report(totals, options.json)
    return 0 if totals.complete and not cut_short else 1


def _show(display: Display, heartbeat: Path | None) -> Callable[[Totals], None]:
    if heartbeat is None:
        return display.show
    beat = Heartbeat(heartbeat)

    def show(totals: Totals) -> None:
        display.show(totals)
        beat.show(totals)

    return show


def _plan(options: argparse.Namespace) -> Run:
    rate = options.rate
    if rate is None and options.count is None:
        rate = ENDLESS_RATE
    if options.users and not registered.files(options.users):
        raise UsageError(f"--users {options.users}: no file matches")
    users = options.users or str(settings.folder("INCOMING_DIR") / "user_registrations_*.csv*")
    source = stream.find(options.stream, users, options.keys)
    timeline = times.timeline(
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
        late_by=options.late_by // checks.MICROSECOND,
    )
    return Run(
        stream=options.stream,
        users=users,
        key_version=options.keys,
        format=options.format or settings.get("STREAM_FORMAT"),
        registry_url=settings.get("SCHEMA_REGISTRY_URL"),
        servers=settings.get("KAFKA_BOOTSTRAP_SERVERS"),
        topic=options.topic or source.contract.topic,
        count=options.count,
        rate=rate or None,
        seed=secrets.randbits(32) if options.seed is None else options.seed,
        timeline=timeline,
        faults=faults,
        wait=options.wait,
        settings=arguments.key_values(options.settings),
    )


def _report(totals: Totals, as_json: bool) -> None:
    """The totals on stdout, as its last line; the first failures on stderr."""
    _list("not acknowledged", totals.failures)
    _list("refused", totals.refused)
    made = ", ".join(f"{count} {kind}" for kind, count in sorted(totals.made.items()))
    if set(totals.made) - {"events"} and not as_json:
        print(f"made of {made}")
    print(json.dumps(totals.as_json()) if as_json else totals.line(), flush=True)


def _list(what: str, entries: list[tuple[str, str]]) -> None:
    for key, reason in entries[:SHOWN]:
        print(f"{what}: {key}: {reason}", file=sys.stderr)
    if len(entries) > SHOWN:
        print(f"{what}: {len(entries) - SHOWN} more; --json lists all", file=sys.stderr)
