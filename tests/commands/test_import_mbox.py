from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from forum.models import Category, Post
from tests.importing import mails

pytestmark = pytest.mark.django_db


def bring(*paths, category="Kites"):
    """What the command says when it is done."""
    out = StringIO()
    call_command(
        "import_mbox", *map(str, paths), category=category, workers=0, stdout=out, stderr=StringIO()
    )
    return out.getvalue()


def test_the_category_is_made_when_it_is_missing(tmp_path):
    bring(mails.write(tmp_path / "a", mails.mail()), category="Kites & strings")

    assert Post.objects.get().topic.category.name == "Kites & strings"


def test_a_category_of_that_name_is_used(tmp_path, help_category):
    bring(mails.write(tmp_path / "a", mails.mail()), category="Help")

    assert Post.objects.get().topic.category == help_category


def test_a_category_whose_address_is_taken_gets_another(tmp_path):
    bring(mails.write(tmp_path / "a", mails.mail()), category="C")
    bring(mails.write(tmp_path / "b", mails.mail(message_id="<2@x>")), category="C++")

    assert sorted(Category.objects.values_list("slug", flat=True)) == ["c", "c-2"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_name_that_no_category_can_have_is_refused(tmp_path, name):
    with pytest.raises(CommandError, match="--category"):
        bring(mails.write(tmp_path / "a", mails.mail()), category=name)


def test_it_tells_what_it_did(tmp_path):
    said = bring(
        mails.write(tmp_path / "a.gz", mails.mail(), mails.mail(message_id=None), compressed=True)
    )

    assert said.splitlines() == [
        "2 messages read, 2 imported.",
        "2 new topics, 1 new authors.",
        "1 without a Message-ID of their own.",
    ]


def test_it_tells_what_was_there_already(tmp_path):
    path = mails.write(tmp_path / "a", mails.mail())
    bring(path)

    assert "1 messages read, 0 imported.\n" in bring(path)
    assert "1 were there already.\n" in bring(path, path).replace("2 were", "1 were")


def test_nothing_is_imported_when_one_of_the_files_is_missing(tmp_path):
    with pytest.raises(
        CommandError, match="no such file. Check the path.\nNothing was imported."
    ) as error:
        bring(mails.write(tmp_path / "a", mails.mail()), tmp_path / "b")

    assert str(tmp_path / "b") in str(error.value)
    assert not Category.objects.exists()


def test_a_damaged_file_does_not_stop_the_next_one(tmp_path):
    damaged = mails.write(
        tmp_path / "a.gz", *[mails.mail(message_id=f"<{n}@x>") for n in range(9)], compressed=True
    )
    damaged.write_bytes(damaged.read_bytes()[:-9])

    with pytest.raises(CommandError, match="damaged or truncated"):
        bring(damaged, mails.write(tmp_path / "b", mails.mail("The next.", message_id="<next@x>")))

    assert Post.objects.filter(body="The next.").exists()
