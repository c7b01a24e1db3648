"""Constants in a statement, with signs and parentheses around them or not."""

from __future__ import annotations

from sqlglot import exp


def constant(node: exp.Expr) -> exp.Literal | None:
    """The literal that a node comes down to, if it does."""
    while isinstance(node, exp.Neg | exp.Paren):
        node = node.this
    return node if isinstance(node, exp.Literal) else None


def is_whole(node: exp.Expr) -> bool:
    """Whether it is a whole number, or a text of one."""
    found = constant(node)
    return found is not None and str(found.this).isdigit()
