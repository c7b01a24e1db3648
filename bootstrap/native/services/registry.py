"""Apicurio's Schema Registry; part of the stack only with STREAM_FORMAT=avro."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import requests

import settings
from bootstrap import state
from bootstrap.native import java
from bootstrap.native.jars import read_lock, unpack
from bootstrap.native.services.service import Launch, Service


class SchemaRegistry(Service):
    """Holds the Avro schemas, in a Postgres database of its own."""

    name = "schema-registry"
    depends_on = ("postgres",)
    ports = ("SCHEMA_REGISTRY_PORT",)
    jars = ("registry",)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{settings.port('SCHEMA_REGISTRY_PORT')}"

    def _application(self) -> Path:
        """The unpacked application."""
        archive = read_lock("registry")[0]
        folder = state.cache() / "registry" / archive.sha256[:12]
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
                unpack(state.cache() / "jars" / archive.path, Path(partial))
                jar = next(Path(partial).rglob("quarkus-run.jar"))
                shutil.move(jar.parent, folder)
        return folder

    def launch(self) -> Launch:
        database = f"{settings.get('POSTGRES_HOST')}:{settings.port('POSTGRES_PORT')}"
        env = {
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(settings.port("SCHEMA_REGISTRY_PORT")),
            # Its management port cannot be left out, only moved from 9000 to any free one; health
            # is read from the API itself.
            "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",
            "QUARKUS_MANAGEMENT_PORT": "0",
            "APICURIO_STORAGE_KIND": "sql",
            "APICURIO_STORAGE_SQL_KIND": "postgresql",
            "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://{database}/registry",
            "APICURIO_DATASOURCE_USERNAME": "registry",
            "APICURIO_DATASOURCE_PASSWORD": settings.get("REGISTRY_DB_PASSWORD"),
            # Of 20 connections that it keeps, each would fail one request after Postgres was away.
            "APICURIO_DATASOURCE_JDBC_INITIAL_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MIN_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MAX_SIZE": "10",
            "QUARKUS_DATASOURCE_POSTGRESQL_JDBC_VALIDATE_ON_BORROW": "true",
        }
        memory = ("-Xmx320m", "-XX:+UseSerialGC")
        jar = self._application() / "quarkus-run.jar"
        options = (*memory, *java.private_files(), java.QUICK)
        argv = [str(java.executable()), *options, "-jar", str(jar)]
        return Launch(argv, env)

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.address}/apis/ccompat/v7/subjects", timeout=2).ok
        except requests.RequestException:
            return False
