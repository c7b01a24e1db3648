"""From a connector's configuration to a function that reads its records as rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import Message

from connectors.registrar.config_values import listed, resolve_placeholders
from connectors.registrar.records import from_json
from connectors.registrar.records.binding import Bind, binder
from connectors.registrar.records.errors import RecordError, UnsupportedError
from connectors.registrar.records.from_avro import Registry
from connectors.registrar.records.from_json import Schema

JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter"
APICURIO_CONVERTER = "io.apicurio.registry.utils.converter.AvroConverter"
CONFLUENT_CONVERTER = "io.confluent.connect.avro.AvroConverter"
VALUE_TO_KEY = "org.apache.kafka.connect.transforms.ValueToKey"

Decode = Callable[[bytes], tuple[Schema, dict[str, Any]]]


class RowReader:
    """Reads records as the sink of this configuration does.

    Raises:
        UnsupportedError: the configuration has something that is not understood here.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self.converter = config.get("value.converter", "")
        self.key = listed(config, "primary.key.fields")
        self._decode = _decoder(config, self.converter)
        self._transform = _transform(config)
        self._binders: dict[int, dict[str, Bind]] = {}

    def values(self, message: Message) -> dict[str, Any]:
        """Connect values by field.

        Raises:
            RecordError: Connect would send the record to the dead-letter topic.
        """
        return self._read(message)[1]

    def row(self, message: Message) -> dict[str, Any]:
        """Parameters of the INSERT by field.

        Raises:
            RecordError: Connect would send the record to the dead-letter topic.
            ValueError: the sink cannot bind a value; its task would stop.
        """
        schema, values = self._read(message)
        binders = self._binders.get(id(schema))
        if binders is None:
            binders = {field["field"]: binder(field) for field in schema["fields"]}
            self._binders[id(schema)] = binders
        return {
            name: None if values[name] is None else bind(values[name])
            for name, bind in binders.items()
        }

    def _read(self, message: Message) -> tuple[Schema, dict[str, Any]]:
        value = message.value()
        if value is None:
            reason = "a tombstone has no value"
            if self._transform:
                reason = "Only Map objects supported in absence of schema, found: null"
            raise RecordError("TRANSFORMATION", self._transform or self.converter, reason)
        try:
            return self._decode(value)
        except ValueError as error:
            raise RecordError("VALUE_CONVERTER", self.converter, str(error)) from None


def _transform(config: Mapping[str, str]) -> str:
    """Class of the one transform that is understood: the key taken from the value."""
    aliases = listed(config, "transforms")
    for alias in aliases:
        kind = config.get(f"transforms.{alias}.type", "")
        if kind != VALUE_TO_KEY:
            raise UnsupportedError(f"transform {alias} ({kind}) is not understood here")
    mode = config.get("primary.key.mode", "none")
    if mode != "record_value" and not (mode == "record_key" and aliases):
        raise UnsupportedError(f"primary.key.mode {mode} is not understood here")
    return VALUE_TO_KEY if aliases else ""


def _decoder(config: Mapping[str, str], converter: str) -> Decode:
    if converter == JSON_CONVERTER:
        return _json_decoder(config)
    if converter == APICURIO_CONVERTER:
        base = resolve_placeholders(config.get("value.converter.apicurio.registry.url", ""))
        by_content = config.get("value.converter.apicurio.registry.use-id") == "contentId"
        kind = "contentIds" if by_content else "globalIds"
        return Registry(f"{base.rstrip('/')}/ids/{kind}/{{id}}", str).read
    if converter == CONFLUENT_CONVERTER:
        urls = resolve_placeholders(config.get("value.converter.schema.registry.url", ""))
        base = urls.split(",")[0]
        return Registry(f"{base.rstrip('/')}/schemas/ids/{{id}}", _schema_text).read
    raise UnsupportedError(f"value.converter {converter or '(the default)'} is not understood here")


def _schema_text(body: str) -> str:
    return str(json.loads(body)["schema"])


def _json_decoder(config: Mapping[str, str]) -> Decode:
    content = config.get("value.converter.schema.content", "")
    if not content:
        raise UnsupportedError("JsonConverter without schema.content is not understood here")
    try:
        schema = json.loads(content)
    except ValueError:
        raise UnsupportedError("schema.content is not JSON") from None
    return lambda value: (schema, from_json.convert(schema, from_json.parse(value)))
