"""Bundles the scripts of static/js into few files.

Each file of a first view costs a request and 200 bytes.

A script that is not imported by others, or that is loaded by `import()`, is an *entry* and keeps
its URL. A script imported by one entry only is inlined into it. Scripts imported by several go into
one file per folder, FOLDER/shared.js; those of folders that every page needs go into js/shared.js.
Scripts with nothing but constants are inlined wherever they are used. Each bundled script becomes a
function that is called once and returns its exports, so private names can't collide.

This parses lines, not JavaScript. It supports `import "…";`, `import { a, b as c } from "…";` and
`import("…")`, and `export` before a function, class or const. It refuses anything else, and also
cycles: of imports, and of files that contain each other's hashed names.
"""

import posixpath
import re

COMMENT = re.compile(
    r"^[ \t]*(//.*|/\*\*(?:(?!\*/)[\s\S])*\*/)\n|/\*\* @type (?:(?!\*/).)*\*/ ?"
    r"| // [^\"'`\n]*$",  # behind code: with a quote in it or after it, it may be in a text
    re.MULTILINE,
)
IMPORT = re.compile(
    r'^import (?:\{(?P<names>[\w\s,]+)\} from )?"(?P<path>\.[^"]+)";\n', re.MULTILINE
)
LOAD = re.compile(r'\bimport\("(?P<path>[^"]+)"\)')
EXPORT = re.compile(
    r"^export (?=(?:async )?function (?P<function>\w+)|class (?P<class>\w+)|const (?P<const>\w+) )",
    re.MULTILINE,
)
UNKNOWN = re.compile(r"^(?:import\b(?!\()|export\b).*|.*\bimport\.meta\b.*", re.MULTILINE)
# Top-level await, which is not possible inside a function.
AWAIT = re.compile(r"^(?:(?:const|let) .*= )?await .*", re.MULTILINE)
CONSTANTS = re.compile(r"(export const \w+ = .+;\n)+")

ON_EVERY_PAGE = ("js", "js/connection")  # folders whose shared scripts every page loads


def joined(sources):
    """{name: script} of the files to serve, from {name: source} of all scripts ("js/app.js").

    Raises ValueError for syntax that is not supported, missing imports and cycles.
    """
    return Bundles({name: Script(name, source) for name, source in sources.items()}).files()


class Script:
    def __init__(self, name, source):
        self.name, self.text = name, bare(source, name)
        self.imports = [self.path(found) for found in IMPORT.finditer(self.text)]
        self.loads = [self.path(found) for found in LOAD.finditer(self.text)]
        self.exports = [next(filter(None, found.groups())) for found in EXPORT.finditer(self.text)]
        self.is_constants = bool(CONSTANTS.fullmatch(self.text))
        if found := AWAIT.search(source) or UNKNOWN.search(
            EXPORT.sub("", IMPORT.sub("", self.text))
        ):
            raise ValueError(f"{name} can't be bundled because of: {found[0].strip()}")

    def path(self, found):
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), found["path"]))

    def body(self, file):
        """Its text, with imports relative to `file`."""
        text = IMPORT.sub(self._import, self.text)
        return LOAD.sub(lambda found: f'import("{relative(self.path(found), file)}")', text)

    def _import(self, found):
        if not found["names"]:
            return ""
        names = ", ".join(
            name.strip().replace(" as ", ": ") for name in found["names"].split(",") if name.strip()
        )
        return f"const {{ {names} }} = {id_of(self.path(found))};\n"

    def wrapped(self, file):
        """As a constant that holds its exports."""
        body = EXPORT.sub("", self.body(file))
        return (
            f"const {id_of(self.name)} = (() => {{\n{body}return {{ {', '.join(self.exports)}"
            " };\n})();\n"
        )


class Bundles:
    def __init__(self, scripts):
        self.scripts = scripts
        imported = {name for script in scripts.values() for name in script.imports}
        loaded = {name for script in scripts.values() for name in script.loads if name in scripts}
        if missing := imported - set(scripts):
            raise ValueError(
                f"Scripts import {', '.join(sorted(missing))}, which does not exist in static/."
            )
        if both := imported & loaded:
            raise ValueError(
                f"{', '.join(sorted(both))} must be either imported or loaded by import()."
            )
        entries = sorted(set(scripts) - imported)
        self.needed = {entry: self._in_order(entry) for entry in entries}
        used = [name for needed in self.needed.values() for name in needed]
        if cycle := set(scripts) - set(used):
            raise ValueError(f"{', '.join(sorted(cycle))} import each other in a cycle.")
        self.shared = {}  # file name -> names of the scripts in it
        for name in dict.fromkeys(used):
            if used.count(name) > 1 and not scripts[name].is_constants:
                self.shared.setdefault(shared_for(name), []).append(name)

    def _in_order(self, name, above=()):
        """`name` after all that it imports, in topological order."""
        if name in above:
            raise ValueError(f"{' → '.join([*above, name])} import each other in a cycle.")
        before = [
            one
            for path in self.scripts[name].imports
            for one in self._in_order(path, (*above, name))
        ]
        return list(dict.fromkeys([*before, name]))

    def files(self):
        files = {
            file: self._file(file, names) + exports(names) for file, names in self.shared.items()
        }
        for entry, needed in self.needed.items():
            own = [name for name in needed[:-1] if not self._is_elsewhere(name)]
            files[entry] = self._file(entry, own, self.scripts[entry])
        self._refuse_cycles(files)
        return files

    def _is_elsewhere(self, name):
        return name in self.shared.get(shared_for(name), ()) or self.scripts[name].is_constants

    def _file(self, file, names, entry=None):
        """The text of `file`: the scripts `names` bundled, then its entry."""
        scripts = [self.scripts[name] for name in names] + ([entry] if entry else [])
        used = dict.fromkeys(
            path for script in scripts for path in script.imports if path not in names
        )
        constants = [path for path in used if self.scripts[path].is_constants]
        lines = []
        for other in dict.fromkeys(shared_for(path) for path in used if path not in constants):
            ids = ", ".join(
                id_of(path) for path in used if shared_for(path) == other and path not in constants
            )
            lines.append(f'import {{ {ids} }} from "{relative(other, file)}";\n')
        lines += [self.scripts[name].wrapped(file) for name in (*constants, *names)]
        return "".join(lines) + (entry.body(file) if entry else "")

    def _refuse_cycles(self, files):
        """Files contain the hashed names of others, so their references must not form a cycle."""
        references = {}
        for file, text in files.items():
            found = re.findall(r'\b(?:from |import\()"(\.[^"]+)"', text)
            references[file] = {
                posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) for path in found
            }
        left = dict(references)
        while free := [file for file, paths in left.items() if not paths & left.keys()]:
            for file in free:
                del left[file]
        if left:
            raise ValueError(
                f"{', '.join(sorted(left))} import or load each other in a cycle once bundled."
            )


def shared_for(name):
    folder = posixpath.dirname(name)
    return f"{'js' if folder in ON_EVERY_PAGE else folder}/shared.js"


def exports(names):
    return f"export {{ {', '.join(map(id_of, names))} }};\n"


def id_of(name):
    return "$" + re.sub(r"\W", "_", name.removeprefix("js/").removesuffix(".js"))


def relative(name, file):
    path = posixpath.relpath(name, posixpath.dirname(file))
    return path if path.startswith(".") else f"./{path}"


def bare(source, name):
    """`source` without types, comments and indentation.

    Raises ValueError for multi-line template literals, where indentation matters.
    """
    lines = [line.strip() for line in COMMENT.sub("", source).splitlines()]
    for line in lines:
        if line.count("`") % 2:
            raise ValueError(f"{name} has a multi-line template literal: {line}")
    return "".join(f"{line}\n" for line in lines if line)
