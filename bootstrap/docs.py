"""`docs`: the site that dbt makes of the models, their columns, tests and lineage."""

from __future__ import annotations

from rich.console import Console

import settings
from bootstrap import dbt
from settings.errors import ExpectedError


class DocsError(ExpectedError):
    """dbt could not make the site; the text is dbt's."""


def make(console: Console) -> None:
    """Make the site and say where it is.

    It describes the tables as they are in Snowflake now, so Snowflake has to be up.

    Raises:
        DocsError: dbt failed.
    """
    folder = dbt.docs()
    folder.mkdir(parents=True, exist_ok=True)
    # `--static` adds a page that needs no server: it can be sent to somebody.
    done = dbt.run("docs", "generate", "--static", "--target-path", folder)
    if done.returncode:
        raise DocsError(f"dbt cannot make the docs:\n{done.stdout[-3000:]}")
    console.print(f"one page, to open or send   {folder / 'static_index.html'}")
    console.print(f"the same as a folder        {folder}")


def url() -> str:
    """Where Airflow shows the site."""
    return f"{settings.get('AIRFLOW_URL')}/cosmos/pipeline/dbt_docs_index.html"
