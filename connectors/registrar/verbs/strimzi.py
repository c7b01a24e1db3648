"""`strimzi`: connectors and topics as resources of Strimzi, the Kafka operator of Kubernetes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any

import yaml

from connectors.registrar.definition import Definition, Topic
from connectors.registrar.errors import RegistrarError
from connectors.registrar.lint.linter import require_valid
from connectors.registrar.verbs.context import Context, exit_codes, print_json

HELP = "print connectors and topics as Kubernetes resources for Strimzi"
EXITS = exit_codes(failed="a file has errors")
#: Version 1 of Strimzi's API.
API = "kafka.strimzi.io/v1"
#: Settings that the resource has fields for, and refuses under `config`.
FIELDS = ("name", "connector.class", "tasks.max")
# RFC 1123 subdomain, which names of Kubernetes' objects are.
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST_NAME = 253

Resource = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cluster", default="pipeline", metavar="NAME", help="of the KafkaConnect (%(default)s)"
    )
    parser.add_argument(
        "--kafka-cluster", default="pipeline", metavar="NAME", help="of the Kafka (%(default)s)"
    )


def run_verb(context: Context) -> int:
    wanted = context.definitions()
    require_valid(wanted, context.listings(offline=True))
    rendered = resources(wanted, context.options.cluster, context.options.kafka_cluster)
    if context.options.json:
        # What kubectl takes in JSON is one object.
        print_json({"apiVersion": "v1", "kind": "List", "items": rendered})
    else:
        print(yaml.safe_dump_all(rendered, sort_keys=False, width=1 << 16), end="")
    return 0


def resources(
    definitions: Sequence[Definition], connect_cluster: str, kafka_cluster: str
) -> list[Resource]:
    """A KafkaTopic for each topic, a KafkaConnector for each connector; topics come first.

    `${env:X}` stays as it is: the worker's config provider fills it in there as well.

    Raises:
        RegistrarError: two names become the same in Kubernetes, or one cannot be a name there; or
            tasks.max is left to the worker.
    """
    topics = {topic.name: topic for d in definitions for topic in d.topics}
    found = [
        *(_topic(topic, kafka_cluster) for topic in topics.values()),
        *(_connector(d, connect_cluster) for d in definitions),
    ]
    _check_names(found, [*topics, *(d.name for d in definitions)])
    return found


def _topic(topic: Topic, cluster: str) -> Resource:
    # What is left out is the broker's to decide.
    numbers = {"partitions": topic.partitions, "replicas": topic.replication_factor}
    spec: Resource = {"topicName": topic.name}
    spec |= {key: number for key, number in numbers.items() if number is not None}
    if topic.config:
        spec["config"] = dict(topic.config)
    return _resource("KafkaTopic", topic.name, cluster, spec)


def _connector(definition: Definition, cluster: str) -> Resource:
    config = definition.config
    tasks = config.get("tasks.max", "1")
    if not tasks.isdecimal():
        raise RegistrarError(f"{definition.name}: tasks.max is {tasks}: Strimzi needs a number")
    spec = {
        "class": config["connector.class"],
        "tasksMax": int(tasks),
        # After an outage; what `watch` does beyond that, the operator does not.
        "autoRestart": {"enabled": True},
        "config": {key: value for key, value in config.items() if key not in FIELDS},
    }
    return _resource("KafkaConnector", definition.name, cluster, spec)


def _resource(kind: str, name: str, cluster: str, spec: Resource) -> Resource:
    metadata = {"name": kubernetes_name(name), "labels": {"strimzi.io/cluster": cluster}}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def kubernetes_name(name: str) -> str:
    """The name as Kubernetes allows it: lower case, with dashes for underscores.

    Raises:
        RegistrarError: that is not enough to make it one.
    """
    changed = name.lower().replace("_", "-")
    if not _NAME.fullmatch(changed) or len(changed) > _LONGEST_NAME:
        raise RegistrarError(
            f"{name}: cannot be a name in Kubernetes: use letters, digits, dashes and dots, "
            f"a letter or digit at both ends"
        )
    return changed


def _check_names(found: Sequence[Resource], names: Sequence[str]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for resource, name in zip(found, names, strict=True):
        key = (resource["kind"], resource["metadata"]["name"])
        if key in seen:
            raise RegistrarError(
                f"{seen[key]} and {name} are both {key[1]} in Kubernetes: rename one"
            )
        seen[key] = name
