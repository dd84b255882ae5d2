"""The files of uploads in a backup: copied after the database, and verified when it is restored.

They lie in the folder `uploads` beside the backups, which all of these share, as files are never
changed. Each backup has a list of those that it needs, in the format of sha256sum, and makes them
as young as itself, so that what deletes old backups can delete old files by the same rule.

A file that nothing needs any more stays in the storage for a day (`forum.uploads.retention`), so
every row of a backup that takes less time has its files.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files import File
from django.utils.translation import gettext as _

from forum.models.uploads import FILE, LARGE, SOURCE, Upload, path_of, storage, variants_of

from .errors import BackupError
from .files import temporary_file

FOLDER, LIST = "uploads", ".sha256"
NAME, VARIANT = re.compile(r"[0-9a-f]{32}"), re.compile(rf"{FILE}|{LARGE}|{SOURCE}|[0-9]{{1,5}}")
LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
CHUNK = 1 << 20


@dataclass
class Report:
    files: int = 0
    """All that the backup needs."""
    copied: int = 0
    """Bytes; of those that were there before nothing is copied."""
    missing: list[str] = field(default_factory=list)
    """Paths that the storage, or the backup, doesn't have."""


def needed(rows):
    """The paths that rows (name, kind, state, thumbnails) of a backup need.

    Raises BackupError for names that Parley doesn't give, which could lead anywhere.
    """
    paths = []
    for name, kind, state, thumbnails in rows:
        variants = variants_of(kind, state, thumbnails)
        if not NAME.fullmatch(name) or not all(map(VARIANT.fullmatch, variants)):
            raise BackupError(
                _("The backup has been changed: it has an upload with the name %r.") % name
            )
        paths += [path_of(name, variant) for variant in variants]
    return paths


def back_up(paths, path, report, advance):
    """Copy what is new of `paths` into the folder beside the backup `path`.

    Returns the content of its list. Raises OSError.
    """
    folder = path.parent / FOLDER
    known = newest_list(path.parent)
    lines = []
    for number, one in enumerate(paths):
        try:
            digest = kept(one, folder / one, known.get(one), report)
        except FileNotFoundError:
            report.missing.append(one)
        else:
            report.files += 1
            lines.append(f"{digest}  {one}\n")
        advance(number + 1, len(paths))
    return "".join(lines)


def kept(path, copy, digest, report):
    """The digest of a file that is in the backup's folder afterwards."""
    if not copy.exists():
        with storage().open(path) as source:
            make_folder(copy.parent)
            digest = write(source, copy)
        report.copied += copy.stat().st_size
    os.utime(copy)
    return digest or digest_of(copy)


def make_folder(folder):
    for one in reversed([folder, folder.parent, folder.parent.parent]):
        one.mkdir(mode=0o700, exist_ok=True)


def write(source, copy):
    """Copy a file so that it has its name only when it is complete; returns its digest."""
    digest = hashlib.sha256()
    with temporary_file(copy.with_name(f"{copy.name}.{os.getpid()}.part")) as part:
        with part.open("wb") as target:
            for chunk in iter(lambda: source.read(CHUNK), b""):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        os.rename(part, copy)
    return digest.hexdigest()


def newest_list(folder):
    """That of the last backup, so that its files needn't be read again."""
    lists = sorted(folder.glob(f"*{LIST}"), key=lambda path: path.stat().st_mtime)
    try:
        return read_list(lists[-1]) if lists else {}
    except BackupError:
        return {}


def list_of(path):
    return path.with_name(path.name + LIST)


def read_list(path):
    """{path: digest}. Raises BackupError."""
    found = {}
    for line in path.read_text().splitlines():
        match = LINE.fullmatch(line)
        if not match:
            raise BackupError(_("%s is damaged: it isn't a list of digests.") % path)
        found[match[2]] = match[1]
    return found


def check(paths, path):
    """Raise BackupError if there is no list, or a file of it is nowhere."""
    if not paths:
        return
    try:
        listed = read_list(list_of(path))
    except OSError as error:
        raise BackupError(
            _(
                "%(list)s can't be read (%(reason)s). It lies beside the backup and lists its"
                " pictures and files. To restore the database alone, pass --without-uploads."
            )
            % {"list": list_of(path), "reason": error.strerror}
        ) from error
    gone = [one for one in paths if one in listed and not is_anywhere(one, path)]
    if gone:
        raise BackupError(
            _(
                "%(count)d of the backup's files are missing in %(folder)s, for example %(file)s."
                " Nothing was restored. Copy them there, or pass --without-uploads: then posts show"
                " these as missing."
            )
            % {"count": len(gone), "folder": path.parent / FOLDER, "file": gone[0]}
        )


def is_anywhere(one, path):
    return (path.parent / FOLDER / one).exists() or storage().exists(one)


def restore(paths, path, report, advance):
    """Put all files of a backup into the storage, before the database. Raises BackupError."""
    listed = read_list(list_of(path)) if paths else {}
    for number, one in enumerate(paths):
        if one in listed:
            put_back(one, path.parent / FOLDER / one, listed[one], report)
            report.files += 1
        else:  # it was missing when the backup was made
            report.missing.append(one)
        advance(number + 1, len(paths))


def put_back(one, copy, digest, report):
    try:
        if storage().exists(one):
            with storage().open(one) as file:
                if digest_in(file) == digest:
                    return
            storage().delete(one)
        if digest_of(copy) != digest:
            raise BackupError(
                _("%s is damaged: its content isn't what it was. Nothing was restored.") % copy
            )
        with copy.open("rb") as file:
            storage().save(one, File(file))
        report.copied += copy.stat().st_size
    except OSError as error:
        raise BackupError(
            _("%(file)s could not be restored: %(reason)s. The database is as it was.")
            % {"file": one, "reason": error.strerror or error}
        ) from error


def missing():
    """The paths that the rows of the site's own database need, and the storage doesn't have."""
    rows = Upload.objects.values_list("name", "kind", "state", "thumbnails").order_by("pk")
    return [path for path in needed(rows.iterator()) if not storage().exists(path)]


def digest_of(path: Path):
    with path.open("rb") as file:
        return digest_in(file)


def digest_in(file):
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(CHUNK), b""):
        digest.update(chunk)
    return digest.hexdigest()
