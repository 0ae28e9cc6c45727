"""Grids and points of service in villages."""

from services.models.grid import Grid
from services.models.point import ServicePoint

__all__ = ["Grid", "ServicePoint"]
