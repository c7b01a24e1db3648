"""The schema that a JsonConverter is given, and the key's fields in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from connectors.registrar.config_values import listed
from connectors.registrar.definition import Definition
from connectors.registrar.findings import Finding

KEY = "value.converter.schema.content"
TYPES = {"int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes"}
NESTED = {"array", "map", "struct"}
VALUE_TO_KEY = ".ValueToKey"


def check_schema_content(definition: Definition) -> Iterator[Finding]:
    """Connect itself accepts any text here; its tasks then fail at their start."""
    content = definition.config.get(KEY)
    if not content:
        return
    try:
        schema = json.loads(content)
    except json.JSONDecodeError as problem:
        yield definition.error(KEY, f"is not JSON: {problem.msg} at character {problem.pos}")
        return
    wrong = [*_wrong(schema, "the schema")]
    for text in wrong:
        yield definition.error(KEY, text)
    if not wrong and schema["type"] == "struct" and not _changes_values(definition):
        yield from _key_fields(definition, {field["field"] for field in schema["fields"]})


def _wrong(schema: Any, what: str) -> Iterator[str]:
    kind = schema.get("type") if isinstance(schema, dict) else schema
    if not isinstance(schema, dict) or not isinstance(kind, str) or kind not in TYPES | NESTED:
        known = ", ".join(sorted(TYPES | NESTED))
        yield f"{what}: {kind!r} is not a Connect type ({known})"
    elif kind == "struct":
        fields = schema.get("fields")
        if not isinstance(fields, list) or not fields:
            yield f'{what}: a struct needs a list of fields ("fields": [...])'
            return
        for field in fields:
            if not isinstance(field, dict) or not isinstance(field.get("field"), str):
                yield f'{what}: a field has no name ("field": ...)'
            else:
                yield from _wrong(field, f"field {field['field']}")


def _changes_values(definition: Definition) -> bool:
    """Whether a transform may give the value other fields than the schema's."""
    return not all(
        kind.endswith(("$Key", VALUE_TO_KEY)) for kind in _transforms(definition).values()
    )


def _key_fields(definition: Definition, fields: set[str]) -> Iterator[Finding]:
    transforms = _transforms(definition).items()
    keys = [f"transforms.{a}.fields" for a, kind in transforms if kind.endswith(VALUE_TO_KEY)]
    if definition.config.get("primary.key.mode") in ("record_key", "record_value"):
        keys.append("primary.key.fields")
    for key in keys:
        for name in listed(definition.config, key):
            if name not in fields:
                known = ", ".join(sorted(fields))
                yield definition.error(key, f"{name} is not in the schema ({known})")


def _transforms(definition: Definition) -> dict[str, str]:
    """Class by alias."""
    config = definition.config
    return {a: config.get(f"transforms.{a}.type", "") for a in listed(config, "transforms")}
