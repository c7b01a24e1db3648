"""The Schema Registry: where readers find the contract of an Avro message."""

from __future__ import annotations

import json
import re

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from producer.contracts.contract import Contract
from producer.errors import ProducerError, UsageError

COMPATIBILITY = "BACKWARD"
#: Levels that are left as they are: as strict, or somebody's other choice.
STRICT_LEVELS = {
    direction + extent
    for direction in ("BACKWARD", "FORWARD", "FULL")
    for extent in ("", "_TRANSITIVE")
}
# Apicurio puts the exception's Java class before its reasons.
JAVA_CLASS = re.compile(r"^(?:\w+\.)+\w+: ")
INCOMPATIBLE, NOT_FOUND, SERVER_ERROR = 409, 404, 500


def register_contract(url: str, topic: str, contract: Contract) -> int:
    """Register the contract as the subject ``<topic>-value`` and return its schema id.

    Doing it again changes nothing. Compatibility is BACKWARD unless something as strict is set, by
    hand or for all subjects: a reader with the new contract can read all older messages, so the
    sink may get it before the producers.

    Raises:
        UsageError: the URL is not one.
        ProducerError: the registry does not answer, or finds the contract incompatible.
    """
    subject = f"{topic}-value"
    schema = Schema(json.dumps(contract.schema), "AVRO")
    try:
        client = SchemaRegistryClient({"url": url, "timeout": 10, "max.retries": 2})
        known = subject in client.get_subjects()
        if known:
            _require_compatibility(client, subject)
        schema_id = client.register_schema(subject, schema)
        if not known:
            _require_compatibility(client, subject)
    except ValueError as error:
        raise UsageError(f"SCHEMA_REGISTRY_URL={url}: {error}") from None
    except SchemaRegistryError as error:
        reason = JAVA_CLASS.sub("", error.error_message or f"HTTP {error.http_status_code}")
        if error.http_status_code >= SERVER_ERROR:
            raise ProducerError(
                f"the Schema Registry at {url} has an error of its own, try again: {reason}"
            ) from None
        if error.http_status_code == INCOMPATIBLE:
            reason += ". Keep the types, and give new fields a default; or use another topic"
        refused = f"{contract.name}.avsc as {subject}: {reason}"
        raise ProducerError(f"the Schema Registry at {url} refuses {refused}") from None
    # The client does not wrap the errors of the HTTP library that it uses.
    except Exception as error:
        raise ProducerError(f"no Schema Registry answers at {url}: {error}") from None
    return schema_id


def _require_compatibility(client: SchemaRegistryClient, subject: str) -> None:
    if (_compatibility(client, subject) or _compatibility(client, None)) not in STRICT_LEVELS:
        client.set_compatibility(subject, COMPATIBILITY)


def _compatibility(client: SchemaRegistryClient, subject: str | None) -> str:
    """What is set for a subject, or for all (None); empty if nothing is."""
    try:
        level = str(client.get_compatibility(subject))
    except SchemaRegistryError as error:
        if error.http_status_code != NOT_FOUND:
            raise
        return ""
    return "" if level == "NONE" else level
