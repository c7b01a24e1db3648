"""How the settings sign in to Kafka."""

from __future__ import annotations

import pytest

import settings
from settings import SettingError, kafka, kafka_client

OWN, OTHERS = "127.0.0.1:9092", "b1.example.org:9092,127.0.0.1:9092"


@pytest.fixture(autouse=True)
def settings_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "KAFKA_BOOTSTRAP_SERVERS": OWN,
        "KAFKA_SECURITY_PROTOCOL": "",
        "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "KAFKA_USERNAME": "someone",
        "KAFKA_PASSWORD": "secret",
        "KAFKA_CA_FILE": "",
        "CONNECT_KAFKA_PASSWORD": r'a"b\c',
    }.items():
        monkeypatch.setenv(name, value)


def test_no_password_is_sent_to_brokers_of_others_unless_somebody_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert kafka_client()["sasl.password"] == "secret"
    assert kafka_client(OTHERS) == {
        "bootstrap.servers": OTHERS,
        "security.protocol": "PLAINTEXT",
    }
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_CA_FILE", "/etc/ca.pem")
    found = kafka_client(OTHERS)
    assert (found["sasl.username"], found["ssl.ca.location"]) == ("someone", "/etc/ca.pem")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", OTHERS)
    assert kafka.java_client()["ssl.truststore.location"] == "/etc/ca.pem"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KAFKA_PASSWORD", "", "KAFKA_PASSWORD is not set"),
        ("KAFKA_SECURITY_PROTOCOL", "TLS", "'TLS' is not known: use PLAINTEXT or SSL"),
        ("KAFKA_SASL_MECHANISM", "GSSAPI", "'GSSAPI' is not known"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=said):
        kafka_client()


def test_a_password_is_one_word_of_javas_file_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert r'password="a\"b\\c";' in kafka.jaas(kafka.WORKER)
    assert f'username="{settings.default("CONNECT_KAFKA_USERNAME")}"' in kafka.jaas(kafka.WORKER)
    # Java would put a property of its own there.
    monkeypatch.setenv("CONNECT_KAFKA_PASSWORD", "${user.home}")
    with pytest.raises(SettingError, match="choose another one"):
        kafka.jaas(kafka.WORKER)
