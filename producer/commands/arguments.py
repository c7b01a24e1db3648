"""What options' texts mean. Each reader raises ValueError or UsageError, which argparse reports."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from producer.errors import UsageError

T = TypeVar("T")


def checked(read: Callable[[str], T], valid: Callable[[T], bool], hint: str) -> Callable[[str], T]:
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


positive = checked(int, lambda n: n > 0, "use a whole number above 0")
not_negative = checked(int, lambda n: n >= 0, "use a whole number, 0 or more")
rate = checked(float, lambda r: 0 <= r < float("inf"), "use messages a second, 0 for no limit")
seconds = checked(float, lambda s: 0.1 <= s <= 86400, "use seconds, from 0.1 to 86400")
share = checked(float, lambda s: 0 <= s <= 1, "use a share from 0 to 1, like 0.05")


def shares(kinds: Iterable[str]) -> Callable[[str], dict[str, float]]:
    """``0.001`` for all kinds together, or ``KIND=0.001,KIND=0.002`` for each of some."""
    names = list(kinds)

    def read(text: str) -> dict[str, float]:
        if "=" not in text:
            return {name: share(text) / len(names) for name in names if share(text)}
        return {name: share(value) for name, value in _pairs(text, names).items()}

    return checked(read, lambda _: True, "use a share from 0 to 1, or KIND=SHARE,KIND=SHARE")


def counts(kinds: Iterable[str]) -> Callable[[str], dict[str, int]]:
    """``2`` of each kind, or ``KIND=2,KIND=1`` of some."""
    names = list(kinds)

    def read(text: str) -> dict[str, int]:
        if "=" not in text:
            return dict.fromkeys(names, not_negative(text))
        return {name: not_negative(value) for name, value in _pairs(text, names).items()}

    return checked(read, lambda _: True, "use a number, or KIND=NUMBER,KIND=NUMBER")


def _pairs(text: str, names: list[str]) -> dict[str, str]:
    pairs = dict(part.split("=", 1) for part in text.split(","))
    if unknown := [name for name in pairs if name not in names]:
        raise UsageError(f"no kind {unknown[0]!r}: use {', '.join(names)}")
    return pairs


def key_values(pairs: list[str]) -> dict[str, str]:
    """``KEY=VALUE`` options as a map.

    Raises:
        UsageError: one is written otherwise.
    """
    split = [pair.partition("=") for pair in pairs]
    if wrong := [key for key, equals, _ in split if not equals or not key]:
        raise UsageError(f"-X {wrong[0]}: write KEY=VALUE")
    return {key: value for key, _, value in split}


def explained(kinds: Mapping[str, str]) -> str:
    """Kinds with what each means, for a --help text."""
    return "\n".join(f"  {name:14} {meaning}" for name, meaning in kinds.items())
