from django.apps import apps
from django.db.models import AutoField, CharField
from django.db.models.functions import Collate


def models():
    """All models with a table, including many-to-many tables, in any order."""
    return [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def fields(model):
    return model._meta.concrete_fields


def has_generated_keys(model):
    """Whether the database generates the keys."""
    return isinstance(model._meta.pk, AutoField)


def highest_key(model, database):
    """The highest key in SQLite's binary collation; None without rows."""
    objects = model._base_manager.using(database.alias)
    if isinstance(model._meta.pk, CharField):
        objects = objects.order_by(Collate("pk", "C").desc())
    else:
        objects = objects.order_by("-pk")
    return objects.values_list("pk", flat=True).first()
