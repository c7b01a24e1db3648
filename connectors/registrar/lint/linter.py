"""All checks of a file, in the order of its lines."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.findings import ERROR, Finding
from connectors.registrar.kafka import Kafka
from connectors.registrar.lint.keys import check_keys
from connectors.registrar.lint.listing import Listings
from connectors.registrar.lint.live import check_live
from connectors.registrar.lint.rules import check_rules
from connectors.registrar.lint.schema_content import check_schema_content
from connectors.registrar.rest import Connect


def lint_definitions(
    definitions: Sequence[Definition],
    listings: Listings,
    connect: Connect | None = None,
    kafka: Kafka | None = None,
) -> list[Finding]:
    """Everything that is wrong with the definitions; without Connect only what files show."""
    return [
        finding
        for definition in definitions
        for finding in sorted(
            dict.fromkeys(_findings(definition, listings, connect, kafka)),
            key=lambda f: (str(f.location.file), f.location.line, f.key),
        )
    ]


def _findings(
    definition: Definition, listings: Listings, connect: Connect | None, kafka: Kafka | None
) -> list[Finding]:
    problems = [*definition.problems]
    # Of a file without any configuration the rest would only say that it is missing.
    if problems and not definition.config:
        return problems
    found = [
        *problems,
        *check_keys(definition, listings),
        *check_rules(definition),
        *check_schema_content(definition),
    ]
    if connect:
        known = {finding.key for finding in found if finding.severity == ERROR}
        found += check_live(definition, known, connect, kafka)
    return found


def require_valid(
    definitions: Sequence[Definition],
    listings: Listings,
    connect: Connect | None = None,
    kafka: Kafka | None = None,
) -> list[Finding]:
    """Lint files before they are used; returns the warnings.

    Raises:
        RegistrarError: something is wrong with them; the text has a line for each thing.
    """
    found = lint_definitions(definitions, listings, connect, kafka)
    errors = [str(finding) for finding in found if finding.severity == ERROR]
    if errors:
        raise RegistrarError("\n".join(errors))
    return found


def plugin_classes(definition: Definition) -> list[str]:
    """Class names of the plugins that a definition uses."""
    config = definition.config
    used = [value for key, value in config.items() if key.endswith((".converter", ".type"))]
    return sorted({config.get("connector.class", ""), *used} - {""})
