"""`python -m bootstrap.local_snowflake`: run the server in the foreground."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXAMPLES = """\
examples:
  python -m bootstrap.local_snowflake --port 8085 --data .state/snowflake
  SNOWFLAKE_USER=me SNOWFLAKE_PASSWORD=secret python -m bootstrap.local_snowflake --data /tmp/sf

Clients connect with account "local", host, port and protocol http. User and password are those in
SNOWFLAKE_USER and SNOWFLAKE_PASSWORD; with an empty password everybody may sign in.
GET /health answers 200 when the server is ready. SIGTERM stops it cleanly.

exit codes: 0 stopped, 1 the port or the folder cannot be used, 2 usage
"""


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m bootstrap.local_snowflake",
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
    # Before the imports below, which take a second: a taken port is known at once.
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        print(
            f"Port {options.port} on {options.host} cannot be used: {error.strerror}. "
            "Stop what listens there, or give another --port.",
            file=sys.stderr,
        )
        return 1
    with _without_pandas():
        import uvicorn

        from bootstrap.local_snowflake.connections import TrackedProtocol
        from bootstrap.local_snowflake.server import Credentials, Server
        from bootstrap.local_snowflake.storage import Storage, StorageError

    # sqlglot warns of each statement it leaves to this server
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        storage = Storage(options.data.resolve(), options.memory)
    except StorageError as error:
        print(error, file=sys.stderr)
        return 1
    storage.create_database(options.database.upper())
    credentials = Credentials(
        os.environ.get("SNOWFLAKE_USER", ""), os.environ.get("SNOWFLAKE_PASSWORD", "")
    )
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


@contextmanager
def _without_pandas() -> Iterator[None]:
    """The connector imports pandas when it is installed: 2 s and 40 MB that nobody here needs."""
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if sys.modules["pandas"] is None:
            del sys.modules["pandas"]


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    listener.set_inheritable(True)
    return listener


if __name__ == "__main__":
    sys.exit(main())
