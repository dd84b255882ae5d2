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

SHARED_LEVEL = 6
OWN_LEVEL = 4  # for what is sent once: a quarter faster and 2 % larger (measured)
BROTLI_QUALITY = 5  # as fast as SHARED_LEVEL, and an eighth smaller (measured)
SMALLEST = 200  # bytes
COMPRESSED = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
_cache = LRUCache(16 * 2**20)


def mark_shared(request, key, html):
    """Called by a view: its page contains `html`, which is the same for everybody under `key`."""
    request.shared = key, html


class CompressionMiddleware(GZipMiddleware):
    def process_response(self, request, response):
        if response.headers.get("Content-Type", "") in COMPRESSED:
            return response
        forms = accepted(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        request.META["HTTP_ACCEPT_ENCODING"] = ", ".join(forms)  # Django ignores "q=0"
        if is_page(response) and "br" in forms and is_kept(request):
            # It has no secrets whose size could tell anything.
            content = brotli.compress(response.content, quality=BROTLI_QUALITY)
            return self.encoded(response, "br", content)
        if is_page(response) and "gzip" in forms:
            content = self.gzipped(response.content, *getattr(request, "shared", ()))
            return self.encoded(response, "gzip", content)
        return super().process_response(request, response)

    def encoded(self, response, encoding, content):
        patch_vary_headers(response, ("Accept-Encoding",))
        response.content = content
        response.headers["Content-Length"] = str(len(content))
        response.headers["Content-Encoding"] = encoding
        return response

    def gzipped(self, page, key=None, html=""):
        """The page in gzip format. If it contains `html`, that is compressed once for `key`."""
        parts, rest, shared = [], page, html.encode()
        start = page.find(shared) if shared else -1
        if start >= 0:
            before, rest = page[:start], page[start + len(shared) :]
            blocks = _cache.get_or_set(key, lambda: blocks_of(shared, SHARED_LEVEL))
            parts = [blocks_of(before, OWN_LEVEL), blocks]
        parts.append(blocks_of(rest, OWN_LEVEL, zlib.Z_FINISH))
        trailer = zlib.crc32(page).to_bytes(4, "little") + (len(page) % 2**32).to_bytes(4, "little")
        return b"".join((self.header(), *parts, trailer))

    def header(self):
        """A gzip header with a file name of random length, so that sizes leak nothing (BREACH)."""
        name = b"a" * secrets.randbelow(self.max_random_bytes)
        return b"\x1f\x8b\x08" + bytes([gzip.FNAME]) + bytes(4) + b"\x00\xff" + name + b"\x00"


def is_page(response):
    """Whether it is HTML worth compressing; Django compresses what else there is."""
    return (
        not response.streaming
        and response.headers.get("Content-Type", "").startswith("text/html")
        and len(response.content) >= SMALLEST
        and not response.has_header("Content-Encoding")
        and not response.has_header("ETag")
    )


def blocks_of(data, level, flush=zlib.Z_FULL_FLUSH):
    """Deflate blocks that refer to no earlier data and end on a byte boundary."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush(flush)
