"""Who may do what in the stack's own Kafka; safe to repeat.

Kafka itself knows one user before any was made: ADMIN, from the file that `broker_jaas` returns.
It is the broker's name for itself as well, and nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

import settings
from settings.errors import ExpectedError
from settings.kafka import (
    LOGIN_MODULES,
    OWN_PROTOCOL,
    PIPELINE,
    WORKER,
    User,
    jaas_section,
    module,
)

ADMIN = "admin"
#: Looks, and changes nothing; in containers only.
KAFDROP = User("KAFDROP_USERNAME", "KAFDROP_PASSWORD")
#: Kafka's least number of rounds: a drawn password needs no more.
ITERATIONS = 4096
#: Seconds for an answer.
TIMEOUT = 15.0

_ANY = "*"
_LOOK = ("DESCRIBE", "DESCRIBE_CONFIGS")
#: User -> what it may do: a kind of resource, a name of one or _ANY, operations.
RIGHTS: dict[User, list[tuple[str, str, tuple[str, ...]]]] = {
    PIPELINE: [
        ("TOPIC", _ANY, ("ALL",)),
        ("GROUP", _ANY, ("ALL",)),
        ("TRANSACTIONAL_ID", _ANY, ("ALL",)),
        ("BROKER", "kafka-cluster", _LOOK),
    ],
    WORKER: [
        ("TOPIC", _ANY, ("READ", "WRITE", "CREATE", *_LOOK)),
        ("GROUP", _ANY, ("ALL",)),
        ("TRANSACTIONAL_ID", _ANY, ("ALL",)),
        ("BROKER", "kafka-cluster", _LOOK),
    ],
    KAFDROP: [
        ("TOPIC", _ANY, ("READ", *_LOOK)),
        ("GROUP", _ANY, ("DESCRIBE",)),
        ("BROKER", "kafka-cluster", _LOOK),
    ],
}
_CHANGE = ("CREATE", "WRITE", "DELETE", "ALTER", "ALTER_CONFIGS")
#: What is Kafka's own: the members of groups, the worker's too, are records of
#: `__consumer_offsets`, which a client that calls itself `__admin_client` may otherwise write.
KAFKAS_OWN = [("TOPIC", "PREFIXED", "__", ("READ", *_CHANGE))]
#: What is the worker's alone. In its topics are the connectors, and the key by which workers know
#: each other's requests, which need no password; as a member of its group one is a worker.
WORKERS_OWN = [
    ("TOPIC", "PREFIXED", "_connect_", ("READ", *_CHANGE)),
    ("GROUP", "LITERAL", "connect", ("READ", "DELETE", "ALTER_CONFIGS")),
]


class KafkaUsersError(ExpectedError):
    """Kafka did not take a user or a right."""


def broker_jaas(*listeners: str) -> str:
    """The broker's JAAS file: ADMIN's password, and that others are in Kafka's own metadata.

    Args:
        listeners: names of the broker's listeners, in lower case, the controller's too.

    Raises:
        SettingError: KAFKA_ADMIN_PASSWORD is missing, or Java could not read it.
    """
    password = settings.get("KAFKA_ADMIN_PASSWORD")
    admin = {"username": ADMIN, "password": password, f"user_{ADMIN}": password}
    modules = (module(LOGIN_MODULES["PLAIN"], admin), module(LOGIN_MODULES["SCRAM-SHA-512"], {}))
    return "".join(jaas_section(f"{each}.KafkaServer", *modules) for each in listeners)


def admin_client(servers: str, note: Callable[[KafkaError], None] = lambda _: None) -> AdminClient:
    """A client that may do everything; connects when first asked.

    Args:
        note: is told of errors that no request raises: where a user is refused, it only times out.
    """
    configuration: dict[str, Any] = {
        "bootstrap.servers": servers,
        "security.protocol": OWN_PROTOCOL,
        "sasl.mechanism": "PLAIN",
        "sasl.username": ADMIN,
        "sasl.password": settings.get("KAFKA_ADMIN_PASSWORD"),
        "log_level": 0,
        "error_cb": note,
    }
    return AdminClient(configuration)


def apply(servers: str) -> None:
    """Make users and rights as they are above, with the passwords of the settings.

    Users whose password is not set are left out.

    Raises:
        KafkaUsersError: Kafka does not take one.
    """
    trouble: set[int] = set()
    admin = admin_client(servers, lambda error: trouble.add(error.code()))
    present = {
        user: password
        for user in RIGHTS
        if (password := settings.get_optional(user.password_setting))
    }
    credentials: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(
            user.name,
            ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
            password.encode(),
        )
        for user, password in present.items()
    ]
    wanted = {right for user in present for right in _rights(user)}
    try:
        _wait(admin.alter_user_scram_credentials(credentials, request_timeout=TIMEOUT))
        found = set(admin.describe_acls(every_right(), request_timeout=TIMEOUT).result())
        if missing := wanted - found:
            _wait(admin.create_acls(list(missing), request_timeout=TIMEOUT))
        ours = {f"User:{user.name}" for user in RIGHTS}
        if outdated := {each for each in found - wanted if each.principal in ours}:
            _wait(admin.delete_acls([_only(each) for each in outdated], request_timeout=TIMEOUT))
    except KafkaException as error:
        admin.poll(0)
        why = error.args[0].str()
        if KafkaError._AUTHENTICATION in trouble:
            why = (
                f"it refuses user {ADMIN}. A KAFKA_ADMIN_PASSWORD that was changed is the new one "
                "once Kafka starts again (make down up)."
            )
        raise KafkaUsersError(f"the users of Kafka at {servers} could not be made: {why}") from None


def _rights(user: User) -> Iterator[AclBinding]:
    for kind, name, operations in RIGHTS[user]:
        for operation in operations:
            yield _right(user, kind, name, "LITERAL", operation, "ALLOW")
    forbidden = KAFKAS_OWN if user == WORKER else KAFKAS_OWN + WORKERS_OWN
    for kind, pattern, name, operations in forbidden:
        for operation in operations:
            yield _right(user, kind, name, pattern, operation, "DENY")


def _right(
    user: User, kind: str, name: str, pattern: str, operation: str, permission: str
) -> AclBinding:
    return AclBinding(
        ResourceType[kind],
        name,
        ResourcePatternType[pattern],
        f"User:{user.name}",
        "*",
        AclOperation[operation],
        AclPermissionType[permission],
    )


def every_right() -> AclBindingFilter:
    """What finds each right that anybody has."""
    # The client's own types forget that no name means any.
    anything: Any = None
    return AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        anything,
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _only(right: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        right.restype,
        right.name,
        right.resource_pattern_type,
        right.principal,
        right.host,
        right.operation,
        right.permission_type,
    )


def _wait(futures: dict[Any, Future[Any]]) -> None:
    for future in futures.values():
        future.result()
