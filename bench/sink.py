"""How fast rows reach Postgres: our sink, others in its place, and a handwritten consumer.

All read the same topic, with 20 % repeated keys, into sink tables of the same kind (trigger and
indexes included), in JSON and in Avro:

    ours           the project's connector, strict and isolating
    stock          Debezium's own task with our settings, in JSON with Connect's own converter:
                   what strictness and isolation cost
    default        the same with what the sink cannot do without, as most people configure it
    hand-written   the consumer that people write themselves

The rate is messages by the time from the first to the last row, so that starting a connector does
not count; runs alternate, and the first of each is not counted: a worker that has just started
still compiles. Needs a running Postgres, Kafka and Connect; its topics, tables and connectors are
removed at the end.

    python -m bench.sink --records 200000 --repeats 5 --formats json
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg

import settings
from bench._sink_stack import SinkStack, command, stream_format
from bench.against import handwritten_consumer
from bench.timing import print_json, show_progress, table_row
from bootstrap.postgres import provision
from connectors.registrar.lint import rules
from connectors.registrar.records.reader import JSON, STRICT_JSON
from settings import command_line

RECORDS = 200_000
REPEATS = 3
FORMATS = ("json", "avro")
FAULTS = ["--seed", "1", "--duplicates", "0.2", "--changed", "0.5"]
#: What it is compared with: the way's name -> what the table calls it, and the ratio to reach.
COMPARISONS = {
    "stock": ("stock sink and converter, our settings", None),
    "default": ("JDBC sink with default settings", 2.0),
    "handwritten": ("hand-written consumer, COPY + ON CONFLICT", 0.9),
}

Load = Callable[[], None]


def bench_rows(
    records: int = RECORDS, repeats: int = REPEATS, formats: Sequence[str] = FORMATS
) -> Iterator[dict[str, Any]]:
    """Measure; rates are messages a second.

    Yields:
        Rows of what, comparison, ours_median, theirs_median, ratio, spread (range of the ratios of
        single rounds), n, bar (None where there is none).
    """
    settings.load_env()
    if "avro" in formats:
        command("-m", "bootstrap", "up", "schema-registry")
    for form in formats:
        with stream_format(form):
            rates = _rates(_Ways(form), records, repeats)
        for other, (text, bar) in COMPARISONS.items():
            pairs = list(zip(rates["ours"], rates[other], strict=True))
            yield table_row(f"sink, {form}", text, pairs, bar)


def _rates(ways: _Ways, records: int, repeats: int) -> dict[str, list[float]]:
    """Messages a second of each way in each round."""
    loads: dict[str, Load] = {
        "ours": ways.connector(ways.stack.definition(), records),
        "stock": ways.connector(ways.stock(), records),
        "default": ways.connector(ways.default(), records),
        "handwritten": ways.handwritten(records),
    }
    rounds: list[dict[str, float]] = []
    with ways.stack.topic():
        ways.stack.produce(records, *FAULTS)
        for number in range(1 + repeats):
            rounds.append({name: ways.rate(load, records) for name, load in loads.items()})
            said = ", ".join(f"{name} {rate:,.0f}/s" for name, rate in rounds[-1].items())
            counted = f"round {number} of {repeats}" if number else "not counted"
            show_progress(f"sink, {ways.form}, {counted}: {said}")
    return {name: [each[name] for each in rounds[1:]] for name in loads}


class _Ways:
    """The ways into one table."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.stack = SinkStack(f"bench_sink_{form}")
        self._distinct = 0

    def rate(self, load: Load, records: int) -> float:
        """Messages a second of one load into a new table."""
        with self.stack.table() as connection:
            load()
            return records / self._seconds(connection)

    def _seconds(self, connection: psycopg.Connection) -> float:
        """Duration of the load by the stamps of its transactions.

        A stamp is the start of a transaction, so the last one's duration is missing: the average
        of the others is taken for it.
        """
        found = connection.execute(
            f"""select extract(epoch from max(ingested_at) - min(ingested_at)),
            count(distinct ingested_at), count(*) from {self.stack.name}"""
        ).fetchone()
        seconds, batches, distinct = found or (0, 0, 0)
        if self._distinct not in (0, distinct):
            raise RuntimeError(f"{distinct} rows here, {self._distinct} in the load before")
        if batches < 2:
            raise RuntimeError(f"one transaction has all {distinct} rows: use more --records")
        self._distinct = distinct
        return float(seconds) * batches / (batches - 1)

    def stock(self) -> dict[str, str]:
        """Our settings without our plugin; Connect has no Avro converter of its own."""
        config = self._without_plugin(self.stack.definition())
        own = {key for key in config if key.startswith("isolation.")}
        # Without it a repeated key in a batch stops the task.
        return {k: v for k, v in config.items() if k not in own} | {"use.reduction.buffer": "true"}

    def default(self) -> dict[str, str]:
        """Only what the sink cannot do without."""
        kept = ("connection.username", "connection.password", "insert.mode", "connector.class")
        config = self._without_plugin(self.stack.definition())
        needed = {
            key: value
            for key, value in config.items()
            if key in kept or key.startswith(("key.converter", "value.converter", "collection."))
        }
        url = config["connection.url"].partition("?")[0]
        key = {"primary.key.mode": "record_value", "primary.key.fields": "tx_id"}
        return {**needed, **key, "topics": self.stack.name, "connection.url": url}

    @staticmethod
    def _without_plugin(config: dict[str, str]) -> dict[str, str]:
        config = {**config, "connector.class": rules.JDBC_SINK}
        if config["value.converter"] == STRICT_JSON:
            config |= {"value.converter": JSON, "value.converter.schemas.enable": "true"}
        return config

    def connector(self, config: dict[str, str], records: int) -> Load:
        """A load by a connector."""

        def load() -> None:
            with self.stack.connector(config):
                self.stack.until_read(records)

        return load

    def handwritten(self, records: int) -> Load:
        """A load by the consumer that people write themselves."""

        def load() -> None:
            with provision.connect(settings.get("POSTGRES_DB")) as connection:
                name = self.stack.name
                handwritten_consumer.consume(connection, self.form, name, name, records)

        return load


def main() -> int:
    """Print the rows as JSON lines."""
    parser = command_line.Parser(prog="python -m bench.sink", description=__doc__)
    parser.add_version()
    parser.add_argument("--records", type=int, default=RECORDS, help="messages (%(default)s)")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="rounds (%(default)s)")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    options = parser.parse_args()

    return command_line.run(
        lambda: print_json(bench_rows(options.records, options.repeats, options.formats))
    )


if __name__ == "__main__":
    sys.exit(main())
