"""Writes static/vendor/emoji.json from emojibase-data; then note the new digest in VERSIONS.

    npm pack emojibase-data@17.0.0 && tar xf emojibase-data-17.0.0.tgz
    python deploy/emoji_table.py package

A list of groups in the order of Unicode, each a list of emoji: [character, [its names]].
"""

import json
import sys
from pathlib import Path

COMPONENTS = 2  # the group of skin tones and hair, which no name of GitHub's means


def emoji_table(package):
    names = read(package, "shortcodes/github.json")
    groups = {}
    for one in sorted(read(package, "data.json"), key=lambda one: one.get("order", 0)):
        if one["hexcode"] in names and one.get("group", COMPONENTS) != COMPONENTS:
            groups.setdefault(one["group"], []).append(
                [one["emoji"], listed(names[one["hexcode"]])]
            )
    return [groups[number] for number in sorted(groups)]


def read(package, name):
    return json.loads((Path(package) / "en" / name).read_text("utf-8"))


def listed(names):
    return [names] if isinstance(names, str) else names


if __name__ == "__main__":
    target = Path(__file__).parent.parent / "static" / "vendor" / "emoji.json"
    text = json.dumps(emoji_table(sys.argv[1]), ensure_ascii=False, separators=(",", ":"))
    target.write_text(text + "\n", "utf-8")
