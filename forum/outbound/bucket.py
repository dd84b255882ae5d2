"""A bucket of an S3-compatible service as a storage, with time limits.

Whatever goes wrong is an OSError, as with a disk, and what isn't there is a FileNotFoundError.
"""

import errno
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.core.files.base import ContentFile
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 2
ABSENT = {"404", "NoSuchKey", "NotFound"}


class BucketError(OSError):
    def __init__(self, error):
        super().__init__(errno.EIO, f"The bucket does not work: {error}")


@contextmanager
def as_oserror(name):
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ABSENT:
            raise FileNotFoundError(errno.ENOENT, "It is not in the bucket", name) from error
        raise BucketError(error) from error
    except (BotoCoreError, HTTPClientError, HTTPError) as error:
        raise BucketError(error) from error


@deconstructible
class BucketStorage(S3Storage):
    """Private objects, read and written whole: uploads are small."""

    def get_default_settings(self):
        return super().get_default_settings() | {
            "file_overwrite": True,
            "default_acl": None,
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                signature_version="s3v4",
            ),
        }

    def _open(self, name, mode="rb"):
        with as_oserror(name):
            answer = self.bucket.Object(self._normalize_name(name)).get()
            return ContentFile(answer["Body"].read(), name)

    def _save(self, name, content):
        with as_oserror(name):
            return super()._save(name, content)

    def delete(self, name):
        with as_oserror(name):
            super().delete(name)

    def exists(self, name):
        try:
            with as_oserror(name):
                self.connection.meta.client.head_object(
                    Bucket=self.bucket_name, Key=self._normalize_name(name)
                )
        except FileNotFoundError:
            return False
        return True

    def files(self, prefix):
        """Yields (name, time of its last change) of all files in a folder."""
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        with as_oserror(prefix):
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=f"{prefix}/"):
                for one in page.get("Contents", []):
                    yield one["Key"], one["LastModified"]
