"""The instrument "errors": difference quotients step by step, and both parts of their error."""

from gradcheck.lessons.instruments.errors.instrument import measure

__all__ = ["measure"]
