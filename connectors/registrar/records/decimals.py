"""Unscaled bytes to decimals, with all their digits.

Python's decimal arithmetic rounds to the context's precision, 28 digits by default; and fastavro
rounds to the precision that the schema declares, which no producer is forced to keep.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import lru_cache

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
# Up to here Python's own conversion is quicker; its time grows with the square of the length, and
# a foreign message of 1 MB would take it minutes.
_SHORT_BITS = 2048


def from_unscaled(unscaled: bytes, scale: int) -> Decimal:
    """Two's-complement, big-endian bytes times ten to the power of -scale.

    Raises:
        ValueError: there are no bytes.
    """
    if not unscaled:
        raise ValueError("Invalid bytes for Decimal field")
    whole = _decimal(int.from_bytes(unscaled, signed=True), 8 * len(unscaled))
    return whole.scaleb(-scale, _EXACT)


def _decimal(number: int, bits: int) -> Decimal:
    """By halves: libmpdec multiplies long numbers in nearly linear time."""
    if bits <= _SHORT_BITS:
        return Decimal(number)
    half = bits // 2
    high, low = number >> half, number & ((1 << half) - 1)
    return _EXACT.fma(_decimal(high, bits - half), _power_of_two(half), _decimal(low, half))


@lru_cache(maxsize=64)
def _power_of_two(exponent: int) -> Decimal:
    return _EXACT.power(Decimal(2), exponent)
