"""Fields of planned and actual figures: both may be unknown, and unknown is not zero."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models


def yuan(verbose_name: str, *, signed: bool = False, **kwargs: Any) -> models.DecimalField:
    """Yuan with two decimals; null where nobody has told. Never negative unless `signed`."""
    checks = [] if signed else [MinValueValidator(0)]
    return models.DecimalField(
        verbose_name, max_digits=14, decimal_places=2, null=True, blank=True, validators=checks, **kwargs
    )


def mu(verbose_name: str, **kwargs: Any) -> models.DecimalField:
    """Land in mu (亩); null where nobody has told."""
    return models.DecimalField(
        verbose_name, max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)],
        **kwargs,
    )  # fmt: skip


def people(verbose_name: str, **kwargs: Any) -> models.PositiveIntegerField:
    """A number of people, households or things; null where nobody has told."""
    return models.PositiveIntegerField(verbose_name, null=True, blank=True, **kwargs)
