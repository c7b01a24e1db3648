"""The stream that the benches draw: transactions of the users in the committed registrations."""

from __future__ import annotations

import settings
from producer.events import stream
from producer.events.stream import Stream

USERS = settings.ROOT / "data" / "incoming" / "user_registrations_*.csv"


def transactions() -> Stream:
    """From wherever the bench is started."""
    return stream.find("transaction", str(USERS))
