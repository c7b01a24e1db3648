"""A chain from topic to mart, filled once; each test damages it, and it is repaired afterwards."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

import settings
from bootstrap import cli
from bootstrap.native.supervisor import Supervisor
from connectors.registrar.dead_letters import DeadLetter, DeadLetterTopic
from connectors.registrar.kafka import Kafka
from dags.landing import recounts, snowflake
from tests.conftest import ROOT, Bootstrap, eventually
from tests.kafka_client import kafka_client
from tests.shared import Shared

TOPIC, LETTERS = "transactions", "transactions_sink.dlq"
SUMMARY = "MARTS.FCT_DAILY_MERCHANTS"
# Models up to the two that landing blocks name, one summary, and what they read.
MODELS = ["--select", "+fct_transactions", "+dim_users", "fct_daily_merchants"]
EVENTS, FAULTS = 300, ["--duplicates", "0.1", "--tombstones", "0.02", "--poison", "0.04"]


@dataclass(frozen=True)
class Chain:
    """Real services without Airflow: its steps are run by hand.

    under_way: what the audit said after each step that filled it, and of the next hop how much.
    """

    bootstrap: Bootstrap
    folder: Path
    under_way: list[tuple[dict[str, int], int]] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        return self.bootstrap.settings

    @property
    def kafka(self) -> Kafka:
        return Kafka(kafka_client(self.settings))

    def run(self, *words: str, cwd: Path = ROOT, program: str = sys.executable) -> str:
        done = subprocess.run(
            [program, *words],
            cwd=cwd,
            env=self.settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def register(self, verb: str) -> None:
        self.run("connectors/register.py", verb, "transactions_sink")

    def produce(self, count: int, seed: int, *more: str) -> None:
        words = ("--count", str(count), "--seed", str(seed), *more)
        self.run("-m", "producer", "stream", *words)

    def sink_is_through(self) -> None:
        """Wait until the sink has committed all of the topic."""
        partitions = self.kafka.partitions(TOPIC)
        ends = self.kafka.ends(partitions)
        group = "connect-transactions_sink"
        assert eventually(
            lambda: self.kafka.committed(group, partitions) == {k: v for k, v in ends.items() if v}
        )

    def land(self) -> None:
        self.run("-m", "dags.landing", "land")

    def transform(self) -> None:
        self._dbt("build", *MODELS, "--exclude-resource-type", "test", "unit_test")

    def _dbt(self, *words: str) -> None:
        dbt = str(Path(sys.executable).with_name("dbt"))
        folders = ["--target-path", str(self.folder), "--log-path", str(self.folder)]
        self.run(*words, "--quiet", *folders, cwd=ROOT / "dbt_project", program=dbt)

    def audit(self) -> dict[str, Any]:
        """The audit's answer; its exit code agrees with it."""
        printed = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
            patch.setattr(settings, "ENV_FILE", Path(self.settings["PIPELINE_ENV_FILE"]))
            for name, value in self.settings.items():
                patch.setenv(name, value)
            code = cli.main(["audit", "--json"])
        answer = json.loads(printed.getvalue())
        assert code == (0 if answer["ok"] else 1)
        return answer

    def differences(self) -> dict[str, list[str]]:
        """Hop -> what is named there."""
        return {
            hop["hop"]: [e for difference in hop["differences"] for e in difference["examples"]]
            for hop in self.audit()["hops"]
            if hop["differences"]
        }

    def waiting(self) -> dict[str, int]:
        """Hop -> number under way; there is no difference."""
        answer = self.audit()
        assert answer["ok"], answer
        return {hop["hop"]: hop["waiting"] for hop in answer["hops"] if hop["waiting"]}

    def look(self, expected: int) -> None:
        """Keep what is under way now, and how much should be at the hop that is the next."""
        self.under_way.append((self.waiting(), expected))

    def rows(self) -> int:
        [(count,)] = self.postgres("select count(*) from transactions_sink")
        return int(count)

    def landed(self) -> int:
        [(count,)] = self.warehouse("select count(*) from RAW.TRANSACTIONS_STREAMING_KAFKA")
        return int(count)

    def postgres(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host=self.settings["POSTGRES_HOST"],
            port=int(self.settings["POSTGRES_PORT"]),
            dbname=self.settings["POSTGRES_DB"],
            user="postgres",
            password=self.settings["POSTGRES_PASSWORD"],
        ) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def warehouse(self, query: str) -> list[tuple[Any, ...]]:
        with closing(snowflake.connect_from_env(self.settings)) as connection:
            return snowflake.rows(connection, query)

    def letters(self) -> list[DeadLetter]:
        return list(DeadLetterTopic(self.kafka, LETTERS).read())


@pytest.fixture
def chain(
    shared: Shared, whole_chain: Bootstrap, tmp_path_factory: pytest.TempPathFactory
) -> Chain:
    """Events with every kind of fault in the marts, in addition to what `up` put there."""
    folder = tmp_path_factory.mktemp("dbt")
    return shared.once("audited chain", lambda: _audited(Chain(whole_chain, folder)))


@contextmanager
def _audited(chain: Chain) -> Iterator[Chain]:
    # Runs of Airflow's DAGs would repair what is damaged here.
    with pytest.MonkeyPatch.context() as patch:
        for name, value in chain.settings.items():
            patch.setenv(name, value)
        for service in Supervisor().processes():
            if service.startswith("airflow-"):
                Supervisor().stop(service)
    # A test that damages the facts is about them alone.
    for recount in recounts.load():
        chain.warehouse(f"drop table if exists {recount.model}")
    chain.produce(EVENTS, 11, *FAULTS)
    chain.sink_is_through()
    chain.register("pause")
    chain.produce(40, 2)
    chain.look(40)
    chain.register("resume")
    chain.sink_is_through()
    chain.look(chain.rows() - chain.landed())
    landed = chain.landed()
    chain.land()
    chain.look(chain.landed() - landed)
    chain.transform()
    chain.look(0)
    chain.warehouse(f"create table {SUMMARY}_BUILT clone {SUMMARY}")
    chain.warehouse(f"drop table {SUMMARY}")
    yield chain


@pytest.fixture
def damage(chain: Chain) -> Iterator[Callable[[str, str], None]]:
    """Takes back what a statement did to a table of the warehouse."""
    tables: list[str] = []

    def change(table: str, statement: str) -> None:
        chain.warehouse(f"create or replace table {table}_BEFORE clone {table}")
        tables.append(table)
        chain.warehouse(statement)

    yield change
    for table in tables:
        chain.warehouse(f"delete from {table}")
        chain.warehouse(f"insert into {table} select * from {table}_BEFORE")
        chain.warehouse(f"drop table {table}_BEFORE")
