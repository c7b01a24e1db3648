"""`local-snowflake`, or `python -m local_snowflake`: run the server in the foreground."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import re
import signal
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from local_snowflake import patches
from local_snowflake.folder import DataFolder, FolderError

if TYPE_CHECKING:
    from local_snowflake.storage import Storage

EPILOG = """\
examples:
  local-snowflake --port 8085 --data .state/snowflake
  SNOWFLAKE_USER=me SNOWFLAKE_PASSWORD=secret local-snowflake --data /tmp/snowflake

Clients connect with account "local", host, port and protocol http. User and password are those in
SNOWFLAKE_USER and SNOWFLAKE_PASSWORD; SNOWFLAKE_TOKEN is accepted instead of the password, as an
account accepts an access token. With an empty password everybody may sign in, and the server
listens on loopback only. With a key pair they sign in when the public key is in the file
SNOWFLAKE_PUBLIC_KEY_FILE, or was given by ALTER USER name SET RSA_PUBLIC_KEY = '...'.
GET /health answers 200 when the server is ready. SIGTERM stops it cleanly.

exit codes: 0 stopped by SIGTERM, 1 the port, the folder or the key file cannot be used, 2 usage,
130 stopped by Ctrl-C
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    options = argparse.ArgumentParser(
        prog="local-snowflake",
        description="A local server that speaks Snowflake's protocol, with its data on disk.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    options.add_argument("--port", type=_port, default=8085, help="port (%(default)s)")
    options.add_argument("--data", type=Path, required=True, help="folder for databases and stages")
    options.add_argument(
        "--database",
        type=_database,
        default="PIPELINE",
        help="database to create when missing (%(default)s)",
    )
    options.add_argument(
        "--memory", default="1GB", help="memory for queries; more goes to disk (%(default)s)"
    )
    options.add_argument("--version", action="version", version=_versions())
    return options


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: use 0 to 65535")
    return int(text)


def _database(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", text, re.A):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name: use letters, digits and _")
    return text.upper()


def _versions() -> str:
    try:
        own = version("local-snowflake")
    except PackageNotFoundError:  # run from its sources, as in an image
        own = "(not installed)"
    return f"local-snowflake {own} (fakesnow {version('fakesnow')}, duckdb {version('duckdb')})"


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    options = parser().parse_args(arguments)
    # uvicorn stops at SIGTERM and then raises it again, which must not kill the process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _serve(options)
    except KeyboardInterrupt:
        return 130
    return 0


def _serve(options: argparse.Namespace) -> None:
    # A port or folder in use is known at once, before the imports that take seconds.
    listener = _listen(options.host, options.port)
    try:
        folder = DataFolder(options.data.resolve())
    except FolderError as error:
        sys.exit(f"error: {error}")
    patches.apply()
    import duckdb
    import uvicorn

    from local_snowflake.clients import TrackedProtocol
    from local_snowflake.server import Server
    from local_snowflake.sign_in import Credentials
    from local_snowflake.storage import Storage

    # sqlglot warns of each statement that it leaves to this server.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    credentials = Credentials(
        *(os.environ.get(f"SNOWFLAKE_{part}", "") for part in ("USER", "PASSWORD", "TOKEN"))
    )
    if not credentials.password and not _is_loopback(options.host):
        sys.exit(f"error: set SNOWFLAKE_PASSWORD: without it anybody on {options.host} signs in")
    try:
        storage = Storage(folder, options.memory, credentials.user)
        storage.create_database(options.database)
    except duckdb.Error as error:
        sys.exit(f"error: {options.data} cannot be opened with --memory {options.memory}: {error}")
    if key_file := os.environ.get("SNOWFLAKE_PUBLIC_KEY_FILE"):
        _register_key(storage, credentials.user, key_file)
    config = uvicorn.Config(
        Server(storage, credentials).app,
        http=TrackedProtocol,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=3600,
        timeout_graceful_shutdown=5,
    )
    print(f"ready on http://{options.host}:{options.port}, data in {options.data}", flush=True)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        storage.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _register_key(storage: Storage, user: str, file: str) -> None:
    from local_snowflake import key_pair
    from local_snowflake.errors import SnowflakeError

    try:
        key = Path(file).read_text()
        key_pair.register(storage.duck_conn, user.upper(), key_pair.SLOTS[0], key)
    except (OSError, UnicodeDecodeError, SnowflakeError) as error:
        sys.exit(f"error: SNOWFLAKE_PUBLIC_KEY_FILE={file} cannot be used: {error}")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", error)
        sys.exit(
            f"error: Port {port} on {host} cannot be used: {reason}. Choose another --port or "
            "--host, or stop the process that listens there."
        )
    listener.listen(128)
    listener.set_inheritable(True)
    return listener


if __name__ == "__main__":
    sys.exit(main())
