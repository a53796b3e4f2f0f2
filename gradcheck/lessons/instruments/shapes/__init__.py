"""The instrument "shapes": a difference of gradients against h, and its blocks."""

from gradcheck.lessons.instruments.shapes.instrument import measure

__all__ = ["measure"]
