"""Unknown and missing keys, and values of the wrong kind."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from connectors.registrar.config_values import has_placeholder, listed
from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.findings import Finding
from connectors.registrar.lint.listing import Listing, Listings
from connectors.registrar.lint.parts import CHAINED, Part, parts
from connectors.registrar.secrets import PLAIN_SECRET

WHOLE = {"INT": 31, "LONG": 63, "SHORT": 15}


def check_keys(definition: Definition, listings: Listings) -> Iterator[Finding]:
    """Every key against the listing of the plugin that reads it."""
    if "connector.class" not in definition.config:
        yield definition.error("connector.class", "is not set: Connect needs the plugin's class")
        return
    for part in parts(definition.config):
        try:
            yield from _part(definition, part, listings.of(part))
        except RegistrarError as problem:
            yield definition.error(_class_key(part), str(problem))


def _class_key(part: Part) -> str:
    if not part.prefix:
        return "connector.class"
    chained = part.prefix.startswith(tuple(CHAINED))
    return f"{part.prefix}type" if chained else part.prefix.rstrip(".")


def _part(definition: Definition, part: Part, listing: Listing | None) -> Iterator[Finding]:
    if listing is None:
        for key in part.keys:
            yield definition.error(
                part.prefix + key, f"set, but {_class_key(part)} is not: nothing reads it"
            )
        return
    for key in part.keys:
        name = part.prefix + key
        kind = listing.keys.get(key) or part.extra.get(key, "")
        if not kind and not listing.knows(key):
            yield definition.error(name, _unknown(definition, part, listing, key))
            continue
        problem = _value(key, kind, definition.config[name], listing)
        if problem:
            yield definition.error(name, problem)
    for key in listing.required:
        if key not in part.keys:
            yield definition.error(part.prefix + key, "is required, and not set")


def _unknown(definition: Definition, part: Part, listing: Listing, key: str) -> str:
    section = key.partition(".")[0]
    if not part.prefix and section in CHAINED:
        known = ", ".join(listed(definition.config, section)) or "none"
        return f"no such name in {section} (listed there: {known})"
    near = difflib.get_close_matches(key, [*listing.keys, *part.extra], n=1, cutoff=0.6)
    hint = f": did you mean {part.prefix}{near[0]}?" if near else ""
    return f"unknown setting of {part.owner.rpartition('.')[2] or part.owner}{hint}"


def _value(key: str, kind: str, value: str, listing: Listing) -> str:
    """What is wrong with a value; empty if nothing is. A placeholder is the worker's to judge."""
    if has_placeholder(value):
        return ""
    if kind == "PASSWORD" and value:
        return PLAIN_SECRET
    allowed = listing.values.get(key)
    if allowed and not any(fnmatchcase(value.lower(), word) for word in allowed):
        near = difflib.get_close_matches(value.lower(), allowed, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        return f"{value!r} is not one of {', '.join(allowed)}{hint}"
    if kind == "BOOLEAN" and value.lower() not in ("true", "false"):
        return f"{value!r} is not true or false"
    if kind in WHOLE:
        return _whole(key, value, WHOLE[kind], listing)
    if kind == "DOUBLE" and not re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        return f"{value!r} is not a number"
    return ""


def _whole(key: str, value: str, bits: int, listing: Listing) -> str:
    if not re.fullmatch(r"[+-]?\d{1,40}", value):
        return f"{value!r} is not a whole number"
    low, high = listing.ranges.get(key, (None, None))
    least = -(2**bits) if low is None else low
    greatest = 2**bits - 1 if high is None else high
    if not least <= int(value) <= greatest:
        return f"{value} is out of range: {least} to {greatest}"
    return ""
