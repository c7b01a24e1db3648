"""From a connector's configuration to a function that reads the values of its records."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from connectors.registrar.config_values import resolve_placeholders
from connectors.registrar.records.avro import AvroReader
from connectors.registrar.records.errors import UnreadableError, UnsupportedError

STRICT_JSON = "pipeline.connect.StrictJsonConverter"
STRICT_AVRO = "pipeline.connect.StrictAvroConverter"
JSON = "org.apache.kafka.connect.json.JsonConverter"
APICURIO = "io.apicurio.registry.utils.converter.AvroConverter"
CONFLUENT = "io.confluent.connect.avro.AvroConverter"

#: Reads a record's value: fields with what they hold, JSON numbers with all their digits.
Read = Callable[[bytes], dict[str, Any]]


def value_reader(config: Mapping[str, str], fields: Sequence[str]) -> Read:
    """A function that reads values; it raises UnreadableError for what is not such a record.

    Args:
        fields: those that are needed of a JSON record: each costs as much as all the rest.

    Raises:
        UnsupportedError: the converter is not understood here.
    """
    converter = config.get("value.converter", "")
    if converter in (STRICT_JSON, JSON):
        if not config.get("value.converter.schema.content"):
            raise UnsupportedError(f"{converter} without schema.content is not understood here")
        return partial(_read_json, fields)
    if converter == APICURIO:
        base = resolve_placeholders(config.get("value.converter.apicurio.registry.url", ""))
        by_content = config.get("value.converter.apicurio.registry.use-id") == "contentId"
        kind = "contentIds" if by_content else "globalIds"
        return AvroReader(f"{base.rstrip('/')}/ids/{kind}/{{id}}", str).read
    if converter in (STRICT_AVRO, CONFLUENT):
        urls = resolve_placeholders(config.get("value.converter.schema.registry.url", ""))
        base = urls.split(",")[0]
        user = resolve_placeholders(config.get("value.converter.basic.auth.user.info", ""))
        return AvroReader(f"{base.rstrip('/')}/schemas/ids/{{id}}", _schema_text, user).read
    raise UnsupportedError(f"value.converter {converter or '(the default)'} is not understood here")


_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _read_json(fields: Sequence[str], value: bytes) -> dict[str, Any]:
    try:
        found = _FIELDS.decode(value)
        return {name: _plain(found[name]) for name in fields if name in found}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(str(error)) from None


def _plain(raw: msgspec.Raw) -> Any:
    """A text or null as it is; anything else as it is written, which keeps a number's digits."""
    written = bytes(raw)
    return msgspec.json.decode(written) if written[:1] in b'"n' else written.decode()


def _schema_text(body: str) -> str:
    return str(json.loads(body)["schema"])
