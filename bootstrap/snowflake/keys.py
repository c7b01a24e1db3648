"""The service user's key pair (https://docs.snowflake.com/en/user-guide/key-pair-auth)."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import settings
from settings.errors import ExpectedError


class KeyFileError(ExpectedError):
    """A key file is there already, or cannot be used; the text says which and why."""


def create(file: Path) -> str:
    """Write a new private key of 2048 bits (PKCS #8, readable by its owner only).

    It is encrypted if SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is set.

    Returns:
        The public key as ALTER USER ... SET RSA_PUBLIC_KEY takes it.

    Raises:
        KeyFileError: the file exists (a key in use is never overwritten) or cannot be written.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = settings.get_optional("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE")
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(secret.encode())
        if secret
        else serialization.NoEncryption()
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(
            f"{file} exists. Name another file, or rotate: docs/operations.md."
        ) from None
    except OSError as error:
        raise KeyFileError(
            f"{file} cannot be written: {error.strerror}. Name a file in a folder that is there."
        ) from None
    with os.fdopen(descriptor, "wb") as out:
        out.write(text)
    return _public(key)


def public_key() -> str:
    """The public half of SNOWFLAKE_PRIVATE_KEY_FILE.

    Raises:
        KeyFileError: no file is set, it is not there, or the passphrase is wrong.
    """
    if not settings.get_optional("SNOWFLAKE_PRIVATE_KEY_FILE"):
        raise KeyFileError(
            "SNOWFLAKE_PRIVATE_KEY_FILE is not set. Make a key pair with "
            "`python -m bootstrap snowflake keys`, and put its path into .env."
        )
    file = settings.path(settings.get("SNOWFLAKE_PRIVATE_KEY_FILE"))
    secret = settings.get_optional("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE")
    try:
        key = serialization.load_pem_private_key(
            file.read_bytes(), secret.encode() if secret else None
        )
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileError(
            f"SNOWFLAKE_PRIVATE_KEY_FILE {file} cannot be read as a private key: {error}. "
            "Make one with `python -m bootstrap snowflake keys`."
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyFileError(f"{file} is not an RSA key, and Snowflake takes no other.")
    return _public(key)


def _public(key: rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()
