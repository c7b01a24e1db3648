"""What the containers sign in with, in the files of their secrets; without an engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import settings
from bootstrap.containers import secrets
from settings import dotenv_file, kafka

GIVEN = r"""KAFDROP_PASSWORD='a"b\c é'
REGISTRY_DB_PASSWORD='d"e\f'
KAFKA_SASL_MECHANISM=PLAIN
KAFKA_BOOTSTRAP_SERVERS=b1.example.org:9092
KAFDROP_USERNAME=looker
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The volume of the secrets."""
    kept = tmp_path / "volume" / ".env"
    for module in (settings, dotenv_file):
        monkeypatch.setattr(module, "ENV_FILE", kept)
    monkeypatch.setattr(settings.environment, "ENV_FILE", kept)
    service = {"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"}
    monkeypatch.setattr(os, "environ", service)
    (tmp_path / "given").write_text(GIVEN)
    for key in secrets.KEYS:
        (tmp_path / key).touch()
    secrets.write(kept.parent, given=tmp_path / "given", keys=tmp_path)
    return kept.parent


def test_java_reads_a_password_as_it_is(folder: Path) -> None:
    login = r"required username=\"looker\" password=\"a\\\"b\\\\c \u00e9\";"
    assert (folder / "kafdrop" / "kafdrop.properties").read_text().splitlines() == [
        "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism=SCRAM-SHA-512",
        f"sasl.jaas.config={kafka.LOGIN_MODULES['SCRAM-SHA-512']} {login}",
    ]
    registry = (folder / "schema-registry" / "registry.properties").read_text()
    assert registry == 'apicurio.datasource.password=d\\"e\\\\f\n'
