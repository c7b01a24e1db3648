"""register.py strimzi"""

from __future__ import annotations

import argparse

import yaml

from connectors.registrar.lint.lint import warnings
from connectors.registrar.strimzi import resources
from connectors.registrar.verbs.context import Context, print_json

HELP = "print connectors and topics as resources for Kubernetes, for Strimzi: | kubectl apply -f -"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cluster", default="pipeline", metavar="NAME", help="of the KafkaConnect (%(default)s)"
    )
    parser.add_argument(
        "--kafka-cluster", default="pipeline", metavar="NAME", help="of the Kafka (%(default)s)"
    )


def run(context: Context) -> int:
    wanted = context.definitions()
    warnings(wanted, context.listings(offline=True))
    rendered = resources(wanted, context.options.cluster, context.options.kafka_cluster)
    if context.options.json:
        # What kubectl takes in JSON is one object.
        print_json({"apiVersion": "v1", "kind": "List", "items": rendered})
    else:
        print(yaml.safe_dump_all(rendered, sort_keys=False, width=1 << 16), end="")
    return 0
