"""The text of a message and what is attached to it. Whatever text there is gets found; what is dropped is counted."""

import re

from . import enriched, flowed, html, mime, signatures
from .charsets import decode
from .headers import Headers, words

TEXT_LIMIT = 128_000  # characters; what is cut of a post that holds 32,000 is only ever old quotes
DATA_LIMIT = 1_000_000  # bytes of a part that are decoded
PARTS_LIMIT = 1000
ATTACHMENTS_NAMED = 20
FOOTER_LENGTH = 5000  # characters; longer ones there are not
SHORT_WORDS = 40  # of a plain form that may only say that there is a better one

MARKUP = {"text/html", "application/xhtml+xml"}
NOT_TEXT = {"image", "audio", "video", "font", "model", "application", "message", "multipart"}
FOR_PROGRAMS = {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/rtf"}
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
SHORT_TEXT = 300  # characters
FOR_OLD_PROGRAMS = re.compile(r"multi-?part message|\bmime\b", re.I)
META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w:-]+)", re.I)
SIGNATURE_KINDS = ("application/pgp-", "application/pkcs7-", "application/x-pkcs7-")


class Body:
    """`text`, and `attachments` with the names of what is attached. Adds to `problems`, and counts in
    `left_out` what is dropped."""

    def __init__(self, part, problems, left_out):
        self.problems, self.left_out = problems, left_out
        self.parts_read, self.attached = 0, []
        texts = self._texts(part)
        if self.attached and not _says_anything(texts):
            texts += self._texts_of_attachments()
        texts = self._with_outside(part, texts)
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
        """The texts of a part and those inside of it, in order; what is attached goes to `self.attached`."""
        self.parts_read += 1
        if depth > mime.DEEPEST or self.parts_read > PARTS_LIMIT:
            self.problems.append("mime")
            return []
        if part.is_broken:
            self.problems.append("mime")
        if part.parts and part.kind == "multipart/alternative":
            return self._best(part.parts, depth + 1)
        if part.parts:
            return [text for inner in part.parts for text in self._texts(inner, depth + 1)]
        if part.kind == "message/rfc822" and part.disposition != "attachment" and not part.filename and depth:
            return self._forwarded(part, depth)
        return self._leaf(part)

    def _leaf(self, part):
        if part.family == "multipart":
            self.problems.append("mime")
            return [self._text(part)]
        if _is_text(part) and part.disposition != "attachment" and not part.filename:
            return [self._text(part)]
        if _is_decoration(part):
            self.left_out["decoration"] += 1
        else:
            self.attached.append(part)
        return []

    def _best(self, parts, depth):
        """Of several forms of one text the plainest that says anything; what is attached to the others counts."""
        parts, chosen = sorted(parts, key=_rank), []
        for index, part in enumerate(parts):
            texts = self._texts(part, depth)
            if not chosen or _is_better(texts, chosen):
                chosen, texts = texts, chosen
            if others := sum(bool(text.strip()) for text in texts):
                self.left_out["alternative"] += others
            if index < len(parts) - 1 and _says_anything(chosen) and not _may_be_a_stand_in(chosen):
                return chosen + self._attached_to(parts[index + 1 :], depth)
        return chosen

    def _attached_to(self, parts, depth):
        for part in parts:
            if part.parts and depth < mime.DEEPEST:
                self._attached_to(part.parts, depth + 1)
            elif not _is_text(part):
                self._leaf(part)
            else:
                self.left_out["alternative"] += 1
        return []

    def _with_outside(self, part, texts):
        """With what stands before the first part or after the last, if nothing is said inside of them."""
        outside = [decode(part.content[start:end])[0] for start, end in part.outside]
        outside = [text for text in outside if text.strip() and not _is_for_old_programs(text)]
        if outside and not _says_anything(texts):
            return outside + texts
        if outside:
            self.left_out["outside"] += len(outside)
        return texts

    def _texts_of_attachments(self):
        """For a mail that says nothing else: its attachments that can be read, those that are called text first."""
        for wanted in (lambda part: _is_text(part) or part.kind == "message/rfc822", lambda part: True):
            texts, rest = [], []
            for part in self.attached:
                found = self._readable(part) if wanted(part) else []
                texts += found
                if not found:
                    rest.append(part)
            if _says_anything(texts):
                self.attached = rest
                return texts
        return []

    def _readable(self, part):
        if part.kind == "message/rfc822":
            return self._forwarded(part, 1)
        if _is_text(part):
            return [self._text(part)]
        if part.family not in ("application", "message", "text"):
            return []
        data, _is_broken = part.data(DATA_LIMIT)
        text, problem = decode(data, part.parameter("charset") or "utf-8")
        return [] if problem or BINARY.search(data) or not text.strip() else [text[:TEXT_LIMIT]]

    def _forwarded(self, part, depth):
        """A message inside of this one, as a quote."""
        message = part.message()
        headers = Headers(message.headers, self.problems)
        author, address = headers.author()
        text = "\n".join(f"> {line}" for line in self._joined(self._texts(message, depth + 1)).split("\n"))
        return [f"On {headers.raw('date')[:60]}, {author or address} wrote:\n{text}"] if text.strip("> \n") else []

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
        return self._plain(part, text[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n"), is_cut)

    def _plain(self, part, text, is_cut):
        if part.kind in MARKUP:
            return html.to_text(text, is_cut)
        if part.kind in ("text/enriched", "text/richtext"):
            return enriched.to_text(text, part.kind)
        if part.parameter("format").lower() == "flowed":
            return flowed.unwrap(text, delete_space=part.parameter("delsp").lower() == "yes")
        return text

    def _name(self, part):
        name = part.filename
        if not name and part.kind == "message/rfc822":
            name = Headers(part.message().headers, self.problems).text("subject")
        name = words(decode(name[:1000].encode("utf-8", "surrogateescape"))[0], self.problems)
        return " ".join(name.split())[:100] or part.kind


def _is_text(part):
    return part.kind in MARKUP or part.family not in NOT_TEXT and part.kind not in FOR_PROGRAMS


def _is_for_old_programs(text):
    """“This is a multi-part message in MIME format”, as it stands before the first part."""
    return len(text) < SHORT_TEXT and bool(FOR_OLD_PROGRAMS.search(text))


def _rank(part):
    if part.kind == "text/plain":
        return 0
    if part.family == "multipart":
        return 2
    return 3 if part.kind in MARKUP else 1 if part.kind in ("text/enriched", "text/richtext") else 4


def _says_anything(texts):
    """Whether there is more than a signature and a footer."""
    if any(len(text) > FOOTER_LENGTH and not text.isspace() for text in texts):
        return True
    return any(line.strip() for text in texts for line in signatures.without(text.split("\n")))


def _may_be_a_stand_in(texts):
    """Whether these words may be “Your mail program can't show this message”."""
    return sum(len(text.split(None, SHORT_WORDS)) for text in texts) < SHORT_WORDS


def _is_better(texts, chosen):
    """Whether a richer form says far more than the plainer one."""
    said = sum(len(text.split()) for text in chosen)
    return sum(len(text.split()) for text in texts) > 4 * said + 20 or not _says_anything(chosen)


def _is_decoration(part):
    """Pictures inside of HTML, mostly logos, and signatures that only a mail program can check."""
    return (part.family == "image" and "content-id" in part.headers) or part.kind.startswith(SIGNATURE_KINDS)


def _meta_charset(data):
    match = META_CHARSET.search(data[:4096])
    return match[1].decode("ascii", "replace") if match else ""
