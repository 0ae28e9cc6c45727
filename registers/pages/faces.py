"""What all pages of registers share: finding the row within the scope, rights, domain errors, breadcrumbs.

An app that brings its own view for a face derives it from `Face` (or from the class of that face) and names it in
`Register.views`; the register arrives as `self.register`.
"""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from registers.errors import DomainError, NotAllowed, NotFound
from registers.register import Register


class DomainErrorsMixin:
    """Turns domain errors into answers: 404, 403, or a message on the page the person came from."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except NotFound:
            raise Http404 from None
        except NotAllowed:
            raise PermissionDenied from None
        except DomainError as error:
            return self.refused(error)

    def refused(self, error: DomainError) -> HttpResponse:
        """A POST goes back to the page it came from with the reason on top; a GET shows the reason."""
        if self.request.method == "POST":
            messages.error(self.request, error.message)
            return redirect(self.came_from())
        return render(self.request, "400.html", {"error_text": error.message}, status=error.status)

    def came_from(self) -> str:
        """The page of ours that the request came from, else the home page."""
        address = self.request.META.get("HTTP_REFERER", "")
        ours = url_has_allowed_host_and_scheme(
            address, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        return address if ours else reverse("home")


class Face(DomainErrorsMixin, View):
    """One page of a register."""

    register: Register = None  # type: ignore[assignment]  # given by as_view()
    needs_change: ClassVar[bool] = False  # the face is for those who may change rows somewhere

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.user: Any = request.user

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.needs_change and not self.may_change:
            # A row outside the scope is unknown first; only inside it is the right missing.
            if "key" in kwargs:
                self.visible_row(kwargs["key"])
            raise PermissionDenied
        if "key" not in kwargs and not self.user.can(self.register.view_right):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_change(self) -> bool:
        """Whether the user may change rows of this register anywhere."""
        return bool(self.register.change_right) and self.user.can(self.register.change_right)

    def visible_row(self, key: str) -> Any:
        """The row of that key within the user's scope; else 404, as for one that does not exist."""
        try:
            row = (
                self.register.rows(self.user).filter(**{self.register.source(self.register.lookup_field): key}).first()
            )
        except (ValueError, ValidationError):
            row = None
        if row is None:
            raise Http404
        return row

    def changeable_row(self, key: str) -> Any:
        """The same to be changed: 403 for a row that the user may see and not change."""
        row = self.visible_row(key)
        if not self.may_change_row(row):
            raise PermissionDenied
        return row

    def may_change_row(self, row: Any) -> bool:
        return self.may_change and self.register.changeable(self.user).filter(pk=row.pk).exists()

    def url(self, face: str, row: Any = None) -> str:
        """The address of another face, of the row where one is given."""
        return reverse(self.register.url_name(face), args=[self.register.key_of(row)] if row is not None else [])

    def breadcrumbs(self, *last: tuple[str, str]) -> list[dict[str, str]]:
        """The menu's group where it has another name, the register's list, then (title, url) pairs.

        The last, which is the page itself, has no address.
        """
        register = self.register
        above = [] if register.group == register.title else [(register.group, "")]
        pairs = [*above, (register.title, self.url("list") if last else ""), *last]
        return [{"title": title, "url": url} for title, url in pairs]

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, context, status=status)
