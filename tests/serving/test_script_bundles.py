"""What is joined behaves as the scripts it was made of."""

import json
import shutil
import subprocess

import pytest

from forum.serving.script_bundles import bare, joined

PAGE = {
    "js/app.js": (
        'import { name } from "./names.js";\nimport { add as plus, log } from "./log.js";\nimport'
        ' "./loud.js";\nconst local = "app";\nplus(name, local);\nawait_();\nasync function'
        ' await_() {\n  (await import("./rooms/room.js")).enter();\n '
        " console.log(JSON.stringify(log));\n}\n"
    ),
    "js/names.js": 'const local = "hidden";\nexport const name = `${local}`;\n',
    "js/log.js": (
        "export const log = [];\nexport function add(...words) {\n  log.push(...words);\n}\n"
    ),
    "js/loud.js": 'import { add } from "./log.js";\nadd("loud");\n',
    "js/limits.js": "// @ts-check\nexport const MOST = 3;\n",
    "js/rooms/room.js": (
        'import { MOST } from "../limits.js";\nimport { add } from "../log.js";\nimport { Door }'
        ' from "./door.js";\nexport function enter() {\n  add(new Door().name, MOST);\n}\n'
    ),
    "js/rooms/door.js": (
        'import { MOST } from "../limits.js";\nexport class Door {\n  name = `door ${MOST}`;\n}\n'
    ),
}


def run(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        ["node", folder / "js/app.js"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.servers
@pytest.mark.skipif(not shutil.which("node"), reason="needs Node: make services")
def test_joined_scripts_do_as_they_did_apart(tmp_path):
    apart, together = run(tmp_path / "apart", PAGE), run(tmp_path / "together", joined(PAGE))

    assert together == apart == ["loud", "hidden", "app", "door 3", 3]


def test_entries_keep_their_address_and_what_several_import_is_there_once():
    files = joined(PAGE)

    assert set(files) == {"js/app.js", "js/rooms/room.js", "js/shared.js"}
    assert [name for name, text in files.items() if "log.push" in text] == ["js/shared.js"]
    assert [name for name, text in files.items() if "class Door" in text] == ["js/rooms/room.js"]


REFUSED = [
    ("export default 1;\n", "because of: export default 1;"),
    ("export let a = 1;\n", "because of: export let a = 1;"),
    ("const a = 1;\nexport { a };\n", "because of: export { a };"),
    ('export * from "./log.js";\n', "because of: export"),
    ('import * as log from "./log.js";\n', "because of: import"),
    ('import log from "./log.js";\n', "because of: import"),
    ("const a = import.meta.url;\n", "because of: const a = import.meta.url;"),
    ("const a = await b;\n", "because of: const a = await b;"),
    ("const a = `\n`;\n", "multi-line template literal"),
    ('import { a } from "./gone.js";\n', r"Scripts import js/gone\.js, which does not exist"),
    (
        'import { a } from "./rooms/room.js";\n',
        r"js/rooms/room\.js must be either imported or loaded by import\(\)",
    ),
]


@pytest.mark.parametrize(("source", "words"), REFUSED)
def test_what_it_does_not_know_is_refused(source, words):
    with pytest.raises(ValueError, match=words):
        joined({**PAGE, "js/names.js": source})


def test_circles_are_refused():
    circle = {"js/a.js": 'import "./b.js";\n', "js/b.js": 'import "./a.js";\n'}

    with pytest.raises(ValueError, match="cycle"):
        joined(circle)
    with pytest.raises(ValueError, match="cycle"):
        joined({**circle, "js/app.js": 'import "./a.js";\n'})


def test_names_that_would_depend_on_each_other_are_refused():
    with pytest.raises(
        ValueError, match="js/rooms/room.js, js/shared.js import or load each other"
    ):
        joined(
            {
                **PAGE,
                "js/log.js": PAGE["js/log.js"] + 'const later = () => import("./rooms/room.js");\n',
            }
        )


def test_types_comments_and_indentation_are_left_out():
    script = (
        "// @ts-check\n/**\n * @typedef {object} A\n * @property {B} b\n */\n\na(); /** x */\n"
        "  /** @param {A} a */\n  /** @type {A} */ (b).c(/** @type {B} */ d);\n// e\nf(); // g\n"
    )

    assert bare(script, "x.js") == "a(); /** x */\n(b).c(d);\nf();\n"


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("const a = 1; // one", "const a = 1;"),
        ("a({ // one", "a({"),
        ('a("x // y");', 'a("x // y");'),
        ("a(`x // y`); // don't", "a(`x // y`); // don't"),
    ],
)
def test_comments_behind_code_are_left_out_where_they_cannot_be_text(written, served):
    assert bare(f"{written}\n", "x.js") == f"{served}\n"


def test_a_text_over_several_lines_is_refused_as_its_indentation_would_be_lost():
    with pytest.raises(ValueError, match=r"x\.js has a multi-line template literal"):
        bare("const a = `one\n  two`;\n", "x.js")
