"""supervisord as a library: starts the services, restarts what dies, stops everything."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

import settings
from bootstrap import state
from bootstrap.native import stale_processes
from bootstrap.native.services.service import Service
from settings.errors import ExpectedError

#: The kernel's limit for the path of a unix socket, with room for supervisord's own suffix.
SOCKET_PATH_LIMIT = 90

HEAD = """\
[supervisord]
umask=077
logfile={logs}/supervisor.log
logfile_maxbytes=10MB
logfile_backups=1
pidfile={run}/supervisord.pid
childlogdir={logs}

[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{socket}
"""

PROGRAM = """
[program:{name}]
command="{python}" -m bootstrap.native.execute {name}
directory={root}
autostart=false
autorestart=true
startsecs=2
startretries=20
stopsignal={stop_signal}
stopwaitsecs=30
stopasgroup={as_group}
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=2
"""


class SupervisorError(ExpectedError):
    """supervisord could not be started or asked."""


def _socket() -> Path:
    path = state.run() / "supervisor.sock"
    if len(str(path)) <= SOCKET_PATH_LIMIT:
        return path
    link = _socket_folder()
    return link.readlink() / path.name if link.is_symlink() else path


def _socket_folder() -> Path:
    """Where the path is too long, a link to a folder of a short name that nobody could guess."""
    return state.run() / "sockets"


def _make_socket_folder() -> None:
    link = _socket_folder()
    if len(str(link.parent / "supervisor.sock")) > SOCKET_PATH_LIMIT and not link.is_dir():
        link.unlink(missing_ok=True)
        link.symlink_to(tempfile.mkdtemp(prefix="pipeline-"))


class Supervisor:
    """Speaks to the supervisord of this state folder."""

    @property
    def _rpc(self) -> Any:
        # One connection a call: the transport cannot be used again after a failure.
        transport = SupervisorTransport(None, None, f"unix://{_socket()}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def is_up(self) -> bool:
        """Whether supervisord answers and starts services."""
        try:
            return self._rpc.getState()["statename"] == "RUNNING"
        except (OSError, xmlrpc.client.Error):
            return False

    def start_daemon(self, services: list[Service]) -> None:
        """Write the configuration and start supervisord, with no service started yet.

        Raises:
            SupervisorError: it did not come up within a minute.
        """
        _make_socket_folder()
        configuration = state.run() / "supervisord.conf"
        configuration.write_text(_configuration(services))
        subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)],
            cwd=settings.ROOT,
            env=settings.without_secrets(settings.only_in_environment())
            | stale_processes.mark("supervisor"),
            check=True,
        )
        deadline = time.monotonic() + 60
        while not self.is_up():
            if time.monotonic() > deadline:
                raise SupervisorError(
                    f"the supervisor did not start; see {state.logs()}/supervisor.log"
                )
            time.sleep(0.05)

    def start(self, name: str) -> None:
        """Start one service without waiting for it."""
        with contextlib.suppress(xmlrpc.client.Fault):  # it runs already
            self._rpc.startProcess(name, False)

    def stop(self, name: str) -> None:
        """Stop one service and wait for its end."""
        with contextlib.suppress(xmlrpc.client.Fault):  # it does not run
            self._rpc.stopProcess(name, True)

    def process(self, name: str) -> dict[str, Any]:
        """supervisord's view of one service: statename, pid, start, now, spawnerr."""
        return self._rpc.getProcessInfo(name)

    def processes(self) -> dict[str, dict[str, Any]]:
        """Service -> what `process` returns for it."""
        return {info["name"]: info for info in self._rpc.getAllProcessInfo()}

    def shutdown(self) -> None:
        """End supervisord; the services must have been stopped."""
        with contextlib.suppress(OSError, xmlrpc.client.Error):
            self._rpc.shutdown()
        if (link := _socket_folder()).is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)
            link.unlink()


def _configuration(services: list[Service]) -> str:
    places = {"logs": state.logs(), "run": state.run(), "root": settings.ROOT}
    programs = [
        PROGRAM.format(
            name=service.name,
            python=sys.executable,
            stop_signal=service.stop_signal,
            as_group=str(service.stop_signal == "TERM").lower(),
            **places,
        )
        for service in services
    ]
    # supervisord expands %(name)s itself.
    return (HEAD.format(socket=_socket(), **places) + "".join(programs)).replace("%", "%%")
