from django.conf import settings
from django.db import migrations, models

# Django's own, which SQL drops without copying SQLite's table
INDEXES = {
    "forum_post_topic_id_68b61f28": "topic_id",
    "forum_post_author_id_609b7963": "author_id",
}


class Migration(migrations.Migration):
    dependencies = [("forum", "0024_levels")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON forum_post ({column})"
                )
                for name, column in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="post",
                    name="topic",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="posts",
                        to="forum.topic",
                        verbose_name="topic",
                    ),
                ),
                migrations.AlterField(
                    model_name="post",
                    name="author",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
            ],
        )
    ]
