"""Runs the soak; the package's text says what it proves."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

import bench.soak
import settings
from bench.soak import expected_state, faults
from connectors.registrar.database import from_config
from connectors.registrar.dead_letters import DeadLetterTopic
from connectors.registrar.definition import load_definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import fetch_health
from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import Lag, measure_lag
from connectors.registrar.rest import Connect
from connectors.registrar.waiting import wait_until_running
from producer.contracts.poison import KINDS
from settings import command_line

CONNECTOR = settings.ROOT / "connectors" / "transactions_sink.yml"
FAULTS: dict[str, Callable[[], float]] = {"postgres": faults.postgres, "connect": faults.connect}
# Shares of all messages.
SHARES = ["--duplicates", "0.05", "--changed", "0.5", "--late", "0.01"]
POISON = ["--poison", ",".join(f"{kind}=0.001" for kind in KINDS)]
POLL = 0.2
NAMED = 5
T = TypeVar("T")


class Soak:
    """One run; prints what it measures and remembers what was not as promised."""

    def __init__(self, count: int, seed: int, timeout: float) -> None:
        self._count, self._seed, self._timeout = count, seed, timeout
        definition = load_definition(CONNECTOR)
        self._name, self._config = definition.name, definition.config
        self._topic = self._config["topics"]
        self._kafka = Kafka(settings.kafka_client())
        self._connect = Connect(settings.connect_url())
        self.broken: list[str] = []

    def run(self, chosen: list[str]) -> None:
        """Load, with the chosen faults on the way, and compare.

        Raises:
            ExpectedError: something did not happen in time.
        """
        wait_until_running(self._connect, [self._name], 60)
        before = self._lag()
        began = time.monotonic()
        producing = self._produce()
        for number, name in enumerate(chosen, 1):
            goal = self._count * number // (len(chosen) + 1)
            self._until(partial(self._has_done, goal, before))
            self._fault(name)
        made = self._produced(producing)
        self._until(
            lambda: self._lag().total == 0 and fetch_health(self._connect, self._name).running
        )
        seconds = time.monotonic() - began
        self._say(f"everything handled after {seconds:.1f} s", self._count / seconds, "records/s")
        wait_until_running(self._connect, [self._name], 60, settle=10)
        self._say("connector at the end", str(fetch_health(self._connect, self._name)))
        after = sum(self._lag().ends.values()) - sum(before.ends.values())
        self._promise("acknowledged = in the topic", made["acknowledged"], after)
        self._compare(made)

    # --- the load -----------------------------------------------------------------------------

    def _produce(self) -> subprocess.Popen[str]:
        words = ["--count", str(self._count), "--seed", str(self._seed), *SHARES, *POISON, "--json"]
        return subprocess.Popen(
            [sys.executable, "-m", "producer", "stream", *words],
            cwd=settings.ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _produced(self, producing: subprocess.Popen[str]) -> dict[str, int]:
        totals = json.loads(producing.communicate()[0])
        self._say("made", ", ".join(f"{n} {kind}" for kind, n in totals["made"].items()))
        self._promise("produced = asked for", self._count, totals["produced"])
        self._promise("produced = acknowledged", totals["produced"], totals["acknowledged"])
        return {**totals["made"], "acknowledged": totals["acknowledged"]}

    def _fault(self, name: str) -> None:
        self._say(f"{name} goes down at lag", self._until(self._lag).total)
        back = FAULTS[name]()
        still = self._until(self._lag).positions
        self._until(lambda: self._lag().positions != still)
        self._say(f"rows are written again after {name}", time.monotonic() - back, "s")

    # --- the comparison -----------------------------------------------------------------------

    def _compare(self, made: dict[str, int]) -> None:
        expected = expected_state.read_topic(self._kafka.client, self._topic)
        self._say("records in the topic", expected.records)
        poison = sum(made.get(kind, 0) for kind in KINDS)
        self._say(
            "of them cannot be rows, in all and of this run", f"{len(expected.poison)} {poison}"
        )
        self._compare_rows(expected)
        letters: set[expected_state.Origin] = set()
        reasons: Counter[str] = Counter()
        for letter in DeadLetterTopic(self._kafka, f"{self._name}.dlq").read():
            if letter.origin not in letters:
                letters.add(letter.origin)
                reasons[letter.reason] += 1
        self._promise("poisoned records = dead letters", len(expected.poison), len(letters))
        self._promise("poisoned without a letter", 0, len(expected.poison - letters))
        self._promise("letters of good records", 0, len(letters - expected.poison))
        self._promise("letters without a reason", 0, sum(n for r, n in reasons.items() if not r))
        for reason, count in reasons.most_common():
            print(f"  {count:>9,}  {reason[:100]}")

    def _compare_rows(self, expected: expected_state.ExpectedState) -> None:
        left, found, different, unknown = dict(expected.rows), 0, [], 0
        columns = ", ".join(f'"{name}"' for name in expected_state.COLUMNS)
        table = self._config["collection.name.format"]
        with (
            from_config(self._config).connect() as connection,
            connection.cursor("soak") as cursor,
        ):
            cursor.itersize = 10_000
            cursor.execute(f"select {columns} from {table}".encode())
            for row in cursor:
                found += 1
                wanted = left.pop(row[0], None)
                unknown += wanted is None
                if wanted is not None and wanted != expected_state.digest(row):
                    different.append(row[0])
        self._promise("distinct good keys = sink rows", len(expected.rows), found - unknown)
        self._promise("keys that are missing", 0, len(left), [*left][:NAMED])
        self._promise("rows with another value than the last", 0, len(different), different[:NAMED])
        if expected.first_offset:
            self._say("rows whose records have expired", unknown)
        else:
            self._promise("rows that no record made", 0, unknown)

    # --- the report ---------------------------------------------------------------------------

    def _promise(self, what: str, wanted: int, got: int, named: object = ()) -> None:
        kept = wanted == got
        if not kept:
            self.broken.append(what)
        detail = "" if kept else f"  BROKEN {named or ''}"
        self._say(what, f"{wanted:,} {got:,}{detail}")

    def _say(self, what: str, value: object, unit: str = "") -> None:
        text = f"{value:,.1f}" if isinstance(value, float) else f"{value}"
        print(f"{what + ':':48} {text} {unit}".rstrip(), flush=True)

    # --- measuring ----------------------------------------------------------------------------

    def _lag(self) -> Lag:
        return measure_lag(self._connect, self._kafka, self._name, self._config)

    def _has_done(self, goal: int, before: Lag) -> bool:
        done = sum(self._lag().positions.values()) - sum(before.positions.values())
        return done >= goal

    def _until(self, condition: Callable[[], T]) -> T:
        """What a condition returns once that is true; an unreachable service makes it false."""
        deadline = time.monotonic() + self._timeout
        while True:
            with suppress(RegistrarError):
                if found := condition():
                    return found
            if time.monotonic() > deadline:
                raise settings.ExpectedError(
                    f"not within {self._timeout:g} s; see `connectors/register.py status`"
                )
            time.sleep(POLL)


def main() -> int:
    """Run it; returns 1 if a promise was broken."""
    parser = command_line.Parser(prog="python -m bench.soak", description=bench.soak.__doc__)
    parser.add_version()
    parser.add_argument("--count", type=int, default=1_000_000, help="messages (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other keys")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for each wait")
    parser.add_argument(
        "--faults", nargs="*", choices=[*FAULTS], default=[], help="in this order, spread evenly"
    )
    options = parser.parse_args()

    def run_soak() -> int:
        settings.load_env()
        if settings.stream_format() != "json":
            raise settings.SettingError(
                "what the sink must hold is read from JSON: set STREAM_FORMAT=json for the stack"
            )
        soak = Soak(options.count, options.seed, options.timeout)
        soak.run(options.faults)
        print(f"BROKEN: {', '.join(soak.broken)}" if soak.broken else "all promises kept")
        return 1 if soak.broken else 0

    return command_line.run(run_soak)


if __name__ == "__main__":
    sys.exit(main())
