from django.apps import apps
from django.db.models import AutoField, CharField
from django.db.models.functions import Collate


def models():
    """All that have a table, also those between many and many. In any order: references are checked
    at the end.
    """
    return [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def fields(model):
    return model._meta.concrete_fields


def numbered(model):
    """Whether the database gives the keys."""
    return isinstance(model._meta.pk, AutoField)


def highest_key(model, database):
    """In SQLite's order, which knows nothing of languages; None without rows."""
    objects = model._base_manager.using(database.alias)
    if isinstance(model._meta.pk, CharField):
        objects = objects.order_by(Collate("pk", "C").desc())
    else:
        objects = objects.order_by("-pk")
    return objects.values_list("pk", flat=True).first()
