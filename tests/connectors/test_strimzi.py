"""What goes to Kubernetes is what Strimzi's definitions accept, and the same as for Connect."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from bootstrap.native.jars import read_lock
from connectors.registrar.cli import main
from connectors.registrar.definition import Definition, Topic
from connectors.registrar.errors import RegistrarError
from connectors.registrar.targets import load_definitions
from connectors.registrar.verbs.strimzi import resources

CONNECTORS = Path(__file__).parents[2] / "connectors"
CRDS = json.loads((Path(__file__).parent / "strimzi" / "crds.json").read_text())
CLUSTER = yaml.safe_load((CONNECTORS / "strimzi" / "kafka_connect.yml").read_text())


@pytest.fixture(params=["json", "avro"])
def wanted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Definition]:
    monkeypatch.setenv("STREAM_FORMAT", request.param)
    return load_definitions((), CONNECTORS)


def validate(resource: dict[str, Any]) -> None:
    """As `kubectl apply` does: an unknown field is an error."""
    Draft202012Validator(_closed(CRDS[resource["kind"]])).validate(resource)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    open_ended = (
        schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    )
    if schema.get("type") == "object" and "properties" in schema and not open_ended:
        closed["additionalProperties"] = False
    return closed


def test_strimzi_takes_every_connector_and_topic(
    wanted: list[Definition], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["strimzi"], CONNECTORS, Path()) == 0
    printed = list(yaml.safe_load_all(capsys.readouterr().out))
    assert printed == resources(wanted, "pipeline", "pipeline")
    assert {each["kind"] for each in printed} == {"KafkaTopic", "KafkaConnector"}
    for each in printed:
        validate(each)


def test_connect_is_told_the_same_as_without_kubernetes(wanted: list[Definition]) -> None:
    found = {r["metadata"]["name"]: r["spec"] for r in resources(wanted, "c", "k")}
    for each in wanted:
        spec = found[each.name.replace("_", "-")]
        own = {"connector.class": spec["class"], "tasks.max": str(spec["tasksMax"])}
        assert spec["config"] | own == each.config
        for topic in each.topics:
            assert found[topic.name.replace("_", "-")]["topicName"] == topic.name


def test_strimzi_takes_the_connect_cluster_which_knows_every_placeholder(
    wanted: list[Definition],
) -> None:
    validate(CLUSTER)
    sink, plugin, avro = CLUSTER["spec"]["build"]["plugins"][0]["artifacts"]
    assert re.fullmatch("[0-9a-f]{128}", sink["sha512sum"])
    assert re.fullmatch("[0-9a-f]{128}", avro["sha512sum"])
    # The file that the lock has.
    assert any(avro["url"].endswith(str(jar.path)) for jar in read_lock("sink"))
    assert " " not in sink["url"] + plugin["url"]
    texts = "".join(v for d in wanted for v in d.config.values())
    given = {v["name"] for v in CLUSTER["spec"]["template"]["connectContainer"]["env"]}
    allowed = CLUSTER["spec"]["config"]["config.providers.env.param.allowlist.pattern"]
    for name in set(re.findall(r"\$\{env:(\w+)\}", texts)):
        assert name in given
        assert re.fullmatch(allowed, name)


@pytest.mark.parametrize(("field", "value"), [("taskMax", 3), ("tasksMax", "3"), ("state", "on")])
def test_the_definitions_refuse_what_kubernetes_would(field: str, value: object) -> None:
    definition = Definition("a", Path("a.yml"), {"connector.class": "A"}, {})
    resource = resources([definition], "c", "k")[0]
    validate(resource)
    resource["spec"][field] = value
    with pytest.raises(ValidationError):
        validate(resource)


def test_names_that_kubernetes_cannot_tell_apart_or_take_are_named() -> None:
    def topics(*names: str) -> list[Definition]:
        every = tuple(Topic(name) for name in names)
        return [Definition("a", Path("a.yml"), {"connector.class": "A"}, {}, every)]

    with pytest.raises(RegistrarError, match=r"a_b and a-b are both a-b"):
        resources(topics("a_b", "a-b"), "c", "k")
    with pytest.raises(RegistrarError, match=r"_a: cannot be a name"):
        resources(topics("_a"), "c", "k")
