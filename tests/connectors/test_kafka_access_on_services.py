"""Kafka is for whoever knows a password; connectors are the worker's alone to write."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from bootstrap.kafka import users
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka
from connectors.registrar.kafka.errors import KafkaDownError
from producer.delivery.kafka import Delivery
from producer.delivery.totals import Observer
from producer.errors import ProducerError
from tests.kafka_client import kafka_client

pytestmark = pytest.mark.services

STRANGERS = {
    "no user": {"security.protocol": "PLAINTEXT"},
    "a wrong password": {"sasl.password": "wrong"},
    "an empty password": {"sasl.password": " "},
    "a password without SCRAM": {"sasl.mechanism": "PLAIN"},
    "the superuser, guessed": {"sasl.mechanism": "PLAIN", "sasl.username": users.ADMIN},
    "the worker, with another one's password": {"sasl.username": "connect"},
    "a user who does not exist": {"sasl.username": "nobody"},
}


@pytest.fixture
def known(stack: dict[str, str]) -> dict[str, str]:
    """How the pipeline's own programs sign in."""
    return kafka_client(stack)


@pytest.fixture
def environment(stack: dict[str, str]) -> Iterator[None]:
    with mock.patch.dict(os.environ, stack, clear=True):
        yield


@pytest.mark.parametrize("port", ["KAFKA_PORT", "KAFKA_CONTROLLER_PORT"])
@pytest.mark.parametrize("who", STRANGERS)
def test_whoever_knows_no_password_is_told_nothing(
    stack: dict[str, str], known: dict[str, str], who: str, port: str
) -> None:
    client = {**known, **STRANGERS[who], "bootstrap.servers": f"127.0.0.1:{stack[port]}"}
    refusals: list[KafkaError] = []
    options: dict[str, Any] = {"log_level": 0, "error_cb": refusals.append}
    admin = AdminClient({**client, **options})
    # The controller cuts off whoever does not begin to sign in, and says nothing.
    deadline = time.monotonic() + 3
    while not refusals and time.monotonic() < deadline:
        with pytest.raises(KafkaException):
            admin.list_topics(timeout=0.1)
        admin.poll(0.1)


@pytest.mark.parametrize(
    "topic", ["_connect_configs", "_connect_offsets", "_connect_status", "__consumer_offsets"]
)
@pytest.mark.parametrize("client", ["any", "__admin_client"])
def test_the_pipelines_own_user_neither_writes_nor_reads_what_is_the_workers_or_kafkas(
    known: dict[str, str], topic: str, client: str
) -> None:
    # By this name, Kafka lets a client write its own topics, where the members of groups are.
    kafka = Kafka({**known, "client.id": client})
    with pytest.raises(RegistrarError, match="Topic authorization failed"):
        kafka.send([{"topic": topic, "key": b"connector-mine", "value": b"{}"}])
    # With the key in it, a request for other tasks would need no password.
    with pytest.raises(RegistrarError, match="Topic authorization failed"):
        list(kafka.batches({(topic, 0): 0}, {(topic, 0): 1}))


def test_the_pipelines_own_user_is_no_worker(known: dict[str, str]) -> None:
    member = Consumer({**known, "group.id": "connect", "log_level": 0})
    member.subscribe(["_connect_status"])
    deadline, refused = time.monotonic() + 60, None
    while refused is None and time.monotonic() < deadline:
        if (message := member.poll(1)) is not None:
            refused = message.error()
    member.close()
    assert refused is not None
    assert refused.code() == KafkaError.GROUP_AUTHORIZATION_FAILED


def test_nobody_gives_himself_a_right_or_another_ones_password(known: dict[str, str]) -> None:
    admin = AdminClient({**known, "log_level": 0})
    right = AclBinding(
        ResourceType.TOPIC,
        "*",
        ResourcePatternType.LITERAL,
        "User:pipeline",
        "*",
        AclOperation.ALL,
        AclPermissionType.ALLOW,
    )
    rounds = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, users.ITERATIONS)
    password = UserScramCredentialUpsertion("connect", rounds, b"mine")
    for asked in (
        admin.create_acls([right]),
        admin.alter_user_scram_credentials([password]),
        admin.delete_topics(["_connect_configs", "__consumer_offsets"]),
    ):
        for future in asked.values():
            with pytest.raises(KafkaException, match="AUTHORIZATION_FAILED"):
                future.result(30)


def test_a_wrong_password_is_said_at_once_and_named(known: dict[str, str]) -> None:
    with pytest.raises(KafkaDownError, match=r"refuses user pipeline: .*KAFKA_PASSWORD"):
        Kafka({**known, "sasl.password": "wrong"}).partitions("transactions")
    observer = Observer(print, lambda totals: None, lambda: False)
    with pytest.raises(ProducerError, match=r"invalid credentials.*KAFKA_PASSWORD"):
        Delivery({**known, "sasl.password": "wrong"}, "transactions", 600, observer).connect()


def test_an_admin_who_is_refused_is_told_what_to_do(
    stack: dict[str, str], environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_ADMIN_PASSWORD", "changed")
    monkeypatch.setattr(users, "TIMEOUT", 1)
    with pytest.raises(users.KafkaUsersError, match=r"refuses user admin.*make down up"):
        users.apply(stack["KAFKA_BOOTSTRAP_SERVERS"])


def test_a_password_that_was_changed_is_the_new_one_and_rights_stay(
    stack: dict[str, str], environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = stack["KAFKA_BOOTSTRAP_SERVERS"]
    reader = {**kafka_client(stack), "sasl.username": "kafdrop"}
    rights = _rights(servers)
    for password in ("first", 'second "with" \\ quotes'):
        monkeypatch.setenv("KAFDROP_PASSWORD", password)
        users.apply(servers)
        reader["sasl.password"] = password
        assert Kafka(reader).partitions("_connect_configs")
        assert _rights(servers) == rights
    with pytest.raises(RegistrarError, match="authorization failed"):
        Kafka(reader).send([{"topic": "_connect_status", "value": b"{}"}])
    observer = Observer(print, lambda totals: None, lambda: False)
    delivery = Delivery(reader, "_connect_status", 30, observer)
    delivery.send([(b"key", b"{}")] * 2)
    delivery.flush()
    refused = ["authorization failed" in reason for _, reason in delivery.totals.failures]
    assert refused == [True, True]
    monkeypatch.setenv("KAFDROP_PASSWORD", stack["KAFDROP_PASSWORD"])
    users.apply(servers)


def _rights(servers: str) -> int:
    admin = users.admin_client(servers)
    return len(admin.describe_acls(users.every_right()).result(30))
