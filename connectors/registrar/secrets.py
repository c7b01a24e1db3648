"""What must not be in a file, a plan or any other output, and how it is recognized."""

from __future__ import annotations

import re

MASK = "********"
PLAIN_SECRET = "a secret in plain text: use what the worker fills in, such as ${env:NAME}"

# For settings of plugins whose listing is not at hand, or that are not declared as passwords.
_KEY = re.compile(
    r"password|passphrase|(^|[._-])pwd|secret|credential(?!s?\.(source|provider))"
    r"|token(?!\.endpoint)|jaas|private|\bapi\.?key|user\.info|keystore\.key",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?i)((?:password|passwd|pwd|passphrase|secret|token|api_?key)=)[^&;\s]+|(://[^/@:]*:)[^@/]+(?=@)"
)
_PEM = "PRIVATE KEY-----"
# ${env:X} and the like are references, not secrets.
_REFERENCE = re.compile(r"(\$\{[^}]*\})?")
_REFERENCED = re.compile(r"\$\{(?:[^}]*:)?([^}:]*)\}")
# In a JAAS line, which has more than the secret.
_ASSIGNED = re.compile(r"(?i)password\s*=\s*\"?([^\";\s]*)")


def is_secret(key: str) -> bool:
    """Whether a setting's name says that its value is a secret."""
    return bool(_KEY.search(key))


def has_plain_secret(key: str, value: str) -> bool:
    """Whether any of a secret setting's value is written out, and not a reference."""
    parts = _ASSIGNED.findall(value) if "jaas" in key.lower() else [value]
    return not all(_REFERENCE.fullmatch(part.strip()) for part in parts or [value])


def shown_secret(key: str, value: str) -> str | None:
    """The secret that another kind of setting refers to: workers print its value in errors."""
    if is_secret(key) or _URL.search(value):
        return None
    return next(filter(is_secret, _REFERENCED.findall(value)), None)


def is_secret_in_url(value: str) -> bool:
    """Whether a URL holds a secret in plain text."""
    return any(
        not _REFERENCE.fullmatch(found[0].partition("=")[2]) for found in _URL.finditer(value)
    )


def masked(key: str, value: str, secret: bool = False) -> str:
    """A value without its secrets; `secret` if the setting is known to be one."""
    if _REFERENCE.fullmatch(value):
        return value
    if secret or is_secret(key) or _PEM in value:
        return MASK
    return _URL.sub(rf"\1\2{MASK}", value)
