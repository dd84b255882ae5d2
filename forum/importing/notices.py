"""Recognises notices: disclaimers, and warnings and virus scan results added by mail gateways."""

import re

LENGTH = 2000  # characters of a paragraph that are checked
SIGNS = r"[*_/\[\s\d]*"
TITLE = re.compile(
    SIGNS + r"(?:legal )?(?:disclaimer|confidentiality(?: notice)?)\b\W*(?:$|[:.]|this|the)",
    re.I,
)
OPENING = re.compile(
    SIGNS + r"(?:(?:note|notice|important|caution|warning|external(?: e-?mail)?)\b\W*)?"
    r"(?:(?:this|the) (?:electronic )?(?:e-?mail|message|communication|transmission|information"
    r"|contents?|sender)"
    r"|e-?mails sent|if you (?:are|have) (?:not|received)|ce (?:message|courriel)|cet e-?mail"
    r"|diese (?:e-?mail|nachricht)|este (?:mensaje|correo|e-?mail)|esta mensagem|questo messaggio"
    r"|dit bericht"
    r"|caution|warning|external)\b",
    re.I,
)
SECRECY = re.compile(
    r"confidential|privileged|proprietary|vertraulich|confidenc|confidentiel|riservat|vertrouwelijk"
    r"|not the (?:intended|indicated|named) recipient|received this (?:e-?mail"
    r"|message) (?:by mistake|in error)"
    r"|intended (?:solely|only) for",
    re.I,
)
CONSEQUENCE = re.compile(
    r"intended|recipient|addressee|addressed|disclos|disseminat|in error|unauthori[sz]ed"
    r"|empfänger|destinat"
    r"|geadresseerde|protected by law|no liability|exclude any|delete|destroy|prohibited|unlawful",
    re.I,
)
HINTS = (  # every notice that the patterns match contains one of these
    "confiden", "privileged", "proprietary", "vertraulich", "riservat", "vertrouwelijk",
    "recipient", "received this",
    "intended", "disclaimer", "originated", "external sender", "external source", "virus",
)  # fmt: skip
OUTSIDE = re.compile(
    r"originated (?:from )?(?:outside|an? (?:untrusted|external))|from (?:an )?external (?:sender"
    r"|source)",
    re.I,
)
SCANNED = re.compile(
    SIGNS + r"(?:this (?:e-?mail|message)(?: and .{1,40})? (?:has been|was) (?:scanned"
    r"|checked)\b.{0,40}\bvirus"
    r"|virus-free\. |l'absence de virus dans ce|diese (?:e-?mail|nachricht) wurde .{0,40}\bviren)",
    re.I,
)


def may_be_in(lines):
    """A quick check whether there can be a notice at all, as most texts have none."""
    text = "\n".join(lines).lower()
    return any(hint in text for hint in HINTS)


def is_notice(paragraph):
    text = paragraph[:LENGTH]
    if TITLE.match(text) or SCANNED.match(text):
        return True
    if not OPENING.match(text):
        return False
    return bool((SECRECY.search(text) and CONSEQUENCE.search(text)) or OUTSIDE.search(text))
