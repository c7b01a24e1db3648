"""Which services the settings ask for."""

from __future__ import annotations

import os

import pytest

import settings
from bootstrap.native import stack


@pytest.mark.parametrize(
    ("service", "setting", "here", "elsewhere"),
    [
        ("snowflake", "SNOWFLAKE_ACCOUNT", "local", "myorg-myaccount"),
        ("schema-registry", "STREAM_FORMAT", "avro", "json"),
        ("postgres", "POSTGRES_HOST", "127.0.0.1", "db.example.org"),
        ("kafka", "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092", "b1.example.org:9092,b2:9092"),
    ],
)
def test_what_runs_elsewhere_or_is_not_asked_for_is_not_started_here(
    monkeypatch: pytest.MonkeyPatch, service: str, setting: str, here: str, elsewhere: str
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    settings.load_env()
    every = {service.name for service in stack.every()}
    os.environ |= {"STREAM_FORMAT": "avro", setting: here}
    assert {service.name for service in stack.chosen([])} == every
    os.environ[setting] = elsewhere
    assert every - {service.name for service in stack.chosen([])} == {service}
