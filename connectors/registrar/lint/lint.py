"""All checks of a file, in the order of its lines."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka
from connectors.registrar.lint import contents, keys, live, rules
from connectors.registrar.lint.finding import ERROR, Finding
from connectors.registrar.lint.listing import Listings
from connectors.registrar.rest import Connect


def lint(
    definitions: Sequence[Definition],
    listings: Listings,
    connect: Connect | None = None,
    kafka: Kafka | None = None,
) -> list[Finding]:
    """Everything that is wrong with the definitions; without Connect only what files tell."""
    return [
        finding
        for definition in definitions
        for finding in sorted(
            dict.fromkeys(_findings(definition, listings, connect, kafka)),
            key=lambda f: (str(f.place.file), f.place.line, f.key),
        )
    ]


def _findings(
    definition: Definition, listings: Listings, connect: Connect | None, kafka: Kafka | None
) -> list[Finding]:
    problems = [Finding(p.place, ERROR, "", p.message) for p in definition.problems]
    # Of a file without any configuration, the rest would only say that it is missing.
    if problems and not definition.config:
        return problems
    found = [
        *problems,
        *keys.check(definition, listings),
        *rules.check(definition),
        *contents.check(definition),
    ]
    if connect:
        known = {finding.key for finding in found if finding.severity == ERROR}
        found += live.check(definition, known, connect, kafka)
    return found


def warnings(
    definitions: Sequence[Definition],
    listings: Listings,
    connect: Connect | None = None,
    kafka: Kafka | None = None,
) -> list[Finding]:
    """What is left to say about files that are fit to be used.

    Raises:
        RegistrarError: something is wrong with them; the text has a line for each thing.
    """
    found = lint(definitions, listings, connect, kafka)
    errors = [str(finding) for finding in found if finding.severity == ERROR]
    if errors:
        raise RegistrarError("\n".join(errors))
    return found


def classes(definition: Definition) -> list[str]:
    """Class names of the plugins that a definition uses."""
    config = definition.config
    used = [value for key, value in config.items() if key.endswith((".converter", ".type"))]
    return sorted({config.get("connector.class", ""), *used} - {""})
