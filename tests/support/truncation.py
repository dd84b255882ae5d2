"""Empties the database after a test that commits; on PostgreSQL much faster than TRUNCATE."""

from django.db import connection, transaction

# filled by `migrate`, never changed by tests
STAYING = {"django_content_type", "auth_permission", "django_migrations"}


def empty():
    """Deletes the rows of all tables in one transaction; foreign keys are checked at its end."""
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in set(found) - STAYING:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
