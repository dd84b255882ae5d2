"""Distinguishes source code, shell sessions and logs from prose in plain-text mails."""

import re

MAX_LINE = 1000  # characters; longer lines are prose
GAP = 2  # lines that look like prose allowed between lines of code, as in logs

# Each of these alone makes a line code.
SURE = re.compile(
    r"""
      \s*\$\s+\S                                                # $ command
    | (?:\([\w.-]{1,40}\)\s?)?[\w.*-]{1,64}@[\w.*-]{1,64}
        (?::[^\s$\#]*|\s[~/]\S*)?\s?[$\#]  # user@host:~$
    | ~[/\w.-]*\$\s
    | \s*\[?(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL)\](?:\s|$)
    | \s*(?:INFO|WARNING|ERROR|DEBUG):?\s?\[
    | \#\s?(?:include|define|ifdef|ifndef|endif|pragma)\b
    | \#!/
    | (?:g?make|ninja|cmake|gcc|g\+\+|ld|dpkg|apt|bash|sh|python3?|sudo|E|W|N)(?:\[\d+\])?:\s
    | CMake\ (?:Error|Warning)
    | -{2,3}\s(?:Found|Looking|Performing|Checking|Check|The\ C|Boost|Configuring|Generating|Build\
        |Detecting|Could\ |Installing|Using)
    | [\w./~+-]+\.\w{1,4}:\d+(?::\d+)?:?(?:\s|$)                  # file.cpp:12:3:
    | Traceback\ \(most | \s+File\ ".*",\ line\ \d | terminate\ called
    | \s+what\(\): | Segmentation\ fault
    | \s*\#\d+\s+0x | \s*(?:\w+:\s)?0x[0-9a-f]+\b.*0x
    | \s*(?:[0-9a-f]{4,8}:?\s+)(?:[0-9a-f]{2,4}\s+){4}          # hex dump
    | [A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d\s | \[\s*\d+\.\d{4,}\]  # syslog, dmesg
    | \d{4}-\d\d-\d\d[T\s]\d\d:\d\d:\d\d[.,]\d
    | diff\ --git\s | @@\s.*\s@@ | (?:\+\+\+|---)\s[ab]/
    | \s*</?[A-Za-z][\w:-]*(?:\s[\w:-]+="[^"]*")*\s*/?>(?:.*</\w[\w:-]*>)?\s*$
    | [|\s]*(?:\|\s{2,}|\|\s+[_/]|_{5,}\s*$\s*/)  # the boxes that hardware probes print
    | \s*(?:self|std|this|uhd|usrp|gr|np|plt)(?:\.|::|->)\w+.*[(;=]
    | \s*(?:def|class)\s\w+.*:\s*$ | \s*(?:if|for|while|elif|switch)\s*\(.*\)\s*\{?\s*$ | \s*(?:else
        |try|do)\s*\{
    | \s*(?:for\s\w+\sin|while|if|elif|with)\s.*\S:\s*$
    | \s*(?:import|from)\s[\w.]+(?:\simport\s[\w.*, ()]+|\sas\s\w+)?\s*;?\s*$
    | [^=;]*=[^;]*;\s*(?://.*)?$
    | \s*[\w.:>\[\]-]+\([^;]*\)\s*;\s*(?://.*)?$
    | \s*[a-z][\w.]*[._][\w.]*\([^;]*\)\s*$
    | \s*[}\])]+\s*[;,]?\s*$ | \s*//\s | \s*/\*
    | [A-Z]\w+(?:Error|Exception):\s
    | \s*(?:wire|reg|assign|module|endmodule|always|input|output|localparam|parameter)\b.*[;,(]\s*$
    | >>>\s
    | \s*export\s\w+= | \s*sudo\s+[a-z./] | \s*git\s(?:clone|checkout|pull|submodule|log|diff|commit
        |push|fetch)\b
    | \s*(?:pip3?|apt(?:-get)?)\sinstall\s
    """,
    re.X,
)
# Two adjacent lines of this kind are code.
LIKELY = re.compile(
    r"""
      \s{4,}\S | \t
    | \s*\#\s\S
    | \s*(?:cd|cmake|make|ls|cat|mkdir|source|ssh|scp|docker|echo|ifconfig|ping|ip|ethtool|modprobe
        |dmesg|lsusb)\s[\w./~-]+
    | \s*(?:uhd|usrp|rx|tx)_[\w]+(?:\.exe|\.py)?\s+-
    | \s*\.{0,2}/[\w./-]+
    | \s*[\w.\[\]>-]+\s*[:+]?=\s*\S+\s*$
    | \s*[\w.>:-]+\(.*\)\s*:?\s*$
    | \s*[a-z_][\w.-]*:\s+\S+\s*$
    | \s*[-=+*_|/\\]{5,}
    | \s*["']?\w+["']?\s*:\s*["'\[{\d]
    | \s*-\s\w+:\s
    | \s*[-+]?\d+(?:\.\d+)?(?:[,;\s]+[-+]?\d+(?:\.\d+)?){2,}\s*$
    | (?:Using|Setting|Creating|Actual|Detected|Initializ|Loading|Opening|Press|Done)\w*\b.*(?:\.{3}
        |:\s\S+\s*)$
    """,
    re.X,
)
WORD = re.compile(r"[^\W\d_]{2,}")
LINK = re.compile(r"\S*\s?<?https?://\S+$")
COLUMN = re.compile(r"\S\s{2,}(?=\S)")
PROMPT = re.compile(r"(?:\([\w.-]{1,40}\)\s?)?[\w.*-]{1,64}@[\w.*-]{1,64}:[^\s$#]{0,200}\s?[$#]")
TRACEBACK = re.compile(r"Traceback \(most|\s+File \".*\", line \d")
SYMBOL = re.compile(r"[^\w\s.,'’\"“”?!:-]|_|::|\d[\d.,]*")


def mark(lines):
    """For the lines of a paragraph: a list of whether each is code."""
    grades = [grade(line) for line in lines]
    marks = [_is_code(grades, index) for index in range(len(lines))]
    _fill_gaps(marks, lines)
    _follow_prompts(marks, lines)
    if _is_mostly_code(marks, lines):
        first = marks.index(True)
        marks[first:] = [True] * (len(marks) - first)
    return marks


def grade(line):
    """2 for code, 1 for likely code, 0 for prose."""
    if len(line) > MAX_LINE or LINK.match(line):
        return 0
    line = line.lstrip("*")  # from bold text in HTML
    if SURE.match(line) or line.endswith(("{", "};", ");")):
        return 2
    if is_prose(line):
        return 0
    if LIKELY.match(line) or line.endswith((";", "\\")) or len(COLUMN.findall(line)) > 1:
        return 1
    return int(len(line) > 15 and len(SYMBOL.findall(line)) > 0.15 * len(line))


def is_prose(line):
    words = WORD.findall(line)
    return (
        len(words) >= 8
        and sum(map(len, words)) > 0.68 * len(line.strip())
        and len(SYMBOL.findall(line)) < 4
    )


def _is_code(grades, index):
    if grades[index] != 1:
        return grades[index] == 2
    return any(grades[max(index - 1, 0) : index]) or any(grades[index + 1 : index + 2])


def _is_mostly_code(marks, lines):
    return (sum(marks) * 2 > len(marks) > 2) or (any(marks) and any(map(TRACEBACK.match, lines)))


def _fill_gaps(marks, lines):
    code = [index for index, is_code in enumerate(marks) if is_code]
    for before, after in zip(code, code[1:], strict=False):
        gap = lines[before + 1 : after]
        if len(gap) <= GAP and not any(is_prose(line) for line in gap):
            marks[before:after] = [True] * (after - before)


def _follow_prompts(marks, lines):
    """Mark the lines below `ines@host:~$ command`, which are the output of the command."""
    in_output = False
    for index, line in enumerate(lines):
        in_output = (in_output or bool(PROMPT.match(line))) and not is_prose(line)
        marks[index] = marks[index] or in_output
