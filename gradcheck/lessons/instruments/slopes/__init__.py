"""The instrument "slopes": tangents, and slopes from one side."""

from gradcheck.lessons.instruments.slopes.instrument import measure

__all__ = ["measure"]
