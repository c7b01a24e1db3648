"""How the settings reach Kafka: where it is, whether it speaks TLS, who signs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from settings.environment import get, get_choice, get_optional, get_or_default, is_here, path
from settings.errors import SettingError
from settings.quoting import quoted

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
#: SASL mechanism -> the class with which Java's clients sign in.
LOGIN_MODULES = {
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
}
#: What the stack's own broker speaks to its clients.
OWN_PROTOCOL = "SASL_PLAINTEXT"


class User(NamedTuple):
    """Two settings: a user's name and password."""

    name_setting: str
    password_setting: str

    @property
    def name(self) -> str:
        """Of the user."""
        return get_or_default(self.name_setting)


#: Producer, registrar, watchdog, audit and status.
PIPELINE = User("KAFKA_USERNAME", "KAFKA_PASSWORD")
#: The Connect worker, and the clients of its connectors.
WORKER = User("CONNECT_KAFKA_USERNAME", "CONNECT_KAFKA_PASSWORD")


def all_here(servers: str) -> bool:
    """Whether all brokers of a list are this machine's."""
    return all(is_here(server.strip().rpartition(":")[0]) for server in servers.split(","))


def protocol(servers: str) -> str:
    """How these brokers are spoken to: KAFKA_SECURITY_PROTOCOL.

    When it is empty, this machine's broker is taken for the stack's, which asks for a user, and
    any other for one that asks for nothing: no password is ever sent where none was meant to go.

    Raises:
        SettingError: it is none of PROTOCOLS.
    """
    if get_optional("KAFKA_SECURITY_PROTOCOL"):
        return get_choice("KAFKA_SECURITY_PROTOCOL", PROTOCOLS)
    return OWN_PROTOCOL if all_here(servers) else "PLAINTEXT"


def kafka_client(servers: str | None = None) -> dict[str, str]:
    """What a client of librdkafka needs to reach brokers, `bootstrap.servers` included.

    Args:
        servers: other brokers than KAFKA_BOOTSTRAP_SERVERS.

    Raises:
        SettingError: a setting is missing, or is none of the words that it may be.
    """
    servers = servers or get("KAFKA_BOOTSTRAP_SERVERS")
    found = {"bootstrap.servers": servers, "security.protocol": protocol(servers)}
    if ca_file := get_optional("KAFKA_CA_FILE"):
        found["ssl.ca.location"] = str(path(ca_file))
    if found["security.protocol"].startswith("SASL"):
        found |= {
            "sasl.mechanism": _mechanism(),
            "sasl.username": PIPELINE.name,
            "sasl.password": _password(PIPELINE),
        }
    return found


def java_client() -> dict[str, str]:
    """What a client of Java needs to reach KAFKA_BOOTSTRAP_SERVERS, but for these and its `jaas`.

    Raises:
        SettingError: a setting is none of the words that it may be.
    """
    found = {"security.protocol": protocol(get("KAFKA_BOOTSTRAP_SERVERS"))}
    if ca_file := get_optional("KAFKA_CA_FILE"):
        found |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(path(ca_file))}
    if found["security.protocol"].startswith("SASL"):
        found["sasl.mechanism"] = _mechanism()
    return found


def jaas(user: User) -> str:
    """The file with which the JVM of a client signs in as a user (java.security.auth.login.config).

    Raises:
        SettingError: there is no password, or Java could not read it.
    """
    return jaas_section("KafkaClient", login(user))


def login(user: User) -> str:
    """With what a client of Java signs in as a user (sasl.jaas.config).

    Raises:
        SettingError: there is no password, or Java could not read it.
    """
    signs_in = {"username": user.name, "password": _password(user)}
    return module(LOGIN_MODULES[_mechanism()], signs_in)


def jaas_section(section: str, *modules: str) -> str:
    """One section of a JAAS file."""
    lines = "".join(f"  {each}\n" for each in modules)
    return f"{section} {{\n{lines}}};\n"


def module(name: str, options: Mapping[str, str]) -> str:
    """A class that signs in, with its options, as JAAS has it.

    Raises:
        SettingError: Java would put a property of its own into an option.
    """
    if any("${" in value for value in options.values()):
        raise SettingError("A user or password of Kafka has `${` in it: choose another one.")
    pairs = "".join(f" {key}={quoted(value)}" for key, value in options.items())
    return f"{name} required{pairs};"


def _mechanism() -> str:
    return get_choice("KAFKA_SASL_MECHANISM", tuple(LOGIN_MODULES))


def _password(user: User) -> str:
    if not (password := get_optional(user.password_setting)):
        raise SettingError(
            f"{user.password_setting} is not set, and Kafka asks for the password of user "
            f"{user.name}: `make up` draws one for the stack's own; for other brokers put it into "
            ".env, or KAFKA_SECURITY_PROTOCOL=PLAINTEXT if they ask for none."
        )
    return password
