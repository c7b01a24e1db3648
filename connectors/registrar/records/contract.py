"""What a record's contract says about its fields, in Connect's words, whatever it is written in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from connectors.registrar.avro import PRIMITIVES

DECIMAL = "org.apache.kafka.connect.data.Decimal"
# As Connect's Avro converters read them, and the strict one, where no `connect.name` says more.
_AVRO_LOGICAL = {
    "decimal": DECIMAL,
    "date": "org.apache.kafka.connect.data.Date",
    "time-millis": "org.apache.kafka.connect.data.Time",
    "timestamp-millis": "org.apache.kafka.connect.data.Timestamp",
    "timestamp-micros": "io.debezium.time.MicroTimestamp",
    "timestamp-nanos": "io.debezium.time.NanoTimestamp",
}


@dataclass(frozen=True)
class Field:
    """A field of a contract.

    Attributes:
        type: Connect's name of it, such as int64.
        logical: the name that Connect gives to what it means, such as that of a time; "" if none.
        default: what it is in a record without it.
    """

    name: str
    type: str
    logical: str = ""
    default: Any = None


def fields_of_content(content: str) -> tuple[Field, ...]:
    """Those of a `schema.content`, in its form (KIP-1054)."""
    return tuple(
        Field(each["field"], each["type"], each.get("name", ""), _written(each.get("default")))
        for each in json.loads(content).get("fields", ())
    )


def fields_of_avro(schema: Any) -> tuple[Field, ...]:
    """Those of an Avro schema of type record."""
    return tuple(_avro_field(each["name"], each["type"]) for each in schema["fields"])


def _avro_field(name: str, declared: Any) -> Field:
    branches = declared if isinstance(declared, list) else [declared]
    others = [branch for branch in branches if branch != "null"]
    found = others[0] if len(others) == 1 else {"type": "union"}
    found = found if isinstance(found, dict) else {"type": found}
    kind = "string" if found["type"] == "enum" else PRIMITIVES.get(str(found["type"]), "other")
    logical = found.get("connect.name") or _AVRO_LOGICAL.get(found.get("logicalType", ""), "")
    return Field(name, kind, logical)


def _written(default: Any) -> Any:
    """A default as a JSON record would have it: a text or null as it is, else as it is written."""
    return default if default is None or isinstance(default, str) else json.dumps(default)
