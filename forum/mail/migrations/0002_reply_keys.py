import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import forum.mail.models


class Migration(migrations.Migration):
    dependencies = [("forum", "0024_levels"), ("mail", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ReplyKey",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("key", models.CharField(default=forum.mail.models.new_key, max_length=32)),
            ],
        ),
    ]
