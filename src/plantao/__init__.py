"""Plantão: the service desk of a Brazilian internet provider."""

__version__ = "2.0.0"
