"""Whether a person may act at a place: the same answer for pages, the API and actions."""

from typing import Any

from registers.errors import Invalid, NotAllowed, NotFound
from registers.scope import Scope


def reaches(scope: Scope, code: str) -> bool:
    """Whether a village (or town) lies in the scope, by its area or by name."""
    return scope.covers(code) or code in scope.ids("village")


def require_change(*, by: Any, right: str, code: str, view_right: str) -> None:
    """The right at that place. Raises NotFound outside the scope, NotAllowed inside without the right."""
    if reaches(by.scope_for(right), code):
        return
    if reaches(by.scope_for(view_right), code):
        raise NotAllowed("您可以查看这里的资料，但没有修改的权限，请由有权限的同志办理")
    raise NotFound


def require_target(*, by: Any, right: str, code: str, field: str, what: str = "村居") -> None:
    """The same for a place that was named in a form: an unknown code and one out of reach read alike."""
    if not reaches(by.scope_for(right), code):
        raise Invalid(f"没有找到这个{what}，请核对名称或代码", field=field)
