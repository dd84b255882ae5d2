"""Extracts the text and the attachment names of a message; counts what is dropped."""

import re

from forum.importing import alternatives, enriched, flowed, html, mime, signatures
from forum.importing.charsets import decode
from forum.importing.headers import Headers, words

TEXT_LIMIT = 128_000  # characters; a post holds 32,000, and beyond these there are only old quotes
DATA_LIMIT = 1_000_000  # bytes to decode per part
PARTS_LIMIT = 1000
ATTACHMENTS_NAMED = 20  # at most

MARKUP = {"text/html", "application/xhtml+xml"}
NOT_TEXT = {"image", "audio", "video", "font", "model", "application", "message", "multipart"}
FOR_PROGRAMS = {
    "text/calendar",
    "text/vcard",
    "text/x-vcard",
    "text/directory",
    "text/css",
    "text/rtf",
}
FOR_PROGRAMS |= {"text/rfc822-headers"}
PART_HEADERS = {"content-type", "content-transfer-encoding"}
MESSAGES = {"message/rfc822", "message/global", "message/news"}
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
SHORT_TEXT = 300  # characters
FOR_OLD_PROGRAMS = re.compile(r"multi-?part message|\bmime\b", re.I)
META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w:-]+)", re.I)
FOR_MAIL_PROGRAMS = (
    "application/pgp-",
    "application/pkcs7-sig",
    "application/x-pkcs7-sig",
    "application/applefile",
)
ENCRYPTED = b"-----BEGIN PGP MESSAGE"


class Body:
    """`text`, and `attachments`, a list of names.

    Adds to the list `problems`, and counts what is dropped in the Counter `left_out`.
    """

    def __init__(self, part, problems, left_out):
        self.problems, self.left_out = problems, left_out
        self.parts_read, self.attached = 0, []
        texts = self._texts(part)
        if self.attached and not _have_text(texts):
            texts += self._texts_of_attachments()
        self.text = self._joined(texts)
        self.attachments = [self._name(part) for part in self.attached[:ATTACHMENTS_NAMED]]
        if self.attached:
            left_out["attachment"] += len(self.attached)

    def _joined(self, texts):
        text = "\n\n".join(text for text in texts if text.strip())
        if len(text) > TEXT_LIMIT:
            self.problems.append("size")
        return text[:TEXT_LIMIT]

    def _texts(self, part, depth=0):
        """The texts of a part and its subparts, in order; adds attachments to `self.attached`."""
        self.parts_read += 1
        if depth > mime.MAX_DEPTH or self.parts_read > PARTS_LIMIT:
            self.problems.append("mime")
            return []
        parts = part.parts
        if part.is_broken:
            self.problems.append("mime")
        if part.kind == "message/partial":
            is_first = part.parameter("number") == "1"
            return self._texts(part.message(), depth + 1) if is_first else [self._text(part)]
        if parts and part.kind == "multipart/alternative":
            return self._with_outside(part, self._forms(parts, depth + 1))
        if parts:
            return self._with_outside(
                part, [text for inner in parts for text in self._texts(inner, depth + 1)]
            )
        if (
            part.kind in MESSAGES
            and part.disposition != "attachment"
            and not part.filename
            and depth
        ):
            return self._forwarded(part, depth)
        return self._leaf(part)

    def _leaf(self, part):
        if part.family == "multipart":
            inner = part.message()
            return [self._text(inner if inner.headers.keys() & PART_HEADERS else part)]
        if _is_text(part) and part.disposition != "attachment" and not part.filename:
            return [self._text(part)]
        if _is_decoration(part):
            self.left_out["decoration"] += 1
        else:
            self.attached.append(part)
        return []

    def _forms(self, parts, depth):
        """The plainest of several alternatives, and what the others contain in addition."""
        kept = []
        for part in sorted(parts, key=_rank):
            texts, before = [], len(self.problems)
            for text in self._texts(part, depth):
                kept, dropped = alternatives.add(kept, text, may_replace=not texts)
                self.left_out["alternative"] += dropped
                texts.append(text)
            if not any(text in kept for text in texts):
                del self.problems[before:]  # of dropped texts
        return kept

    def _with_outside(self, part, texts):
        """`texts`, with the text around the parts if they contain nothing else."""
        outside = [decode(part.content[start:end])[0] for start, end in part.outside]
        outside = [text for text in outside if text.strip() and not _is_for_old_programs(text)]
        if outside and not _have_text(texts):
            return outside + texts
        if outside:
            self.left_out["outside"] += len(outside)
        return texts

    def _texts_of_attachments(self):
        """The readable attachments of a mail without other text; those declared as text first."""
        for wanted in (lambda part: _is_text(part) or part.kind in MESSAGES, lambda part: True):
            texts, rest = [], []
            for part in self.attached:
                found = self._readable(part) if wanted(part) else []
                texts += found
                if not found:
                    rest.append(part)
            if _have_text(texts):
                self.attached = rest
                return texts
        return []

    def _readable(self, part):
        if part.kind in MESSAGES:
            return self._forwarded(part, 1)
        if _is_text(part):
            return [self._text(part)]
        if (
            part.family not in ("application", "message", "text")
            or part.kind == "message/external-body"
        ):
            return []
        data, _is_broken = part.data(DATA_LIMIT)
        text, problem = decode(data, part.parameter("charset") or "utf-8")
        return (
            []
            if problem or BINARY.search(data) or ENCRYPTED in data or not text.strip()
            else [text[:TEXT_LIMIT]]
        )

    def _forwarded(self, part, depth):
        """A message attached to this one, as a quote."""
        message = part.message()
        headers = Headers(message.headers, self.problems)
        author, address = headers.author()
        text = "\n".join(
            f"> {line}" for line in self._joined(self._texts(message, depth + 1)).split("\n")
        )
        return (
            [f"On {headers.raw('date')[:60]}, {author or address} wrote:\n{text}"]
            if text.strip("> \n")
            else []
        )

    def _text(self, part):
        data, is_broken = part.data(DATA_LIMIT)
        if is_broken:
            self.problems.append("mime")
        label = part.parameter("charset") or (part.kind in MARKUP and _meta_charset(data)) or ""
        text, problem = decode(data, label)
        if problem:
            self.problems.append(problem)
        is_cut = len(text) > TEXT_LIMIT or part.end - part.body > DATA_LIMIT
        if is_cut:
            self.problems.append("size")
        return self._plain(
            part, text[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n"), is_cut
        )

    def _plain(self, part, text, is_cut):
        if part.kind in MARKUP:
            return html.to_text(text, is_cut)
        if part.kind in ("text/enriched", "text/richtext"):
            return enriched.to_text(text, part.kind)
        if part.parameter("format").lower() == "flowed":
            return flowed.unwrap(text, delete_space=part.parameter("delsp").lower() == "yes")
        return text

    def _name(self, part):
        name = part.filename or part.parameter("url")
        if not name and part.kind in MESSAGES:
            name = Headers(part.message().headers, self.problems).text("subject")
        name = words(decode(name[:1000].encode("utf-8", "surrogateescape"))[0], self.problems)
        return " ".join(name.split())[:100] or part.kind


def _is_text(part):
    return part.kind in MARKUP or part.family not in NOT_TEXT and part.kind not in FOR_PROGRAMS


def _is_for_old_programs(text):
    """Whether it is “This is a multi-part message in MIME format”, found before the first part."""
    return len(text) < SHORT_TEXT and bool(FOR_OLD_PROGRAMS.search(text))


def _rank(part):
    if part.kind == "text/plain":
        return 0
    if part.family == "multipart":
        return 2
    return 3 if part.kind in MARKUP else 1 if part.kind in ("text/enriched", "text/richtext") else 4


def _have_text(texts):
    return any(map(signatures.has_text, texts))


def _is_decoration(part):
    """Whether it is an image of the HTML, often a logo, or data such as a PGP signature."""
    return (part.family == "image" and "content-id" in part.headers) or part.kind.startswith(
        FOR_MAIL_PROGRAMS
    )


def _meta_charset(data):
    match = META_CHARSET.search(data[:4096])
    return match[1].decode("ascii", "replace") if match else ""
