"""dbt without its search for the module that defines each behavior flag.

dbt looks through the whole stack and all modules for each flag of an adapter, and appends an
adapter's flags to a list that is never emptied. In a process that runs many macros, or has imported
as much as Airflow, that takes longer than the macros. The module would only be named in a warning.
"""

from __future__ import annotations

from typing import Any

import wrapt


@wrapt.when_imported("dbt_common.behavior_flags")
def _name_no_module(module: Any) -> None:
    if hasattr(module.BehaviorFlagRendered, "_default_source"):
        module.BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")
