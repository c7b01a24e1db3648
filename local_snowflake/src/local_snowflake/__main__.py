"""`python -m local_snowflake`: run the server in the foreground."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

from local_snowflake.folder import DataFolder, FolderError

EXAMPLES = """\
examples:
  python -m local_snowflake --port 8085 --data .state/snowflake
  SNOWFLAKE_USER=me SNOWFLAKE_PASSWORD=secret python -m local_snowflake --data /tmp/sf

Clients connect with account "local", host, port and protocol http. User and password are those in
SNOWFLAKE_USER and SNOWFLAKE_PASSWORD; SNOWFLAKE_TOKEN is taken in the password's place, as an
account takes an access token; with an empty password everybody may sign in. With a key pair they
sign in when the public key is in the file SNOWFLAKE_PUBLIC_KEY_FILE, or was given by
ALTER USER name SET RSA_PUBLIC_KEY = '...'.
GET /health answers 200 when the server is ready. SIGTERM stops it cleanly.

exit codes: 0 stopped, 1 the port or the folder cannot be used, 2 usage
"""


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m local_snowflake",
        description="A local server that speaks Snowflake's protocol, with its data on disk.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    options.add_argument("--port", type=int, default=8085, help="port (%(default)s)")
    options.add_argument("--data", type=Path, required=True, help="folder for databases and stages")
    options.add_argument(
        "--database", default="PIPELINE", help="database to create when missing (%(default)s)"
    )
    options.add_argument(
        "--memory", default="1GB", help="memory for queries; more goes to disk (%(default)s)"
    )
    return options


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    options = parser().parse_args(arguments)
    # uvicorn stops at SIGTERM and then raises it again, which must not kill the process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A taken port or folder is known at once, before the imports that take seconds.
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        print(
            f"Port {options.port} on {options.host} cannot be used: {error.strerror}. "
            "Stop what listens there, or give another --port.",
            file=sys.stderr,
        )
        return 1
    try:
        folder = DataFolder(options.data.resolve())
    except FolderError as error:
        print(error, file=sys.stderr)
        return 1
    sys.meta_path.insert(0, _NotInstalled())
    import uvicorn

    from local_snowflake import key_pair
    from local_snowflake.connections import TrackedProtocol
    from local_snowflake.errors import SnowflakeError
    from local_snowflake.server import Credentials, Server
    from local_snowflake.storage import Storage

    # sqlglot warns of each statement it leaves to this server
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    storage = Storage(folder, options.memory)
    storage.create_database(options.database.upper())
    credentials = Credentials(
        *(os.environ.get(f"SNOWFLAKE_{part}", "") for part in ("USER", "PASSWORD", "TOKEN"))
    )
    if key_file := os.environ.get("SNOWFLAKE_PUBLIC_KEY_FILE"):
        try:
            key = Path(key_file).read_text()
            user = credentials.user.upper()
            key_pair.register(storage.duck_conn, user, key_pair.SLOTS[0], key)
        except (OSError, SnowflakeError) as error:
            print(f"SNOWFLAKE_PUBLIC_KEY_FILE={key_file} cannot be used: {error}", file=sys.stderr)
            return 1
    server = uvicorn.Server(
        uvicorn.Config(
            Server(storage, credentials).app,
            http=TrackedProtocol,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=3600,
            timeout_graceful_shutdown=5,
        )
    )
    print(f"ready on http://{options.host}:{options.port}, data in {options.data}", flush=True)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        storage.close()
    return 0


class _NotInstalled(MetaPathFinder):
    """Packages as if they were not installed: the connector, which fakesnow imports, imports them
    when it can, and the server needs neither them nor their 40 MB and 0.3 s (3 s when cold)."""

    names = frozenset({"pandas", "boto3", "botocore"})

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        del path, target
        if fullname in self.names:
            raise ModuleNotFoundError("the server does without it", name=fullname)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    listener.set_inheritable(True)
    return listener


if __name__ == "__main__":
    sys.exit(main())
