"""What options' texts mean. Each reader raises ValueError or UsageError, which argparse reports."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeVar

from producer.contracts.contract import TOPIC, TOPIC_HINT
from producer.errors import UsageError

T = TypeVar("T")
#: More than any run can send, and few enough for every calculation with them.
MOST = 10**12
MOST_MALFORMED = 10**6


def checked(
    read: Callable[[str], T], valid: Callable[[T], bool] = lambda _: True, hint: str = ""
) -> Callable[[str], T]:
    """An argparse type: ``read`` the text, and refuse what is not ``valid`` with the hint."""

    def convert(text: str) -> T:
        try:
            value = read(text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r}: {hint}") from None
        if not valid(value):
            raise argparse.ArgumentTypeError(f"{text!r}: {hint}")
        return value

    return convert


positive = checked(int, lambda n: 0 < n <= MOST, f"use a whole number above 0, up to {MOST}")
not_negative = checked(int, lambda n: n >= 0, "use a whole number, 0 or more")
rows = checked(int, lambda n: 0 <= n <= MOST, f"use a whole number from 0 to {MOST}")
processes = checked(int, lambda n: 0 < n <= 256, "use a whole number from 1 to 256")
RATE_HINT = "use messages a second, from 0.000001 on, or 0 for no limit"
rate = checked(float, lambda r: r == 0 or 1e-6 <= r < float("inf"), RATE_HINT)
seconds = checked(float, lambda s: 0.1 <= s <= 86400, "use seconds, from 0.1 to 86400")
share = checked(float, lambda s: 0 <= s <= 1, "use a share from 0 to 1, like 0.05")
topic = checked(str, lambda name: bool(TOPIC.fullmatch(name)), f"use {TOPIC_HINT}")


def shares(kinds: Collection[str]) -> Callable[[str], dict[str, float]]:
    """``0.001`` for all kinds together, or ``KIND=0.001,KIND=0.002`` for each of some."""

    def of_all(value: float) -> dict[str, float]:
        return {kind: value / len(kinds) for kind in kinds if value}

    hint = "use a share from 0 to 1, or KIND=SHARE,KIND=SHARE"
    return checked(partial(_by_kind, kinds, share, of_all), hint=hint)


def counts(kinds: Collection[str]) -> Callable[[str], dict[str, int]]:
    """``2`` of each kind, or ``KIND=2,KIND=1`` of some."""
    hint = f"use a number up to {MOST_MALFORMED}, or KIND=NUMBER,KIND=NUMBER"
    count = checked(int, lambda n: 0 <= n <= MOST_MALFORMED, hint)
    return checked(partial(_by_kind, kinds, count, partial(dict.fromkeys, kinds)), hint=hint)


def _by_kind(
    kinds: Collection[str], read: Callable[[str], T], of_all: Callable[[T], dict[str, T]], text: str
) -> dict[str, T]:
    if "=" not in text:
        return of_all(read(text))
    pairs = dict(part.split("=", 1) for part in text.split(","))
    if unknown := [name for name in pairs if name not in kinds]:
        raise UsageError(f"there is no kind {unknown[0]!r}: use {', '.join(kinds)}")
    return {kind: read(value) for kind, value in pairs.items()}


def key_value(text: str) -> tuple[str, str]:
    """``KEY=VALUE`` as a pair.

    Raises:
        UsageError: it is written otherwise.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"{text!r}: use KEY=VALUE")
    return key, value


def explain_kinds(kinds: Mapping[str, str]) -> str:
    """Kinds with what each means, for a --help text."""
    return "\n".join(f"  {name:14} {meaning}" for name, meaning in kinds.items())
