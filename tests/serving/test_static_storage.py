import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command

from forum.serving.script_bundles import joined
from forum.serving.static_storage import JoinedStylesheet, bare_style

STATIC = Path(settings.BASE_DIR) / "static"
SERVED = sorted(
    joined(
        {str(path.relative_to(STATIC)): path.read_text() for path in (STATIC / "js").rglob("*.js")}
    )
)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder that a production server serves; ours only, since the admin's files take
    longer.
    """
    from django.test import override_settings

    root = tmp_path_factory.mktemp("static")
    backends = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "forum.serving.static_storage.Storage"},
    }
    finders = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    with override_settings(
        STATIC_ROOT=root, STORAGES=backends, STATICFILES_FINDERS=finders, DEBUG=False
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


JOINED = ("css/site.css", "css/composing.css", "css/pages.css")


def imports(name):
    return re.findall(r'@import "(.+)" layer', (STATIC / name).read_text())


def hashed(root, name):
    stem, suffix = name.rsplit(".", 1)
    [found] = [
        path
        for path in root.glob(f"{stem}.*.{suffix}")
        if re.search(r"\.[0-9a-f]{12}\.", path.name)
    ]
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("joined", JOINED)
def test_production_serves_a_stylesheet_in_the_order_of_the_imports(collected, joined):
    css = hashed(collected, joined).read_text()
    texts = [(STATIC / "css" / name).read_text() for name in imports(joined) if name != "fonts.css"]
    pieces = [bare_style(text).strip()[:60] for text in texts]

    assert "@import" not in css
    assert re.findall(r"^@layer (\w+) \{$", css, re.M) == [name[:-4] for name in imports(joined)]
    places = [css.index(piece) for piece in pieces]
    assert places == sorted(places)


def test_every_stylesheet_is_imported():
    alone = {"site.css", "composing.css", "pages.css", "writing.css", "found.css", "admin.css"}
    imported = [name for joined in JOINED for name in imports(joined)]

    assert {path.name for path in (STATIC / "css").glob("*.css")} - alone == set(imported)
    assert len(imported) == len(set(imported))


def test_a_missing_import_says_what_is_missing(tmp_path):
    (tmp_path / "site.css").write_text('@import "gone.css" layer(gone);\n')
    paths = {"css/site.css": (FileSystemStorage(tmp_path), "site.css")}

    with pytest.raises(ValueError, match=r"css/gone\.css"):
        JoinedStylesheet(paths).open("css/site.css")


def test_fonts_are_found_from_the_joined_stylesheet(collected):
    css = hashed(collected, "css/site.css")
    fonts = re.findall(r'url\("([^"]+)"\)', css.read_text())

    assert len(fonts) == 3
    for font in fonts:
        assert (css.parent / font).resolve().is_file()
        assert re.search(r"\.[0-9a-f]{12}\.woff2$", font)


def test_scripts_import_each_other_by_their_hashed_names(collected):
    for served in SERVED:
        script = hashed(collected, served)
        for name in re.findall(
            r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""", script.read_text()
        ):
            assert re.search(r"\.[0-9a-f]{12}\.js$", name), f"{served} imports {name}"
            assert (script.parent / name).resolve().is_file()


def test_scripts_are_joined(collected):
    owners = [name for name in SERVED if "class Connection" in hashed(collected, name).read_text()]

    assert owners == ["js/shared.js"]


def test_scripts_are_served_without_types(collected):
    assert [name for name in SERVED if "/**" in hashed(collected, name).read_text()] == []


def test_types_of_scripts_are_not_collected(collected):
    assert list((STATIC / "js").glob("*.d.ts"))
    assert not list(collected.rglob("*.d*.ts*"))


def test_all_scripts_are_checked():
    unchecked = [
        path.name
        for path in (STATIC / "js").rglob("*.js")
        if not path.read_text().startswith("// @ts-check\n")
    ]

    assert unchecked == []


def test_what_is_served_is_compressed_beforehand(collected):
    css = hashed(collected, "css/site.css")

    assert css.with_name(css.name + ".br").stat().st_size < css.stat().st_size / 3


def test_files_of_others_are_those_that_were_checked():
    lines = (STATIC / "vendor/VERSIONS").read_text().splitlines()
    rows = [line.split(" | ") for line in lines if line[0] != "#"]

    assert len(rows) >= 4
    for name, _package, _version, _licence, _taken, digest in rows:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name
