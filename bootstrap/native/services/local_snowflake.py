"""The local server that speaks Snowflake's protocol."""

from __future__ import annotations

import sys

import requests

import settings
from bootstrap import state
from bootstrap.native.services.service import Launch, Service
from bootstrap.service_secrets import SNOWFLAKE


class LocalSnowflake(Service):
    """Part of the stack only where the settings name no account."""

    name = "snowflake"
    ports = ("SNOWFLAKE_PORT",)
    secrets = SNOWFLAKE

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{settings.port('SNOWFLAKE_PORT')}"

    def launch(self) -> Launch:
        options = {
            "--host": "127.0.0.1",
            "--port": str(settings.port("SNOWFLAKE_PORT")),
            "--data": str(state.data(self.name)),
            "--database": settings.get("SNOWFLAKE_DATABASE"),
        }
        flat = [word for pair in options.items() for word in pair]
        return Launch([sys.executable, "-m", "local_snowflake", *flat])

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=2).ok
        except requests.RequestException:
            return False
