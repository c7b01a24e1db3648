"""The one source of settings: environment variables, with .env and .env.example behind them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import StringIO
from ipaddress import ip_address
from pathlib import Path

from dotenv import dotenv_values

from settings.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = Path(os.environ.get("PIPELINE_ENV_FILE") or ROOT / ".env").expanduser().absolute()
EXAMPLE_FILE = ROOT / ".env.example"
#: Settings that name a file: made absolute once, because tools read them in other folders.
FILES = (
    "SNOWFLAKE_PRIVATE_KEY_FILE",
    "SNOWFLAKE_PUBLIC_KEY_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS",
)

_SECRET_NAME = re.compile(
    r"_(PASSWORD|SECRET|FERNET_KEY|ACCESS_KEY|ACCOUNT_KEY|TOKEN|PASSPHRASE|WEBHOOK_URL)$"
)


def load_env() -> None:
    """Fill os.environ with what .env says, then with .env.example's defaults.

    A variable that is already set and not empty wins, so a shell or a container can override any
    setting. Both files are read as one, because values refer to each other as ${NAME}.
    """
    lines = [f.read_text() for f in (EXAMPLE_FILE, ENV_FILE) if f.exists()]
    # Later lines win inside the text, so .env overrides the example's defaults.
    merged = dotenv_values(stream=StringIO("\n".join(lines)), interpolate=False)
    from_file = [name for name, value in merged.items() if value and not os.environ.get(name)]
    for name in from_file:
        os.environ[name] = merged[name] or ""
    for name in from_file:
        os.environ[name] = re.sub(
            r"\$\{(\w+)\}", lambda m: os.environ.get(m[1], ""), os.environ[name]
        )
    for name in FILES:
        if value := os.environ.get(name):
            os.environ[name] = str(path(value))
    # dbt would read .env again, by rules of its own: what is empty there would be set and empty, as
    # AWS's region, and each process would have every secret.
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"


def get(name: str) -> str:
    """The value of a setting.

    Raises:
        SettingError: it is empty or unknown.
    """
    value = os.environ.get(name, "")
    if not value:
        raise SettingError(
            f"{name} is not set. `make up` writes .env with a value for it; "
            f".env.example says what it is for."
        )
    return value


def get_optional(name: str) -> str | None:
    """The value of a setting; None when it is unset or empty."""
    return os.environ.get(name) or None


def get_choice(name: str, allowed: Sequence[str]) -> str:
    """A setting that takes one of a few words.

    Raises:
        SettingError: it is none of them.
    """
    value = get(name)
    if value not in allowed:
        raise SettingError(f"{name}={value!r} is not known: use {' or '.join(allowed)}.")
    return value


def get_or_default(name: str, env: Mapping[str, str] | None = None) -> str:
    """The value of a setting, or its default when it is unset or empty.

    Args:
        env: other variables than those of this process.
    """
    return (os.environ if env is None else env).get(name) or default(name)


def default(name: str) -> str:
    """What .env.example sets a setting to; empty when it sets nothing."""
    return _defaults().get(name) or ""


@cache
def _defaults() -> dict[str, str | None]:
    return dotenv_values(EXAMPLE_FILE, interpolate=False)


def secret_names() -> list[str]:
    """The settings that are secrets, and SNOWFLAKE_ADMIN_PASSWORD, which no file has."""
    return [*filter(_SECRET_NAME.search, _defaults()), "SNOWFLAKE_ADMIN_PASSWORD"]


def without_secrets(needed: Sequence[str] = ()) -> dict[str, str]:
    """This process's variables for another one, without the secrets that it does not need.

    Args:
        needed: secrets that it gets.
    """
    hidden = set(secret_names()) - set(needed)
    return {name: value for name, value in os.environ.items() if name not in hidden}


def only_in_environment() -> list[str]:
    """The secrets that a process could not read from .env, or only with another value."""
    text = ENV_FILE.read_text() if ENV_FILE.exists() else ""
    filed = dotenv_values(stream=StringIO(text), interpolate=False)
    return [name for name in secret_names() if os.environ.get(name) != filed.get(name)]


def variables() -> Mapping[str, str]:
    """All variables that are set, for code that may be given others instead."""
    return os.environ


def port(name: str, env: Mapping[str, str] | None = None) -> int:
    """A setting that is a TCP port.

    Args:
        env: other variables than those of this process; what they do not set has its default.

    Raises:
        SettingError: it is not a whole number from 1 to 65535.
    """
    value = get(name) if env is None else get_or_default(name, env)
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        raise SettingError(f"{name}={value!r} is not a port: use a number from 1 to 65535.")
    return int(value)


def port_names() -> list[str]:
    """The settings that are ports of the stack."""
    return [name for name in _defaults() if name.endswith("_PORT")]


def folder(name: str) -> Path:
    """A setting that is a folder, as an absolute path; it need not exist."""
    return path(get(name))


def path(text: str) -> Path:
    """A path in a setting: `~` is the home folder, a relative one starts at the project's root."""
    return ROOT / Path(text).expanduser()


def is_here(host: str) -> bool:
    """Whether a host, as a URL or an address has it, is this machine."""
    with suppress(ValueError):
        return ip_address(host.strip("[]")).is_loopback
    return host == "localhost"


def stream_format() -> str:
    """How messages are written: `json`, or `avro` with a Schema Registry.

    Raises:
        SettingError: STREAM_FORMAT is neither.
    """
    return get_choice("STREAM_FORMAT", ("json", "avro"))


def snowflake_is_local() -> bool:
    """Whether SNOWFLAKE_ACCOUNT means the server in local_snowflake/, and not an account."""
    return get_optional("SNOWFLAKE_ACCOUNT") in (None, "local")
