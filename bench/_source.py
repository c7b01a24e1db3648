"""The stream that the benches draw: transactions of the users in the committed registrations."""

from __future__ import annotations

from functools import partial

import settings
from producer.events.stream import Stream, find_stream
from producer.users import read_registrations

USERS = settings.ROOT / "data" / "incoming" / "user_registrations_*.csv"


def transactions() -> Stream:
    """The transaction stream, whatever INCOMING_DIR is."""
    return find_stream("transaction", partial(read_registrations, str(USERS)))
