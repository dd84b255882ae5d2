"""Static files for production: hashed, compressed, bundled into few stylesheets and scripts."""

import posixpath
import re

from django.core.files.base import ContentFile
from servestatic.storage import CompressedManifestStaticFilesStorage

from forum.serving.script_bundles import bare, joined

STYLESHEETS = ("css/site.css", "css/composing.css", "css/pages.css")
OURS = re.compile(r"js/.+\.js")
STYLE_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
STYLE_SPACE = re.compile(r"(?<=[{};,:])\s+|\s+(?=\{)|;\s*(?=\})")  # where it means nothing
IMPORT = re.compile(r'^@import "(?P<name>[^"]+)" layer\((?P<layer>\w+)\);$', re.MULTILINE)


class Storage(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = 10  # one for each level of files that contain names of others

    def post_process(self, paths, **options):
        made = {name: (GeneratedFile(text), name) for name, text in scripts(paths).items()}
        for name in made.keys() - paths.keys():  # only existing files get hashed names
            self.delete(name)
            self.save(name, made[name][0].open(name))
        joined = {name: (JoinedStylesheet(paths), name) for name in STYLESHEETS}
        paths = {**paths, **joined, **made}
        yield from super().post_process(paths, **options)


class GeneratedFile:
    """A generated text with the interface of a storage."""

    def __init__(self, text):
        self.text = text

    def open(self, name):
        return ContentFile(self.text.encode(), name=name)


def scripts(paths):
    """{name: text} of the scripts to serve.

    Includes the parts of joined scripts, although no page loads them.
    """
    sources = {name: read(*paths[name]) for name in paths if OURS.fullmatch(name)}
    return {name: bare(source, name) for name, source in sources.items()} | joined(sources)


def read(storage, path):
    with storage.open(path) as file:
        return file.read().decode()


class JoinedStylesheet:
    """Opens a stylesheet with its @imports inlined, each in the layer it is imported into.

    `paths` is from collectstatic: {name: (storage, path in it)}. Raises ValueError if an imported
    file is missing.
    """

    def __init__(self, paths):
        self.paths = paths

    def open(self, name):
        here = posixpath.dirname(name)

        def written_out(found):
            css = bare_style(self.read(posixpath.join(here, found["name"])))
            return f"@layer {found['layer']} {{\n{css}}}"

        return ContentFile(IMPORT.sub(written_out, self.read(name)).encode(), name=name)

    def read(self, name):
        if name not in self.paths:
            raise ValueError(f"A stylesheet imports {name}, which does not exist in static/.")
        return read(*self.paths[name])


def bare_style(css):
    """A stylesheet without comments, and with nothing between its parts that can be left out."""
    return STYLE_SPACE.sub("", STYLE_COMMENT.sub("", css))
