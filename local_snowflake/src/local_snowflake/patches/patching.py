"""How a patch takes hold: the upstream symbol must be there, and hold what is to be replaced."""

from __future__ import annotations

from collections.abc import Callable
from string import Template
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


class PatchError(Exception):
    """Upstream has changed, so that a patch must be rewritten or deleted."""


def upstream(owner: Any, name: str) -> Any:
    """The symbol that a patch changes.

    Raises:
        PatchError: there is no such symbol.
    """
    if not hasattr(owner, name):
        raise PatchError(f"{owner.__name__}.{name} is gone: rewrite or delete its patch")
    return getattr(owner, name)


def replace(owner: Any, name: str, value: Any) -> None:
    """Put a value in the place of an upstream symbol.

    Raises:
        PatchError: there is no such symbol.
    """
    upstream(owner, name)
    setattr(owner, name, value)


def replaces(owner: Any, name: str) -> Callable[[_Function], _Function]:
    """Decorates the function that takes the place of an upstream one.

    Raises:
        PatchError: there is no such symbol.
    """

    def decorate(function: _Function) -> _Function:
        replace(owner, name, function)
        return function

    return decorate


def edit_sql(owner: Any, name: str, *changes: tuple[str, str]) -> None:
    """Change an upstream SQL text, a string or a Template, each old part to its new one.

    Raises:
        PatchError: there is no such text, or it has no such part.
    """
    symbol = upstream(owner, name)
    sql = symbol.template if isinstance(symbol, Template) else symbol
    # A data folder may have the view without the patch.
    sql = sql.replace("create view if not exists", "create or replace view")
    for old, new in changes:
        if old not in sql:
            raise PatchError(f"{owner.__name__}.{name} has no {old!r}: rewrite or delete its patch")
        sql = sql.replace(old, new)
    setattr(owner, name, Template(sql) if isinstance(symbol, Template) else sql)
