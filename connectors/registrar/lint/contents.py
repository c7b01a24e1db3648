"""The schema that a JsonConverter is given, and the key's fields in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from registrar.definition import Definition
from registrar.lint.finding import Finding, error

KEY = "value.converter.schema.content"
TYPES = {"int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes"}
NESTED = {"array", "map", "struct"}


def check(definition: Definition) -> Iterator[Finding]:
    """Connect itself accepts any text here; its tasks then fail at their start."""
    content = definition.config.get(KEY)
    if not content:
        return
    try:
        schema = json.loads(content)
    except json.JSONDecodeError as problem:
        yield error(definition, KEY, f"is not JSON: {problem.msg} at character {problem.pos}")
        return
    wrong = [*_wrong(schema, "the schema")]
    for text in wrong:
        yield error(definition, KEY, text)
    if not wrong and schema["type"] == "struct":
        yield from _key_fields(definition, {field["field"] for field in schema["fields"]})


def _wrong(schema: Any, what: str) -> Iterator[str]:
    if not isinstance(schema, dict) or schema.get("type") not in TYPES | NESTED:
        kind = schema.get("type") if isinstance(schema, dict) else schema
        yield f"{what}: {kind!r} is no Connect type ({', '.join(sorted(TYPES | NESTED))})"
    elif schema["type"] == "struct":
        for field in schema.get("fields", []):
            if "field" not in field:
                yield f'{what}: a field has no name ("field": ...)'
            else:
                yield from _wrong(field, f"field {field['field']}")


def _key_fields(definition: Definition, fields: set[str]) -> Iterator[Finding]:
    key = "primary.key.fields"
    for name in (n.strip() for n in definition.config.get(key, "").split(",")):
        if name and name not in fields:
            yield error(
                definition, key, f"{name} is not in the schema ({', '.join(sorted(fields))})"
            )
