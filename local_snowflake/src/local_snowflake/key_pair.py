"""Key-pair sign-in: public keys of users, and the tokens that their private keys have signed.

A token is a JWT, RS256, with iss ACCOUNT.USER.SHA256:FINGERPRINT, sub ACCOUNT.USER and at most an
hour of validity. https://docs.snowflake.com/en/user-guide/key-pair-auth
"""

from __future__ import annotations

import base64
import binascii
import hashlib

import duckdb
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from local_snowflake.catalog import USER_KEYS
from local_snowflake.errors import SnowflakeError

SLOTS = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")
MAX_LIFETIME_SECONDS = 60 * 60
CLOCK_SKEW_SECONDS = 60


def register(con: duckdb.DuckDBPyConnection, user: str, slot: str, text: str) -> None:
    """Store a user's public key: base64 of DER, with or without the dashed lines of a PEM file.

    Raises:
        SnowflakeError: it is not an RSA public key.
    """
    encoded = "".join(line for line in text.split("\n") if not line.startswith("-----"))
    encoded = "".join(encoded.split())
    _public_key(encoded)
    con.execute(f"INSERT OR REPLACE INTO {USER_KEYS} VALUES (?, ?, ?)", [user, slot, encoded])


def forget(con: duckdb.DuckDBPyConnection, user: str, slot: str) -> None:
    """Remove a user's public key."""
    con.execute(f"DELETE FROM {USER_KEYS} WHERE user_name = ? AND slot = ?", [user, slot])


def is_signed_by(con: duckdb.DuckDBPyConnection, token: str, account: str, user: str) -> bool:
    """Whether one of the user's keys signed the token, for this account, and it is still valid."""
    found = con.execute(f"SELECT public_key FROM {USER_KEYS} WHERE user_name = ?", [user.upper()])
    keys = [_public_key(encoded) for (encoded,) in found.fetchall()]
    return any(_verifies(token, key, f"{account.upper()}.{user.upper()}") for key in keys)


def _verifies(token: str, key: RSAPublicKey, subject: str) -> bool:
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=f"{subject}.{fingerprint(key)}",
            subject=subject,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "iat", "iss", "sub"]},
        )
    except jwt.InvalidTokenError:
        return False
    return int(claims["exp"]) - int(claims["iat"]) <= MAX_LIFETIME_SECONDS


def fingerprint(key: RSAPublicKey) -> str:
    """`SHA256:` and the digest of the key's DER, as DESCRIBE USER shows it in an account."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"SHA256:{base64.b64encode(hashlib.sha256(der).digest()).decode()}"


def _public_key(encoded: str) -> RSAPublicKey:
    try:
        key = load_der_public_key(base64.b64decode(encoded, validate=True))
    except (ValueError, UnsupportedAlgorithm, binascii.Error):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise SnowflakeError(
            3542,
            "22023",
            "New public key rejected by current policy. Reason: 'Invalid public key': give the "
            "base64 text of an RSA public key, without the lines that begin with dashes.",
        )
    return key
