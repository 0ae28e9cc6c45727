"""The quick way of migrating: the database holds what the models declare, and no class is made for an option."""

from django.apps import apps
from django.db import connection, models
from django.db.migrations import AddConstraint, CreateModel, RemoveConstraint
from django.db.migrations.state import ProjectState
from pgtrigger import registered

from registers.management.commands.migrate import options_alone_render_nothing

NAMED = models.CheckConstraint(condition=~models.Q(name=""), name="named")


def test_the_database_holds_every_constraint_index_and_trigger_that_models_declare(db):
    missing = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        triggers = {name for (name,) in cursor.fetchall()}
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed or model._meta.proxy:
                continue
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
            declared = [*model._meta.constraints, *model._meta.indexes]
            cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [model._meta.db_table])
            names = {*found, *(name for (name,) in cursor.fetchall())}
            missing += [f"{model._meta.label}: {one.name}" for one in declared if one.name not in names]
        for model, trigger in registered():
            if trigger.get_pgid(model) not in triggers:
                missing.append(f"{model._meta.label}: {trigger.name}")
    assert not missing
    assert len(triggers) > 300


def a_village_in_a_town() -> ProjectState:
    state = ProjectState()
    CreateModel("Town", [("id", models.AutoField(primary_key=True))]).state_forwards("places", state)
    fields = [
        ("id", models.AutoField(primary_key=True)),
        ("name", models.CharField(max_length=9)),
        ("town", models.ForeignKey("places.Town", models.CASCADE)),
    ]
    CreateModel("Village", fields).state_forwards("places", state)
    return state


def test_a_constraint_comes_and_goes_and_the_class_stays():
    state = a_village_in_a_town()
    village = state.apps.get_model("places", "Village")
    with options_alone_render_nothing():
        AddConstraint("village", NAMED).state_forwards("places", state)
        assert state.models["places", "village"].options["constraints"] == [NAMED]
        assert state.apps.get_model("places", "Village") is village
        assert village._meta.constraints == [NAMED]
        RemoveConstraint("village", "named").state_forwards("places", state)
        assert village._meta.constraints == []


def test_afterwards_django_does_as_it_always_did():
    state = a_village_in_a_town()
    village = state.apps.get_model("places", "Village")
    with options_alone_render_nothing():
        pass
    AddConstraint("village", NAMED).state_forwards("places", state)
    assert state.apps.get_model("places", "Village") is not village
