"""Key-pair sign-in, as service users of a real account do it.

https://docs.snowflake.com/en/user-guide/key-pair-auth
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from account import USER, Database, LocalServer, run_until_exit
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

OTHER_USER = "KEY_PAIR_USER"


class KeyPair:
    """A new RSA key: its public half as SQL takes it, its private half as a file."""

    def __init__(self, folder: Path, passphrase: str | None = None) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.file = folder / f"{id(self)}.p8"
        cipher = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        self.file.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, cipher))

    @property
    def public_pem(self) -> str:
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def public_text(self) -> str:
        return "".join(self.public_pem.splitlines()[1:-1])


@pytest.fixture
def keys(local: LocalServer | None, tmp_path: Path) -> KeyPair:
    if local is None:
        pytest.skip("would change users of the account")
    return KeyPair(tmp_path)


def sign_in(local: LocalServer, keys: KeyPair, user: str = OTHER_USER) -> SnowflakeConnection:
    return local.connect(user=user, password=None, private_key_file=str(keys.file))


def test_the_private_key_of_a_registered_public_key_signs_in(
    local: LocalServer, db: Database, keys: KeyPair
) -> None:
    db(f"ALTER USER {OTHER_USER} SET RSA_PUBLIC_KEY = '{keys.public_text}'")
    with sign_in(local, keys) as connection:
        assert Database(connection, keys.file).value("SELECT CURRENT_USER()") == OTHER_USER


def test_another_key_is_refused_at_once(
    local: LocalServer, db: Database, keys: KeyPair, tmp_path: Path
) -> None:
    db(f"ALTER USER {OTHER_USER} SET RSA_PUBLIC_KEY = '{keys.public_text}'")
    started = time.monotonic()
    with pytest.raises(Error, match=r"390144.*JWT token is invalid"):
        sign_in(local, KeyPair(tmp_path))
    with pytest.raises(Error, match="390144"):
        sign_in(local, keys, user=USER)  # a key of another user
    assert time.monotonic() - started < 10


def test_keys_rotate_by_the_second_slot(
    local: LocalServer, db: Database, keys: KeyPair, tmp_path: Path
) -> None:
    """https://docs.snowflake.com/en/user-guide/key-pair-auth#configuring-key-pair-rotation"""
    new = KeyPair(tmp_path)
    db(f"ALTER USER {OTHER_USER} SET RSA_PUBLIC_KEY = '{keys.public_text}'")
    db(f"ALTER USER {OTHER_USER} SET RSA_PUBLIC_KEY_2 = '{new.public_text}'")
    sign_in(local, keys).close()
    sign_in(local, new).close()
    db(f"ALTER USER {OTHER_USER} UNSET RSA_PUBLIC_KEY")
    sign_in(local, new).close()
    with pytest.raises(Error, match="390144"):
        sign_in(local, keys)


def test_only_the_servers_own_user_changes_the_keys_of_others(
    local: LocalServer, db: Database, keys: KeyPair, tmp_path: Path
) -> None:
    db(f"ALTER USER {OTHER_USER} SET RSA_PUBLIC_KEY = '{keys.public_text}'")
    with sign_in(local, keys) as connection:
        other = Database(connection, tmp_path)
        error = other.error(f"ALTER USER {USER} SET RSA_PUBLIC_KEY = '{keys.public_text}'")
        assert (error.errno, "access control" in str(error)) == (3001, True)
        other(f"ALTER USER {OTHER_USER} SET RSA_PUBLIC_KEY_2 = '{keys.public_text}'")


def test_a_key_that_is_not_rsa_is_refused(db: Database, keys: KeyPair) -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for text in ("not a key", "".join(der.splitlines()[1:-1])):
        error = db.error(f"ALTER USER {OTHER_USER} SET RSA_PUBLIC_KEY = '{text}'")
        assert "Invalid public key" in str(error)


def test_the_key_of_the_environment_signs_the_user_in(tmp_path: Path, keys: KeyPair) -> None:
    protected = KeyPair(tmp_path, passphrase="secret words")
    public = tmp_path / "public.pem"
    public.write_text(protected.public_pem)
    server = LocalServer(tmp_path / "data", env={"SNOWFLAKE_PUBLIC_KEY_FILE": str(public)})
    server.start()
    try:
        key = {"private_key_file": str(protected.file), "private_key_file_pwd": "secret words"}
        with server.connect(password=None, **key) as connection:
            assert Database(connection, tmp_path).value("SELECT CURRENT_USER()") == USER
        with pytest.raises(Error, match="390144"):
            sign_in(server, keys, user=USER)
    finally:
        server.stop()


@pytest.mark.parametrize("content", [None, b"not a key", b"\xff\xfe"])
def test_a_public_key_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "public.pem"
    if content is not None:
        file.write_bytes(content)
    options = ("--port", "0", "--data", str(tmp_path / "data"))
    started = run_until_exit(*options, env={"SNOWFLAKE_PUBLIC_KEY_FILE": str(file)})
    assert started.returncode == 1
    assert f"error: SNOWFLAKE_PUBLIC_KEY_FILE={file} cannot be used" in started.stderr
    assert "Traceback" not in started.stderr
