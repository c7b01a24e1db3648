"""The ways a column can be drawn, as recipes name them; producer/README.md lists them."""

from producer.drawing.kinds import moments, money, texts, values
from producer.drawing.kinds.kind import objects, parse

__all__ = ["moments", "money", "objects", "parse", "texts", "values"]
