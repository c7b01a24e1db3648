"""Puts each service's secrets into files that only its container mounts.

Run once before the others, as `python -m bootstrap.containers.secrets FOLDER`. The values are those
of the .env file; what it does not set is drawn here, and kept. With `--print` they are printed too,
as a .env for the tools on the host.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import settings
from bootstrap.kafka import users
from bootstrap.postgres import provision
from bootstrap.service_secrets import AIRFLOW, CONNECT_REST, KAFKA, SINK, SNOWFLAKE, TASKS
from settings import dotenv_file, kafka, private_file
from settings.connect import REST_USER, sign_in
from settings.quoting import quoted

#: Folder -> the settings in it.
SECRETS: dict[str, tuple[str, ...]] = {
    "postgres": ("POSTGRES_PASSWORD",),
    "postgres-roles": ("POSTGRES_PASSWORD", *provision.ROLES.values()),
    "kafka-users": (*KAFKA, "KAFKA_ADMIN_PASSWORD", "CONNECT_KAFKA_PASSWORD", "KAFDROP_PASSWORD"),
    "connect": (*SINK, *CONNECT_REST),
    "registrar": (*SINK, *CONNECT_REST, *KAFKA),
    "producer": KAFKA,
    "snowflake": SNOWFLAKE,
    "redis": ("REDIS_PASSWORD",),
    "airflow": (*AIRFLOW, *TASKS),
    "dbt-docs": (*SNOWFLAKE, "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"),
}

#: A key as Compose mounts it -> its name, and the services that get it. In lower case, unlike a
#: setting.
KEYS = {
    "snowflake_private_key": ("snowflake_private_key.p8", "airflow", "dbt-docs"),
    "snowflake_public_key": ("snowflake_public_key.pub", "snowflake"),
}


def write(folder: Path, given: Path, keys: Path) -> None:
    """Write a file per secret below `folder`.

    Args:
        given: the .env file, which goes first as far as it goes; or the folder it may be in.
        keys: folder with the files of KEYS.
    """
    if given.is_dir():
        given /= ".env"
    text = (given if given.exists() else settings.EXAMPLE_FILE).read_text()
    kept = settings.ENV_FILE.read_text() if settings.ENV_FILE.exists() else ""
    dotenv_file.write(dotenv_file.completed(text, kept))
    settings.load_env()
    for service, names in SECRETS.items():
        for name in names:
            _put(folder / service / name, settings.get_optional(name))
    for key, (name, *services) in KEYS.items():
        for service in services:
            # Without one, Compose mounts /dev/null.
            _put(folder / service / name, (keys / key).read_text())
    # These read files of settings.
    password = {"apicurio.datasource.password": settings.get("REGISTRY_DB_PASSWORD")}
    _put(folder / "schema-registry" / "registry.properties", _properties(password))
    redis = settings.get_optional("REDIS_PASSWORD")
    _put(folder / "redis" / "redis.conf", redis and f"requirepass {quoted(redis)}\n")
    rest = settings.get("CONNECT_REST_PASSWORD")
    _put(folder / "registrar" / "CONNECT_URL", f"http://{sign_in(rest)}@connect:8083")
    _write_kafka(folder)
    # For the worker's health check: a command line would show it.
    _put(folder / "connect" / "curl.conf", f"user = {quoted(f'{REST_USER}:{rest}')}\n")


def _write_kafka(folder: Path) -> None:
    """With what Kafka and its clients of Java sign in; each reads a file of its own form."""
    _put(folder / "kafka" / "kafka.jaas", users.broker_jaas("inside", "host", "controller"))
    _put(folder / "connect" / "connect.jaas", kafka.jaas(kafka.WORKER))
    client = {
        **kafka.java_client(),
        "sasl.jaas.config": kafka.login(users.KAFDROP),
    }
    _put(folder / "kafdrop" / "kafdrop.properties", _properties(client))


def _properties(values: Mapping[str, str]) -> str:
    """As a properties file of Java has it: a backslash escapes, and only ASCII is sure."""
    return "".join(f"{name}={json.dumps(value)[1:-1]}\n" for name, value in values.items())


def _put(file: Path, text: str | None) -> None:
    """Write a file, or see that there is none."""
    if text:
        # Its container runs as some other user, and is the only one that mounts it.
        private_file.write(file, text, 0o444)
    else:
        # Mounted, also where nothing is in it.
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)


def main() -> None:
    """Write the secrets with what Compose mounts at /given and /run/secrets."""
    write(Path(sys.argv[1]), given=Path("/given"), keys=Path("/run/secrets"))
    if "--print" in sys.argv:
        sys.stdout.write(settings.ENV_FILE.read_text())


if __name__ == "__main__":
    main()
