"""No kind of row is forgotten when villages are merged: it is moved, or said to stay."""

from django.apps import apps

from villages.models import Area, Village
from villages.movers import movers, staying


def test_every_row_of_a_village_is_moved_or_said_to_stay():
    moved = {model for _, mover in movers() for model in mover.models}
    pointing = {
        model
        for model in apps.get_models()
        if not hasattr(model, "pgh_tracked_model") and not model._meta.proxy and model is not Village
        for field in model._meta.concrete_fields
        if field.related_model in (Area, Village) and model is not Area
    }
    forgotten = sorted(model._meta.label for model in pointing - moved - set(staying()))
    assert not forgotten, f"register_mover(…) or stays(…) in AppConfig.ready() for {forgotten}"


def test_what_stays_is_said_with_its_reason_and_once():
    moved = {model for _, mover in movers() for model in mover.models}
    assert all(staying().values()) and not moved & set(staying())
