"""Drills: what breaks, and what is left standing. `python -m tests.drill [name …]`. See tests/figures.py."""
