"""What goes in and out of the encoders, and how the two encoders of a format work together.

A format has a checked encoder, which sends each value through `checks` and says why one is refused,
and a block encoder, which takes rows by column, knows the usual shape of each type only and raises
one of UNUSUAL for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from producer.errors import RefusedError

#: Values in the contract's order.
Row = tuple[Any, ...]
#: Key and value, ready for Kafka; a tombstone has no value.
Message = tuple[bytes, bytes | None]
#: Of each row its message, or why it is refused.
Encode = Callable[[Sequence[Row]], list[Message | RefusedError]]
#: The value of any row; raises RefusedError, naming field and reason.
EncodeChecked = Callable[[Row], bytes]
#: What a block encoder raises for a value that is not of its type's usual shape.
UNUSUAL = (TypeError, ValueError, IndexError, AttributeError, ArithmeticError)


def encoder(block: Encode, checked: EncodeChecked, key: int) -> Encode:
    """An encoder of any rows: by block, and the rows that are not usual ones by themselves.

    Args:
        block: encodes rows that are all usual, and raises one of UNUSUAL if one is not.
        checked: the value of any row; raises RefusedError, naming field and reason.
        key: the place of the message's key in a row.
    """

    def encode(rows: Sequence[Row]) -> list[Message | RefusedError]:
        try:
            return block(rows)
        except UNUSUAL:
            if len(rows) > 1:
                half = len(rows) // 2
                return encode(rows[:half]) + encode(rows[half:])
        return [encode_row(row) for row in rows]

    def encode_row(row: Row) -> Message | RefusedError:
        try:
            value = checked(row)
        except RefusedError as reason:
            return reason
        return row[key].encode(), value

    return encode
