"""Constants in a statement, with or without signs and parentheses around them."""

from __future__ import annotations

from sqlglot import exp


def constant(node: exp.Expr) -> exp.Literal | None:
    """The literal inside a node; None if it is something else."""
    while isinstance(node, exp.Neg | exp.Paren):
        node = node.this
    return node if isinstance(node, exp.Literal) else None


def is_whole(node: exp.Expr) -> bool:
    """Whether a node is a whole number, or a text of one."""
    found = constant(node)
    return found is not None and str(found.this).isdigit()
