"""The formats in which messages travel."""

from __future__ import annotations

from typing import Protocol

from producer.contracts.contract import Contract
from producer.contracts.json_format import JsonWire
from producer.contracts.message import Encode, Row
from producer.errors import UsageError

FORMATS = ("json", "avro")


class Wire(Protocol):
    """Writes rows (values in the contract's order) of one contract.

    Attributes:
        encode: checks rows and makes their messages.
        overflows: the types of which the format can write values beyond PostgreSQL's.
    """

    encode: Encode
    overflows: tuple[str, ...]

    def poison(self, kind: str, row: Row) -> bytes:
        """Bytes made from a good row that the sink cannot take, in the way ``kind`` says."""


def wire_format(name: str, contract: Contract, topic: str, registry_url: str) -> Wire:
    """The format called ``json`` or ``avro``.

    Raises:
        UsageError: another name.
        ProducerError: the registry cannot be reached or refuses the contract.
    """
    if name == "json":
        return JsonWire(contract)
    if name == "avro":
        # Only Avro needs the registry's client, which takes a third of a second to import.
        from producer.contracts import avro_format, registry

        schema_id = registry.register_contract(registry_url, topic, contract)
        return avro_format.AvroWire(contract, schema_id)
    raise UsageError(f"STREAM_FORMAT={name!r}: use {' or '.join(FORMATS)}")
