"""Grids and points of service in villages."""

from services.models.grid import Grid

__all__ = ["Grid"]
