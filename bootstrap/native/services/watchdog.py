"""Keeps the connectors running: `connectors/register.py watch` as a service."""

from __future__ import annotations

import sys

import settings
from bootstrap.native.services.service import Launch, Service
from bootstrap.service_secrets import CONNECT_REST, KAFKA, SINK


class Watchdog(Service):
    """A client of Connect's REST API that listens on no port."""

    name = "connector-watchdog"
    depends_on = ("connect",)
    secrets = (*SINK, *CONNECT_REST, *KAFKA)

    @property
    def address(self) -> str:
        return "restarts failed connectors"

    def launch(self) -> Launch:
        return Launch([sys.executable, str(settings.ROOT / "connectors" / "register.py"), "watch"])

    def ready(self) -> bool:
        # Nothing listens: running is all there is, and the supervisor vouches for that.
        return True
