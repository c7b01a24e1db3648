"""Messages that are wrong on purpose: each kind breaks at a different place before Postgres."""

from __future__ import annotations

from producer.contracts.contract import Contract, Field
from producer.errors import UsageError

#: Kind -> what is wrong with it.
KINDS = {
    "invalid-bytes": "not a message in the stream's format",
    "missing-field": "a required field is missing",
    "wrong-type": "a field has a value of another type",
    "nul-byte": "well-formed, with a NUL character in a text, which PostgreSQL refuses",
    "overflow": "well-formed, with a value beyond what PostgreSQL's type holds",
}
GARBAGE = b"\xff\xfe not a message: "
# PostgreSQL's numeric ends at this many digits before the point (documentation, "Numeric Types").
NUMERIC_DIGITS = 131_072


def poison_target(kind: str, contract: Contract, overflows: tuple[str, ...]) -> Field:
    """The field that this kind breaks; never the key, so that the message stays traceable.

    Args:
        overflows: the types that can hold more on the wire than in PostgreSQL.

    Raises:
        UsageError: the contract has no field that can be wrong in that way.
    """
    others = [field for field in contract.fields if field.name != contract.key]
    required = [field for field in others if not field.optional]
    candidates = {
        "invalid-bytes": others,
        "missing-field": required[-1:],
        # Connect's JSON converter turns a wrong type into null or 0 for most types, in silence; it
        # refuses a text for a decimal, and a null where a string is required.
        "wrong-type": _of("decimal", required) + _of("string", required),
        "nul-byte": _of("string", others)[-1:],
        "overflow": [field for each in overflows for field in _of(each, others)],
    }[kind]
    if not candidates:
        raise UsageError(f"poison {kind}: the stream {contract.name} has no field for it")
    return candidates[0]


def _of(kind: str, fields: list[Field]) -> list[Field]:
    return [field for field in fields if field.kind == kind]
