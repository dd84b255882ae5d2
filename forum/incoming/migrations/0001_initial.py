import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("forum", "0025_fewer_indexes_of_posts"),
    ]

    operations = [
        migrations.CreateModel(
            name="CategoryAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "address",
                    models.EmailField(
                        blank=True,
                        help_text="Members begin topics by mail to this address. The subject is the title. Leave empty for none.",
                        max_length=254,
                        null=True,
                        unique=True,
                        verbose_name="address",
                    ),
                ),
                (
                    "takes_unverified",
                    models.BooleanField(
                        default=False,
                        help_text="Anybody can write any sender into a mail. Tick this only if your mail server refuses mails with a forged one by itself.",
                        verbose_name="also from unverified senders",
                    ),
                ),
                (
                    "category",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_address",
                        to="forum.category",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "address for new topics",
                "verbose_name_plural": "addresses for new topics",
            },
        ),
        migrations.CreateModel(
            name="IncomingMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, null=True, verbose_name="next attempt"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("given_up_at", models.DateTimeField(null=True, verbose_name="given up")),
                ("message_id", models.CharField(blank=True, max_length=255)),
                ("digest", models.CharField(max_length=64)),
                ("sender", models.CharField(blank=True, max_length=255, verbose_name="sender")),
                ("subject", models.CharField(blank=True, max_length=255, verbose_name="subject")),
                ("sealed", models.TextField(editable=False)),
                ("is_cut", models.BooleanField(default=False, editable=False)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("posted", "Posted"),
                            ("refused", "Refused, with an answer"),
                            ("ignored", "Ignored"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "left_out",
                    models.PositiveIntegerField(default=0, verbose_name="attachments left out"),
                ),
                ("sent_at", models.DateTimeField(null=True, verbose_name="processed")),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="forum.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "incoming mail",
                "verbose_name_plural": "incoming mails",
                "abstract": False,
                "indexes": [
                    models.Index(
                        models.F("due_at"),
                        condition=models.Q(("due_at__isnull", False)),
                        name="incoming_incomingmail_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("message_id", "digest"), name="one_row_per_mail"
                    )
                ],
            },
        ),
    ]
