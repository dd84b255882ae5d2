import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill_in_categories(apps, schema_editor):
    """Set the category each message was imported into, even if its topic has been moved since."""
    Message, Reference = apps.get_model("forum", "ImportedMessage"), apps.get_model("forum", "ImportedReference")
    Post = apps.get_model("forum", "Post")
    references = Reference.objects.filter(message_id=OuterRef("message_id"), topic__posts=OuterRef("post"))
    posts = Post.objects.filter(pk=OuterRef("post"))
    Message.objects.update(
        category=Coalesce(
            Subquery(references.values("category")[:1]), Subquery(posts.values("topic__category")[:1])
        )
    )


class Migration(migrations.Migration):
    dependencies = [("forum", "0013_topic_slugs")]

    operations = [
        migrations.AddField(
            "importedmessage",
            "category",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="forum.category"
            ),
        ),
        migrations.AddField(
            "importedmessage", "content_hash", models.CharField(db_index=True, default="", max_length=64), False
        ),
        migrations.AddField("importedmessage", "text_hash", models.CharField(default="", max_length=64), False),
        migrations.AlterField("importedmessage", "message_id", models.CharField(max_length=255)),
        migrations.RunPython(fill_in_categories, migrations.RunPython.noop),
        migrations.AlterField(
            "importedmessage",
            "category",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="forum.category"),
        ),
        migrations.AddConstraint(
            "importedmessage",
            models.UniqueConstraint(fields=["category", "message_id"], name="one_post_per_message_id"),
        ),
    ]
