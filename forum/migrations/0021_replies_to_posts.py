
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forum', '0020_hidden_versions'),
    ]

    operations = [
        migrations.AddField(
            model_name='post',
            name='replies_count',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='post',
            name='reply_to',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='replies', to='forum.post'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('reply_to__isnull', False)), fields=['reply_to', 'number'], name='replies_to_post'),
        ),
    ]
