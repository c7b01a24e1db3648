"""The dbt macros that land rows, run without Airflow."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import settings
from settings.errors import ExpectedError

from . import quick_flags  # noqa: F401 - changes dbt
from .feeds import DBT_PROJECT
from .waiting import bound_every_wait, said_while_waiting

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner, dbtRunnerResult

#: How a macro's message begins when everything is recorded and another try would change nothing.
FINAL = "LANDING "


class MacroError(ExpectedError):
    """A macro failed; the text is the macro's own.

    Attributes:
        final: another try would change nothing.
    """

    def __init__(self, text: str, final: bool) -> None:
        super().__init__(text)
        self.final = final


class Macros:
    """Runs macros in this process; the project is parsed once."""

    def __init__(self) -> None:
        self._runner: dbtRunner | None = None

    def run_operation(self, macro: str, **arguments: Any) -> None:
        """`dbt run-operation MACRO --args ARGUMENTS` on the target snowflake.

        Raises:
            MacroError: it failed.
        """
        words = ["run-operation", macro, "--args", json.dumps(arguments)]
        runner = self.parse()
        with said_while_waiting(macro):
            raise_if_failed(runner.invoke([*words, *_PROJECT]))

    def parse(self) -> dbtRunner:
        """A runner that has read the project; the project is read once.

        Raises:
            MacroError: it cannot be parsed.
        """
        if self._runner is None:
            bound_every_wait()
            from dbt.cli.main import dbtRunner
            from dbt.contracts.graph.manifest import Manifest

            parsed = dbtRunner().invoke(["parse", *_PROJECT])
            raise_if_failed(parsed)
            assert isinstance(parsed.result, Manifest)
            self._runner = dbtRunner(manifest=parsed.result)
        return self._runner


@cache
def macros() -> Macros:
    """The macros of this process."""
    return Macros()


#: dbt writes there what it has parsed. An image's manifest is in a folder that nobody can write to,
#: so that the image names another one.
_manifest = (
    None if settings.get_optional("DBT_TARGET_PATH") else settings.get_optional("DBT_MANIFEST")
)
#: No artifacts are written: Airflow reads target/manifest.json while this runs.
_PROJECT = [
    # Whoever wrote the manifest has left there what is parsed.
    *(["--target-path", str(Path(_manifest).parent)] if _manifest else []),
    *("--project-dir", str(DBT_PROJECT)),
    *("--profiles-dir", str(DBT_PROJECT)),
    *("--target", "snowflake"),
    *("--no-write-json", "--quiet", "--no-use-colors"),
    # Each event at level debug takes longer to write than to make, and a build was seen to wait for
    # ever for the log file's lock. What a macro says is in its error.
    *("--log-level-file", "none"),
]


def raise_if_failed(result: dbtRunnerResult) -> None:
    """Check the result of a dbt command.

    Raises:
        MacroError: it failed; with the macro's message, without what dbt writes around it.
    """
    if result.success:
        return
    results = getattr(result.result, "results", None) or []
    said = "\n".join(str(one.message) for one in results)
    message = str(result.exception or said or "dbt failed without a message.")
    start = message.find(FINAL)
    if start < 0:
        raise MacroError(message, final=False)
    # dbt puts "Compilation Error in macro ..." before the text, and the macros' names after it.
    text = message[start + len(FINAL) :].split("> in macro")[0]
    raise MacroError("\n".join(line.rstrip() for line in text.splitlines()).strip(), final=True)
