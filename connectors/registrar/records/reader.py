"""From a connector's configuration to a function that reads the values of its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from connectors.registrar.config_values import resolve_placeholders
from connectors.registrar.records.avro import AvroReader, is_framed
from connectors.registrar.records.contract import Field, fields_of_content
from connectors.registrar.records.errors import UnreadableError, UnsupportedError

STRICT_JSON = "pipeline.connect.StrictJsonConverter"
STRICT_AVRO = "pipeline.connect.StrictAvroConverter"
JSON = "org.apache.kafka.connect.json.JsonConverter"
APICURIO = "io.apicurio.registry.utils.converter.AvroConverter"
CONFLUENT = "io.confluent.connect.avro.AvroConverter"


class Reader(Protocol):
    """Reads the records of one connector."""

    def read(self, message: bytes) -> dict[str, Any]:
        """The values of a message, JSON numbers with all their digits.

        Raises:
            UnreadableError: it is not such a record.
        """

    def contract(self, message: bytes) -> tuple[Field, ...]:
        """What the fields of this message mean; the same object for the same contract.

        Raises:
            UnreadableError: the message names a contract that is not known.
        """

    def is_foreign(self, message: bytes) -> bool:
        """Whether a message that cannot be read looks as if it were in another format."""


def record_reader(config: Mapping[str, str]) -> Reader:
    """A reader of a connector's records.

    Raises:
        UnsupportedError: the converter is not understood here.
    """
    converter = config.get("value.converter", "")
    if converter in (STRICT_JSON, JSON):
        content = config.get("value.converter.schema.content")
        if not content:
            raise UnsupportedError(f"{converter} without schema.content is not understood here")
        try:
            return JsonReader(fields_of_content(content))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnsupportedError("value.converter.schema.content is not a schema") from None
    if converter in (STRICT_AVRO, CONFLUENT):
        urls = resolve_placeholders(config.get("value.converter.schema.registry.url", ""))
        user = resolve_placeholders(config.get("value.converter.basic.auth.user.info", ""))
        return AvroReader(urls.split(",")[0], user)
    raise UnsupportedError(f"value.converter {converter or '(the default)'} is not understood here")


_ANY_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class JsonReader:
    """Reads JSON objects.

    Args:
        contract: the fields that a record may have.
    """

    def __init__(self, contract: tuple[Field, ...]) -> None:
        self._contract = contract
        self._names = tuple(field.name for field in contract)
        kinds = {field.name: field.type for field in contract}
        self._others = [n for n, name in enumerate(self._names) if kinds.get(name) != "string"]
        self._decoder = self._make_decoder()

    def _make_decoder(self) -> msgspec.json.Decoder[msgspec.Struct]:
        """Of an object with these fields, of which texts are decoded and others kept as written."""
        others, text = msgspec.Raw | UnsetType, str | None | UnsetType
        fields: list[tuple[str, Any, Any]] = [
            (f"f{n}", others if n in self._others else text, UNSET) for n in range(len(self._names))
        ]
        rename = {f"f{n}": name for n, name in enumerate(self._names)}
        return msgspec.json.Decoder(msgspec.defstruct("Row", fields, rename=rename, gc=False))

    def read(self, message: bytes) -> dict[str, Any]:
        """The values of a message, numbers as they are written.

        Raises:
            UnreadableError: it is not a JSON object.
        """
        try:
            values = list(msgspec.structs.astuple(self._decoder.decode(message)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._read_any(message)
        for n in self._others:
            values[n] = _plain(values[n]) if values[n] is not UNSET else UNSET
        row = dict(zip(self._names, values, strict=True))
        if UNSET in values:
            return {name: value for name, value in row.items() if value is not UNSET}
        return row

    def _read_any(self, message: bytes) -> dict[str, Any]:
        """The same where a field has a value of another type than its contract says."""
        try:
            found = _ANY_FIELDS.decode(message)
            return {name: _plain(found[name]) for name in self._names if name in found}
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableError(str(error)) from None

    def contract(self, message: bytes) -> tuple[Field, ...]:  # noqa: ARG002
        """That of the connector, for every message."""
        return self._contract

    def is_foreign(self, message: bytes) -> bool:
        """Whether a message is of another format than this reader's: framed Avro."""
        return is_framed(message)


def _plain(raw: msgspec.Raw) -> Any:
    """A text or null as it is; anything else as it is written, which keeps a number's digits."""
    written = bytes(raw)
    return msgspec.json.decode(written) if written[:1] in b'"n' else written.decode()
