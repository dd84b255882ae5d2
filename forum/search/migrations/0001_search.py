import django.db.models.deletion
from django.db import migrations, models

import forum.search.fields

# In SQLite a full-text index without positions, kept by triggers. `search_tokens` is a function of
# the connection (apps.py).
SQLITE = [
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "keys, content='', detail=none, columnsize=0, tokenize='ascii')",
    "INSERT INTO search_index(search_index, rank) VALUES ('automerge', 8)",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_index(rowid, keys) VALUES (new.post_id, search_tokens(new.keys));"
    " END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_index(search_index, rowid, keys)"
    " VALUES ('delete', old.post_id, search_tokens(old.keys));"
    " END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE OF keys ON search_entry"
    " WHEN old.keys IS NOT new.keys BEGIN"
    " INSERT INTO search_index(search_index, rowid, keys)"
    " VALUES ('delete', old.post_id, search_tokens(old.keys));"
    " INSERT INTO search_index(rowid, keys) VALUES (new.post_id, search_tokens(new.keys));"
    " END",
]
# Without the list of pending entries, which every search would have to go through.
POSTGRESQL = [
    "CREATE INDEX search_entry_keys ON search_entry USING gin ((keys || ARRAY["
    "-(1 + 3 * (post_id / 4096) + 0)::integer, -(1 + 3 * (post_id / 32768) + 1)::integer,"
    " -(1 + 3 * (post_id / 262144) + 2)::integer])) WITH (fastupdate = off)"
]


def add_index(apps, editor):
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def remove_index(apps, editor):
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TABLE search_index")


class Migration(migrations.Migration):
    initial = True

    dependencies = [("forum", "0023_wikis")]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "post",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="forum.post",
                    ),
                ),
                ("keys", forum.search.fields.KeysField(editable=False)),
                ("version", models.SmallIntegerField(editable=False)),
            ],
        ),
        migrations.RunPython(add_index, remove_index),
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=30, unique=True)),
                ("ending", models.CharField(db_index=True, max_length=30)),
                ("length", models.PositiveSmallIntegerField()),
                ("posts", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("at", models.BigIntegerField(default=0)),
            ],
        ),
    ]
