"""What goes in and out of the encoders."""

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
Careful = Callable[[Row], bytes]


def one_by_one(careful: Careful, key: int) -> Callable[[Row], Message | RefusedError]:
    """What an encoder of blocks does with a row that is not a usual one."""

    def encode(row: Row) -> Message | RefusedError:
        try:
            value = careful(row)
        except RefusedError as reason:
            return reason
        return row[key].encode(), value

    return encode
