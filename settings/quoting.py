"""Text in double quotes."""

from __future__ import annotations

import re


def quoted(text: str) -> str:
    """As redis.conf, curl's --config and Java's JAAS files have it."""
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'
