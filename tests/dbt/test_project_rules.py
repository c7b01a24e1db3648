"""The project keeps its own rules: what is where, what is described, what is tested."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode, Macro, ModelNode

from tests.dbt.conftest import Dbt

#: What models of a layer may select from: layers of models, or other kinds of node.
MAY_READ = {
    "operational": {"source", "operational"},
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed", "snapshot"},
}
PREFIXES = {
    # Named for what their readers ask for: a feed, or something to watch.
    "operational": ("unload_", "transactions_"),
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": ("dim_", "fct_"),
}


@pytest.fixture(scope="session", params=["snowflake", "postgres"])
def manifest(request: pytest.FixtureRequest, dbt: Dbt) -> Manifest:
    """The project as dbt understands it for each target."""
    words = ("--target", request.param, "--show-all-deprecations", "--warn-error")
    parsed: Manifest = dbt("parse", *words)
    return parsed


@pytest.fixture(scope="session")
def models(manifest: Manifest) -> list[ModelNode]:
    found = [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]
    assert found
    return found


@pytest.fixture(scope="session")
def macros(manifest: Manifest) -> list[Macro]:
    found = [macro for macro in manifest.macros.values() if macro.package_name == "pipeline"]
    assert found
    return found


def layer(node: ModelNode) -> str:
    return node.fqn[1]


def test_dbt_reads_the_project_without_a_warning_or_a_deprecation(manifest: Manifest) -> None:
    assert manifest.metadata.project_name == "pipeline"


def test_the_name_of_a_model_tells_its_layer(models: list[ModelNode]) -> None:
    assert [m.name for m in models if not m.name.startswith(PREFIXES[layer(m)])] == []


def test_a_model_selects_from_the_layer_before_it(
    models: list[ModelNode], manifest: Manifest
) -> None:
    wrong = []
    for model in models:
        for parent_id in model.depends_on.nodes:
            parent = manifest.nodes.get(parent_id) or manifest.sources[parent_id]
            kind = layer(parent) if isinstance(parent, ModelNode) else parent.resource_type.value
            if kind not in MAY_READ[layer(model)]:
                wrong.append(f"{model.name} selects from {parent.name}")
    assert wrong == []


def test_every_model_stands_beside_a_yml_of_its_name(models: list[ModelNode]) -> None:
    wrong = []
    for model in models:
        described_in = (model.patch_path or "").removeprefix("pipeline://")
        if described_in != str(Path(model.original_file_path).with_suffix(".yml")):
            wrong.append(model.name)
    assert wrong == []


def test_every_model_seed_and_snapshot_and_every_column_is_described(manifest: Manifest) -> None:
    wrong = []
    for node in manifest.nodes.values():
        if node.resource_type.value in ("model", "seed", "snapshot"):
            wrong += [] if node.description.strip() else [node.name]
            wrong += [f"{node.name}.{c.name}" for c in node.columns.values() if not c.description]
    for source in manifest.sources.values():
        wrong += [] if source.description.strip() else [source.name]
        wrong += [f"{source.name}.{c.name}" for c in source.columns.values() if not c.description]
    assert wrong == []


def test_every_macro_is_alone_in_a_file_of_its_name(macros: list[Macro]) -> None:
    # dbt calls the macro of a generic test test_NAME.
    names = [(m.name.removeprefix("test_"), Path(m.original_file_path).stem) for m in macros]
    assert [name for name, file in names if name != file] == []
    files = Counter(macro.original_file_path for macro in macros)
    assert [file for file, count in files.items() if count > 1] == []


def test_every_macro_and_every_argument_is_described_in_its_folder(macros: list[Macro]) -> None:
    wrong = []
    for macro in macros:
        folder = Path(macro.original_file_path).parent
        if folder.parts[0] == "macros":
            signature = re.search(rf"macro {macro.name}\((.*?)\)", macro.macro_sql)
            declared = re.findall(r"(\w+)(?:=[^,]+)?", signature[1]) if signature else []
            described = [argument.name for argument in macro.arguments if argument.description]
            described_in = (macro.patch_path or "").removeprefix("pipeline://")
            if not macro.description or described != declared:
                wrong.append(macro.name)
            if described_in != str(folder / "_macros.yml"):
                wrong.append(f"{macro.name} in {described_in}")
    assert wrong == []


def test_every_mart_has_a_contract_and_a_tested_key(
    models: list[ModelNode], manifest: Manifest
) -> None:
    keyed = {
        test.attached_node
        for test in manifest.nodes.values()
        if isinstance(test, GenericTestNode)
        and test.test_metadata.name in ("unique", "unique_combination")
    }
    marts = [model for model in models if layer(model) == "marts"]
    assert [m.name for m in marts if not m.contract.enforced] == []
    # Staging shows rows as they came; an unload view has the key of its sink table, which keeps it.
    may_go_without = ("stg_", "unload_")
    without = [
        m.name for m in models if m.unique_id not in keyed and not m.name.startswith(may_go_without)
    ]
    assert without == []
