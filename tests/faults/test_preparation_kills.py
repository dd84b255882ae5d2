"""A worker that is killed while it prepares a picture loses nothing, and another does it once."""

import os
import signal
import subprocess
import sys

import pytest
from django.utils import timezone

from forum.models import Upload
from forum.models.uploads import LARGE, storage
from forum.uploads.models import Preparation
from tests.images import pictures
from tests.support import world
from tests.support.polling import until
from tests.support.server import ROOT, Server

pytestmark = pytest.mark.once


def is_taken(upload):
    return Preparation.objects.filter(attempts__gt=0).exists()


def is_stored(upload):
    return storage().exists(upload.path(LARGE))


@pytest.fixture
def work(transactional_db):
    """A function that starts a worker."""
    started = []

    def start():
        command = [sys.executable, "manage.py", "work", "--threads", "1"]
        environment = {**os.environ, **Server().settings()}
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


@pytest.mark.parametrize("moment", [is_taken, is_stored])
def test_another_worker_does_it_once(work, ada, topic, moment):
    upload = world.picture(ada, pictures.saved(pictures.noisy(3000, 2000), "jpeg"))
    post = topic.reply(ada, f"![Me]({upload.get_absolute_url()})")
    worker = work()
    until(lambda: moment(upload))
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    Preparation.objects.filter(sent_at=None).update(due_at=timezone.now())  # no lease is waited for
    work()

    until(lambda: Preparation.objects.get().sent_at)
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY
    assert all(storage().exists(upload.path(variant)) for variant in upload.variants)
    after = topic.posts.get(pk=post.pk)
    assert "picture__image" in after.html
    assert after.change == post.change + 1
