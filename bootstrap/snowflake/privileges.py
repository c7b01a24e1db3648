"""What each role does in an account, and what it must not be able to do, as statements to try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

WRITTEN_BY_DBT = ("STAGING", "INTERMEDIATE", "MARTS", "SNAPSHOTS")
REPORTED = "MARTS"
PROBE = "PIPELINE_CHECK"


@dataclass(frozen=True)
class AllowedCheck:
    """Statements that a role tries one after the other; `grant` is what lets it."""

    what: str
    statements: Sequence[str]
    grant: str


@dataclass(frozen=True)
class DeniedCheck:
    """A statement that must be refused; `revoke` is what undoes that it is not."""

    what: str
    statement: str
    revoke: str


@dataclass(frozen=True)
class Names:
    """What things are called in this account."""

    database: str
    warehouse: str
    loader: str
    transformer: str
    reporter: str
    raw: Sequence[str]

    def schema(self, name: str) -> str:
        """A schema of the database, as USE and GRANT take it: with its kind and full name."""
        return f"schema {self.database}.{name}"


def everyone(names: Names, role: str) -> Iterator[AllowedCheck]:
    """What any role needs first."""
    warehouse, database = f"warehouse {names.warehouse}", f"database {names.database}"
    yield AllowedCheck(
        f"uses {warehouse}",
        [f"use {warehouse}", "select 1"],
        f"grant usage on {warehouse} to role {role}",
    )
    yield AllowedCheck(
        f"uses {database}", [f"use {database}"], f"grant usage on {database} to role {role}"
    )


def landing(names: Names, file: Path) -> Iterator[AllowedCheck | DeniedCheck]:
    """The loader: what a landing of `file` takes. PROBE stays, for the transformer to read."""
    role = names.loader
    yield from everyone(names, role)
    for raw in names.raw:
        probe = f"{raw}.{PROBE}"

        def create(kind: str, schema: str = raw) -> str:
            return f"grant create {kind} on {names.schema(schema)} to role {role}"

        for kind, name, options in (
            ("table", probe, "(x int)"),
            ("temporary table", f"{probe}_BUFFER", "(x int)"),
            ("stage", f"{probe}_STAGE", ""),
            ("file format", f"{probe}_FORMAT", "type = csv"),
        ):
            statement = f"create or replace {kind} {name} {options}"
            yield AllowedCheck(f"makes {kind}s in {raw}", [statement], create(kind))
        yield AllowedCheck(
            f"puts a file into a stage in {raw}",
            [f"put 'file://{file}' @{probe}_STAGE overwrite = true"],
            create("stage"),
        )
        copy = f"copy into {probe} from @{probe}_STAGE file_format = (format_name = {probe}_FORMAT)"
        yield AllowedCheck(f"copies a file into a table in {raw}", [copy], create("table"))
    for schema in WRITTEN_BY_DBT:
        yield DeniedCheck(
            f"enters {schema}",
            f"use {names.schema(schema)}",
            f"revoke all on {names.schema(schema)} from role {role}",
        )


def transforming(names: Names) -> Iterator[AllowedCheck | DeniedCheck]:
    """The transformer: reads what the loader made, writes the rest. PROBE stays in REPORTED."""
    role = names.transformer
    yield from everyone(names, role)
    for raw in names.raw:
        for which, table in (("future", PROBE), ("all", "LANDED_FILES")):
            yield AllowedCheck(
                f"reads {raw}.{table}",
                [f"select count(*) from {raw}.{table}"],
                f"grant select on {which} tables in {names.schema(raw)} to role {role}",
            )
        yield DeniedCheck(
            f"writes {raw}.{PROBE}",
            f"insert into {raw}.{PROBE} values (1)",
            f"revoke insert on all tables in {names.schema(raw)} from role {role}",
        )
        yield DeniedCheck(
            f"makes tables in {raw}",
            f"create table {raw}.{PROBE}_OF_DBT (x int)",
            f"revoke create table on {names.schema(raw)} from role {role}",
        )
    yield AllowedCheck(
        "makes schemas",
        [f"create schema if not exists {PROBE}", f"drop schema {PROBE}"],
        f"grant create schema on database {names.database} to role {role}",
    )
    for schema in WRITTEN_BY_DBT:
        probe = f"{schema}.{PROBE}"
        yield AllowedCheck(
            f"makes views and tables in {schema}",
            [
                f"create or replace view {probe}_VIEW as select 1 as one",
                f"drop view {probe}_VIEW",
                f"create or replace temporary table {probe}_BUFFER as select 1 as one",
                f"create or replace table {probe} as select 1 as one",
                *([f"drop table {probe}"] if schema != REPORTED else []),
            ],
            f"grant usage, create table, create view, create temporary table on "
            f"{names.schema(schema)} to role {role}",
        )


def reporting(names: Names) -> Iterator[AllowedCheck | DeniedCheck]:
    """The reporter: reads one schema."""
    role, schema = names.reporter, names.schema(REPORTED)
    yield from everyone(names, role)
    yield AllowedCheck(
        f"reads {REPORTED}.{PROBE}",
        [f"select count(*) from {REPORTED}.{PROBE}"],
        f"grant select on future tables in {schema} to role {role}",
    )
    yield DeniedCheck(
        f"makes tables in {REPORTED}",
        f"create table {REPORTED}.{PROBE}_OF_REPORTER (x int)",
        f"revoke create table on {schema} from role {role}",
    )
    for raw in names.raw:
        yield DeniedCheck(
            f"enters {raw}",
            f"use {names.schema(raw)}",
            f"revoke all on {names.schema(raw)} from role {role}",
        )


def cleaning(names: Names) -> Iterator[tuple[str, str]]:
    """Role and statement, for what the attempts may have left."""
    for raw in names.raw:
        for kind, suffix in (("table", ""), ("stage", "_STAGE"), ("file format", "_FORMAT")):
            yield names.loader, f"drop {kind} if exists {raw}.{PROBE}{suffix}"
        yield names.transformer, f"drop table if exists {raw}.{PROBE}_OF_DBT"
    yield names.transformer, f"drop table if exists {REPORTED}.{PROBE}"
    yield names.reporter, f"drop table if exists {REPORTED}.{PROBE}_OF_REPORTER"
