"""UUIDs from event times and seeded bits.

Libraries cannot make these: Python 3.12 has no uuid7, and uuid-utils takes a timestamp but draws
its random bits from the operating system, so the same seed would give other keys. The layout is
RFC 9562, sections 5.4 and 5.7.
"""

from __future__ import annotations

import numpy as np

from producer.drawing.random_streams import RandomStream

VARIANT = np.uint64(0b10 << 62)
# Where a text of 36 characters has digits: everywhere but at its four hyphens.
DIGITS = [i for i in range(36) if i not in (8, 13, 18, 23)]
LOW_62 = np.uint64((1 << 62) - 1)


def uuid7s(micros: np.ndarray, rng: RandomStream) -> list[str]:
    """Version 7: 48 bits of milliseconds since 1970, then 74 random bits."""
    milliseconds = (np.maximum(micros, 0) // 1000).astype(np.uint64) << np.uint64(16)
    high = milliseconds | np.uint64(0x7000) | rng.bits(len(micros)) >> np.uint64(52)
    return _texts(high, rng.bits(len(micros)))


def uuid4s(count: int, rng: RandomStream) -> list[str]:
    """Version 4: 122 random bits."""
    high = rng.bits(count) & np.uint64(0xFFFF_FFFF_FFFF_0FFF) | np.uint64(0x4000)
    return _texts(high, rng.bits(count))


def _texts(high: np.ndarray, low: np.ndarray) -> list[str]:
    words = np.stack([high, low & LOW_62 | VARIANT], axis=1).astype(">u8")
    digits = np.frombuffer(words.tobytes().hex().encode(), np.uint8).reshape(-1, 32)
    text = np.full((len(high), 36), ord("-"), np.uint8)
    text[:, DIGITS] = digits
    joined = text.tobytes().decode()
    return [joined[i : i + 36] for i in range(0, len(joined), 36)]
