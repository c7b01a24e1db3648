"""How long after a message was made its row can be read in Postgres.

A message is made when the producer's client takes it (Kafka's CreateTime, by which its own
batching counts, too). Its row can be read from the first snapshot that sees its transaction:
`ingested_at` would be too early by that transaction's duration, for it is the start. Snapshots are
taken every few milliseconds, which are in the figure. Both clocks must be this machine's.

    python -m bench.latency --rates 100 5000 --seconds 20 --repeats 3
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles
from threading import Event, Thread
from typing import Any

import psycopg

import settings
from bench._sink_stack import POLL_SECONDS, SinkStack, stream_format
from bench.timing import limit_row, print_json, show_progress
from bootstrap.postgres import provision
from connectors.registrar.waiting import wait_until_running
from settings import command_line

#: Messages a second.
RATES = (100, 5000)
#: Of each round.
SECONDS = 20
REPEATS = 3
#: Percentile -> milliseconds that it may be.
LIMITS = {50: 150, 99: 500}
#: Between two snapshots.
STEP_SECONDS = 0.004
PATIENCE_SECONDS = 60

#: When each transaction could first be seen, by epoch seconds.
_FIRST_SEEN = """
select xid::text, (
  select min(at) from unnest(%(at)s::float8[], %(snapshots)s::pg_snapshot[]) as s (at, snapshot)
  where pg_visible_in_snapshot(xid, snapshot)
) from unnest(%(xids)s::xid8[]) as xid
"""


def bench_rows(
    rates: Sequence[int] = RATES, seconds: int = SECONDS, repeats: int = REPEATS
) -> Iterator[dict[str, Any]]:
    """Measure; milliseconds, of which less is better.

    Yields:
        Rows of what, comparison, ours_median, theirs_median (the limit), ratio, spread, n, bar.
    """
    settings.load_env()
    stack = SinkStack("bench_latency")
    with (
        stream_format("json"),
        stack.topic(),
        stack.table() as connection,
        stack.connector(stack.definition()),
    ):
        wait_until_running(stack.connect, [stack.name], PATIENCE_SECONDS)
        rounds = _Rounds(stack, connection)
        # A worker that has just started still compiles.
        rounds.percentiles(max(rates), seconds)
        for rate in rates:
            found = [rounds.percentiles(rate, seconds) for _ in range(repeats)]
            for percentile, limit in LIMITS.items():
                values = [each[percentile] for each in found]
                yield limit_row(f"latency p{percentile} ms, {rate:,}/s", values, limit)


class _Rounds:
    def __init__(self, stack: SinkStack, connection: psycopg.Connection) -> None:
        self._stack, self._connection = stack, connection
        self._seed = 0

    def percentiles(self, rate: int, seconds: int) -> dict[int, float]:
        """Those of LIMITS of one round, in milliseconds.

        Raises:
            RuntimeError: not all rows come.
        """
        self._seed += 1
        kafka, name = self._stack.kafka, self._stack.name
        starts = kafka.ends(kafka.partitions(name))
        before, count = self._rows(), rate * seconds
        with _snapshots() as (at, snapshots):
            self._stack.produce(count, "--rate", str(rate), "--seed", str(self._seed))
            deadline = time.monotonic() + PATIENCE_SECONDS
            while self._rows() < before + count:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{name}: {self._rows() - before} rows of {count} came")
                time.sleep(POLL_SECONDS)
        made = {
            (message.key() or b"").decode(): message.timestamp()[1]
            for messages in kafka.batches(starts, kafka.ends(starts))
            for message in messages
        }
        latencies = self._latencies(made, at, snapshots)
        cuts = quantiles(latencies, n=100)
        found = {percentile: cuts[percentile - 1] for percentile in LIMITS}
        said = ", ".join(f"p{percentile} {ms:.0f} ms" for percentile, ms in found.items())
        show_progress(f"latency, {rate:,}/s: {said}, most {max(latencies):.0f} ms")
        return found

    def _rows(self) -> int:
        found = self._connection.execute(f"select count(*) from {self._stack.name}").fetchone()
        return found[0] if found else 0

    def _latencies(
        self, made: dict[str, int], at: list[float], snapshots: list[str]
    ) -> list[float]:
        query = f"select tx_id, ingest_xid::text from {self._stack.name} where tx_id = any(%s)"
        rows = self._connection.execute(query, [list(made)]).fetchall()
        binds = {"at": at, "snapshots": snapshots, "xids": list({xid for _, xid in rows})}
        seen: dict[str, float] = dict(self._connection.execute(_FIRST_SEEN, binds).fetchall())
        return [seen[xid] * 1000 - made[key] for key, xid in rows]


@contextmanager
def _snapshots() -> Iterator[tuple[list[float], list[str]]]:
    """Snapshots of the database as they change, and when (epoch seconds), by another thread."""
    at: list[float] = []
    snapshots: list[str] = []
    ended = Event()

    def take() -> None:
        query = "select extract(epoch from clock_timestamp())::float8, pg_current_snapshot()::text"
        with provision.connect(settings.get("POSTGRES_DB")) as connection:
            last = False
            while not last:
                # The last row was seen before this was set.
                last = ended.wait(STEP_SECONDS)
                for moment, snapshot in connection.execute(query):
                    if not snapshots or snapshot != snapshots[-1]:
                        at.append(moment)
                        snapshots.append(snapshot)

    thread = Thread(target=take)
    thread.start()
    try:
        yield at, snapshots
    finally:
        ended.set()
        thread.join()


def main() -> int:
    """Print the rows as JSON lines."""
    parser = command_line.Parser(prog="python -m bench.latency", description=__doc__)
    parser.add_version()
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="messages a second")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of a round (%(default)s)")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="rounds (%(default)s)")
    options = parser.parse_args()

    return command_line.run(
        lambda: print_json(bench_rows(options.rates, options.seconds, options.repeats))
    )


if __name__ == "__main__":
    sys.exit(main())
