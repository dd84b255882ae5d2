"""Brotli for guests' pages that are kept, gzip for all others.

Members' pages have a shared part, which is compressed once and reused for every reader. Deflate
data is a sequence of blocks: those of the shared part are cached, and inserted between the blocks
of what precedes and follows it.
"""

import gzip
import secrets
import zlib

import brotli
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from forum.cache.lru import LRUCache
from forum.serving.encodings import accepted
from forum.serving.page_cache import is_kept

LEVEL = 6
BROTLI_QUALITY = 5  # as fast as LEVEL, and an eighth smaller (measured)
_cache = LRUCache(16 * 2**20)


def mark_shared(request, key, html):
    """Called by a view: its page contains `html`, which is the same for everybody under `key`."""
    request.shared = key, html


class CompressionMiddleware(GZipMiddleware):
    def process_response(self, request, response):
        forms = accepted(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        request.META["HTTP_ACCEPT_ENCODING"] = ", ".join(forms)  # Django ignores "q=0"
        if response.status_code == 200 and "br" in forms and is_kept(request):
            # It has no secrets whose size could tell anything.
            content = brotli.compress(response.content, quality=BROTLI_QUALITY)
            return self.encoded(response, "br", content)
        shared = getattr(request, "shared", None)
        if not shared or response.status_code != 200 or "gzip" not in forms:
            return super().process_response(request, response)
        content = self.with_shared(response.content, *shared)
        if content is None:
            return super().process_response(request, response)
        return self.encoded(response, "gzip", content)

    def encoded(self, response, encoding, content):
        patch_vary_headers(response, ("Accept-Encoding",))
        response.content = content
        response.headers["Content-Length"] = str(len(content))
        response.headers["Content-Encoding"] = encoding
        return response

    def with_shared(self, page, key, html):
        """The page in gzip format, or None if it does not contain the shared part."""
        shared = html.encode()
        before, found, after = page.partition(shared)
        if not found:
            return None
        blocks = _cache.get_or_set(key, lambda: blocks_of(shared, zlib.Z_FULL_FLUSH))
        trailer = zlib.crc32(page).to_bytes(4, "little") + (len(page) % 2**32).to_bytes(4, "little")
        parts = blocks_of(before, zlib.Z_FULL_FLUSH), blocks, blocks_of(after, zlib.Z_FINISH)
        return b"".join((self.header(), *parts, trailer))

    def header(self):
        """A gzip header with a file name of random length, so that sizes leak nothing (BREACH)."""
        name = b"a" * secrets.randbelow(self.max_random_bytes)
        return b"\x1f\x8b\x08" + bytes([gzip.FNAME]) + bytes(4) + b"\x00\xff" + name + b"\x00"


def blocks_of(data, flush):
    """Deflate blocks that refer to no earlier data and end on a byte boundary."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush(flush)
