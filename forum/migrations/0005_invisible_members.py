from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forum', '0004_announcements'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='hides_presence',
            field=models.BooleanField(default=False, help_text="Nobody can see that you're online, which topic you're reading, or that you're writing.", verbose_name='invisible'),
        ),
    ]
