"""The functions of the templates' language: pure, bounded in what they make, and none that waits or asks."""

from app.engine.bug.templates.functions import coding, numbers, random, strings, tests
from app.engine.bug.templates.functions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "coding", "numbers", "random", "strings", "tests"]
