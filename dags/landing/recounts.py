"""Which summaries the audit recounts, and how: the blocks `recount` in the models' YAML."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from .feeds import DBT_PROJECT, FeedError

MODELS = DBT_PROJECT / "models"


@dataclass(frozen=True)
class Recount:
    """A summary, and what counts the same from the facts.

    Attributes:
        model: schema.name of the summary.
        facts: what to select from: a fact, or a query in parentheses.
        by: columns of a group, in the summary and in the facts.
        measures: column of the summary -> SQL expression over the facts of a group.
        built_from: the summary's column with the newest `transformed_at` of a group's facts.
    """

    model: str
    facts: str
    by: tuple[str, ...]
    measures: dict[str, str]
    built_from: str


def load(folder: Path = MODELS) -> list[Recount]:
    """Every recount below a folder of models, in the order of files.

    Raises:
        FeedError: a block breaks dbt_project/recount.schema.json; the text names the file.
    """
    found = []
    for file in sorted(folder.glob("**/*.yml")):
        content = yaml.load(file.read_text(), Loader=yaml.CSafeLoader) or {}
        for model in content.get("models") or []:
            block = ((model.get("config") or {}).get("meta") or {}).get("recount")
            if block is not None:
                found.append(_recount(file, model, block))
    return found


def _recount(file: Path, model: dict[str, Any], block: Any) -> Recount:
    for fault in _validator().iter_errors(block):
        where = ".".join(map(str, ["recount", *fault.absolute_path]))
        raise FeedError(f"{file}: {model['name']}: {where}: {fault.message}")
    columns = {column["name"] for column in model.get("columns") or []}
    for name in [*block["by"], *block["measures"], block["built_from"]]:
        if name not in columns:
            raise FeedError(f"{file}: {model['name']}: recount: the model has no column {name}")
    return Recount(
        f"{_schema_of(file)}.{model['name']}",
        block["from"],
        tuple(block["by"]),
        dict(block["measures"]),
        block["built_from"],
    )


def _schema_of(file: Path) -> str:
    """The schema of the models in a folder, as dbt_project.yml has it."""
    project = _project()
    return str(project["models"][project["name"]][file.parent.name]["+schema"])


@cache
def _project() -> Any:
    return yaml.load((DBT_PROJECT / "dbt_project.yml").read_text(), Loader=yaml.CSafeLoader)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((DBT_PROJECT / "recount.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)
