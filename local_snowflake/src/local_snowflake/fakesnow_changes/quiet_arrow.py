"""fakesnow fetches Arrow in a way DuckDB 2 warns about at each statement; it has no effect.

Test: none; the warnings fill the server's log without it
"""

import warnings


def apply() -> None:
    warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
