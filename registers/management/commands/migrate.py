"""`manage.py migrate`, in a third of the time: what is written into the database is the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

OPTIONS = ("triggers", "constraints", "indexes")


@contextmanager
def options_alone_render_nothing() -> Iterator[None]:
    """Inside, a trigger, constraint or index more or less is written into the model as the migrations know it.

    Django (and pgtrigger with it) makes the model anew instead, and each one related to it: thirty classes for each of
    900 triggers and constraints, none of which has other fields than before.
    """
    reload_model, forwards = ProjectState.reload_model, {one: one.state_forwards for one in (AddTrigger, RemoveTrigger)}
    of_state = {name: getattr(ProjectState, name) for name in ("_append_option", "_remove_option")}

    def quietly(change: Callable[..., None]) -> Callable[..., None]:
        def changed(*args: Any) -> None:
            ProjectState.reload_model = _take_over_options  # type: ignore[method-assign, assignment]
            try:
                change(*args)
            finally:
                ProjectState.reload_model = reload_model  # type: ignore[method-assign]

        return changed

    try:
        for operation, change in forwards.items():
            operation.state_forwards = quietly(change)  # type: ignore[method-assign]
        for name, change in of_state.items():
            setattr(ProjectState, name, quietly(change))
        yield
    finally:
        for operation, change in forwards.items():
            operation.state_forwards = change  # type: ignore[method-assign]
        for name, change in of_state.items():
            setattr(ProjectState, name, change)


def _take_over_options(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """In place of `ProjectState.reload_model`, where nothing but an option of `OPTIONS` has changed."""
    if "apps" in state.__dict__:  # some models are made already
        told = state.models[app_label, model_name.lower()].options
        meta = state.apps.get_model(app_label, model_name)._meta
        for option in OPTIONS:
            if option in told:
                setattr(meta, option, list(told[option]))


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with options_alone_render_nothing():
            return super().handle(*args, **options)
