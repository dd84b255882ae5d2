"""Handles a form submission: whether it was saved before, and where to redirect."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.encoding import iri_to_uri

from forum.db.prepared import Prepared
from forum.forms import unsent
from forum.forms.submissions import digest, is_token
from forum.models import Post

SUBMITTED = Prepared(
    lambda reader, token, digest: Post.objects.visible_to(reader).submitted(reader, token, digest)
)


class Submission:
    """A form that makes a post, as it was sent: `mark` is what it can be recognised by."""

    def __init__(self, request, form):
        self.author, token = request.user, request.POST.get("token", "")
        self.mark = (token, digest(form, request.path)) if is_token(token) else None
        form.mark = self.mark and " ".join(self.mark)

    def earlier(self):
        """The post that this form has made before with the same content, if its author may see it;
        else None.
        """
        return next(iter(SUBMITTED.instances(self.author, *self.mark)), None) if self.mark else None

    def simultaneous(self):
        """After an IntegrityError: the post that the same form has just made. Raises Http404 when
        it may not be seen.

        Returns None when there is none: then something else was wrong.
        """
        if post := self.earlier():
            return post
        if self.mark and Post.objects.submitted(self.author, *self.mark).exists():
            raise Http404  # moved to where its author may not look
        return None


def only_asks(request):
    """A page that does not know what became of its form asks whether it was saved, without sending
    it again.
    """
    return request.method == "POST" and request.headers.get("X-Requested-With") == "check"


def not_saved():
    return HttpResponse(status=204)


def saved(request, url):
    """Leads on, and forgets what waited to be sent. A script is told where to: fetch() hides a
    redirect's address.
    """
    unsent.forget(request)
    if request.headers.get("X-Requested-With") in ("fetch", "check"):
        return HttpResponse(status=201, headers={"Location": iri_to_uri(url)})
    return redirect(url)
