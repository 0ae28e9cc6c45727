"""Errors of the domain. Their texts are Chinese, say what is wrong and what would be right, and may be shown."""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """A request that the rules of the house refuse. `status` is the HTTP status a page or the API answers with."""

    status = 400

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(DomainError):
    """What was given breaks a rule of the data."""


class SeveralInvalid(Invalid):
    """What was given breaks several rules: `problems` are (field, sentence); the first speaks for all."""

    def __init__(self, errors: Sequence[Invalid]) -> None:
        super().__init__(errors[0].message, field=errors[0].field)
        self.problems = [(error.field, error.message) for error in errors]


class WrongState(DomainError):
    """The thing is not in the state that this step begins from."""

    status = 409


class StaleVersion(DomainError):
    """Somebody saved the row after it was read."""

    status = 412


class NotAllowed(DomainError):
    """Inside the scope, but without the right."""

    status = 403


class NotFound(DomainError):
    """It does not exist, or lies outside the user's scope: the answer is the same."""

    status = 404

    def __init__(self, message: str = "没有找到，或不在您的管辖范围内", *, field: str = "") -> None:
        super().__init__(message, field=field)


class ItemErrors(Exception):
    """Several items of one write are wrong: {index of the item: DomainError or Django's ValidationError}."""

    def __init__(self, errors: Mapping[int, Exception]) -> None:
        super().__init__(f"{len(errors)} items are wrong")
        self.errors = dict(errors)
