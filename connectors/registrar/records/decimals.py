"""Unscaled bytes to decimals, with all their digits.

Python's decimal arithmetic rounds to the context's precision, 28 digits by default; and fastavro
rounds to the precision that the schema declares, which no producer is forced to keep.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def from_unscaled(unscaled: bytes, scale: int) -> Decimal:
    """Two's-complement, big-endian bytes times ten to the power of -scale.

    Raises:
        ValueError: there are no bytes.
    """
    if not unscaled:
        raise ValueError("Invalid bytes for Decimal field")
    return Decimal(int.from_bytes(unscaled, signed=True)).scaleb(-scale, _EXACT)
