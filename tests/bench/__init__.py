"""Measurements: `python -m tests.bench [name …]`. See tests/figures.py."""
