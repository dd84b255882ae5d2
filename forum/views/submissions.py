"""Handles form submissions: whether one was already saved, and where to redirect."""

import json

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.encoding import iri_to_uri
from django.utils.module_loading import import_string

from forum.db.prepared import Prepared
from forum.forms import unsent
from forum.forms.submissions import digest, is_token
from forum.models import Post

SUBMITTED = Prepared(
    lambda reader, token, digest: Post.objects.visible_to(reader).submitted(reader, token, digest)
)


class Submission:
    """A submitted form that creates a post. `mark` is its (token, digest), None if invalid."""

    def __init__(self, request, form):
        self.author, token = request.user, request.POST.get("token", "")
        self.mark = (token, digest(form, request.path)) if is_token(token) else None
        form.mark = self.mark and " ".join(self.mark)

    def earlier(self):
        """The post that this submission has already created, if its author may see it, or None."""
        return next(iter(SUBMITTED.instances(self.author, *self.mark)), None) if self.mark else None

    def simultaneous(self):
        """After an IntegrityError: the post that a concurrent request created from this form.

        None if there is none, so that the error had another cause. Raises Http404 if its author
        may not see it.
        """
        if post := self.earlier():
            return post
        if self.mark and Post.objects.submitted(self.author, *self.mark).exists():
            raise Http404  # moved where its author can't see it
        return None


def is_check(request):
    """Whether a page only asks if its form was saved, after a request without a response."""
    return request.method == "POST" and request.headers.get("X-Requested-With") == "check"


def not_saved():
    return HttpResponse(status=204)


def invalid(request, template, context):
    """Render the page of a form with errors; with `Retry-After` if it was sent too often."""
    response = render(request, template, context, status=422)
    if wait := context["form"].wait:
        response["Retry-After"] = str(wait)
    return response


def saved(request, url, post=None):
    """Redirect to `url`, and drop the unsent text of this form.

    Scripts get 201 with a Location header, because fetch() hides the address of a redirect. For a
    `post` the body is its event, as the open pages of its topic get it, or only its change number
    if the script is about to get that event over its socket (`Prefer: return=minimal`).
    """
    unsent.forget(request)
    if request.headers.get("X-Requested-With") in ("fetch", "check"):
        headers = {"Location": iri_to_uri(url), "Content-Type": "application/json"}
        return HttpResponse(event_about(request, post), status=201, headers=headers)
    return redirect(url)


def event_about(request, post):
    if post is None:
        return ""
    if request.headers.get("Prefer") == "return=minimal":
        heads = {post.topic_id: (post.topic.epoch, post.change)}
        return json.dumps({"type": "heartbeat", "topics": heads})
    return import_string(settings.POST_UPDATE)(request.user, post.pk)
