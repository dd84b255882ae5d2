from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forum', '0004_announcements'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='hides_presence',
            field=models.BooleanField(default=False, help_text='Nobody sees that you are here, which topic you read, or that you are writing.', verbose_name='invisible'),
        ),
    ]
