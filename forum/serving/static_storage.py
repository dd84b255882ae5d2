"""Static file storage for production: hashed, compressed, with one joined stylesheet."""

import posixpath
import re

from django.core.files.base import ContentFile
from servestatic.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/site.css"
OURS = re.compile(r"js/.+\.js")
COMMENT = re.compile(
    r"^[ \t]*(//.*|/\*\*((?!\*/).)*\*/)\n|/\*\* @type ((?!\*/).)*\*/ ?"
    r"| // [^\"'`\n]*$",  # behind code: with a quote in it or after it, it may be in a text
    re.MULTILINE,
)
STYLE_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
IMPORT = re.compile(r'^@import "(?P<name>[^"]+)";$', re.MULTILINE)


class Storage(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True

    def post_process(self, paths, **options):
        scripts = {name: (Script(*found), name) for name, found in paths.items() if OURS.fullmatch(name)}
        paths = {**paths, STYLESHEET: (Joined(paths), STYLESHEET), **scripts}
        yield from super().post_process(paths, **options)


class Script:
    """Opens a script of ours without types, the lines that are comments, and indentation: a sixth of a first view.

    Raises ValueError for a template literal over several lines, in which indentation would count.
    """

    def __init__(self, storage, path):
        self.storage, self.path = storage, path

    def open(self, name):
        with self.storage.open(self.path) as file:
            return ContentFile(bare(file.read().decode(), name).encode(), name=name)


def bare(script, name):
    lines = [line.strip() for line in COMMENT.sub("", script).splitlines()]
    for line in lines:
        if line.count("`") % 2:
            raise ValueError(f"{name} has a template literal over several lines: {line}")
    return "\n".join(lines) + "\n"


class Joined:
    """Opens a stylesheet with those that it imports written out in their place, in their order.

    `paths` is what collectstatic found: {name: (storage, path in it)}. Raises ValueError for a missing one.
    """

    def __init__(self, paths):
        self.paths = paths

    def open(self, name):
        here = posixpath.dirname(name)
        joined = IMPORT.sub(lambda found: self.read(posixpath.join(here, found["name"])), self.read(name))
        return ContentFile(joined.encode(), name=name)

    def read(self, name):
        if name not in self.paths:
            raise ValueError(f"{STYLESHEET} imports {name}, and there is no such file in static/.")
        storage, path = self.paths[name]
        with storage.open(path) as file:
            return STYLE_COMMENT.sub("", file.read().decode())
