"""`plantao demo`: a small provider to look at, complete on one machine."""

from plantao.demo.run import run

__all__ = ["run"]
