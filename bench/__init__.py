"""Measures the whole system on one machine: see README.md beside this file."""
