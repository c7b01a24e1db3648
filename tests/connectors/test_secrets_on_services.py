"""Whoever may ask Connect reads no file and no variable of the worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from settings.connect import REST_USER

pytestmark = pytest.mark.services

PROVIDER = "org.apache.kafka.common.config.provider."
SINK = "pipeline.connect.IsolatingJdbcSinkConnector"


@pytest.mark.parametrize("provider", ["File", "Directory", "EnvVar"])
@pytest.mark.parametrize("key", ["consumer.override.max.poll.records", "connection.username"])
def test_a_provider_of_ones_own_is_not_asked(
    stack: dict[str, str], tmp_path: Path, provider: str, key: str
) -> None:
    (tmp_path / "secrets").write_text("PASSWORD=of-the-file\n")
    place = {
        "File": f"{tmp_path}/secrets:PASSWORD",
        "Directory": f"{tmp_path}:secrets",
        "EnvVar": "CONNECT_SINK_PASSWORD",
    }[provider]
    own = {
        "config.providers": "own",
        "config.providers.own.class": f"{PROVIDER}{provider}ConfigProvider",
        key: f"${{own:{place}}}",
    }
    assert not _secrets_in(_validate(stack, own), stack)


@pytest.mark.parametrize("key", ["connection.username", "collection.name.format", "topics"])
def test_a_placeholder_is_not_answered_with_what_it_stands_for(
    stack: dict[str, str], key: str
) -> None:
    assert not _secrets_in(_validate(stack, {key: "${env:CONNECT_SINK_PASSWORD}"}), stack)


def _validate(stack: dict[str, str], more: dict[str, str]) -> str:
    config = {
        "connector.class": SINK,
        "name": "asking",
        "topics": "transactions",
        "connection.url": "jdbc:postgresql://127.0.0.1/none",
        "connection.username": "nobody",
        "connection.password": "nothing",
    }
    url = f"http://127.0.0.1:{stack['CONNECT_PORT']}/connector-plugins/{SINK}/config/validate"
    user = (REST_USER, stack["CONNECT_REST_PASSWORD"])
    answer = requests.put(url, json=config | more, auth=user, timeout=120)
    assert answer.status_code != 401
    return answer.text


def _secrets_in(text: str, stack: dict[str, str]) -> list[str]:
    secrets = ["of-the-file", stack["CONNECT_SINK_PASSWORD"]]
    return [secret for secret in secrets if secret in text or json.dumps(secret)[1:-1] in text]
