"""Which files clang-tidy may read as one, of whatever targets (tools/lint).

As cmake/compile_groups.py does it for the compiler, but by namespaces: two files may have a `struct Row` of their own in different ones, and a
type with the name of one that a header has stands by itself only where that one is in the file's namespace or in one around it. By itself is
also a file with a macro, with a namespace it opens, or with sqlite3.h, which SOCI puts into a namespace of its own."""
import collections
import pathlib
import re

TYPE = r"(?:struct|class|enum class|enum|union)\s+([A-Za-z_]\w*)(?!\s*::)\b"


def namespaces_of(text):
    """What is declared where: pairs of a namespace and the lines within it."""
    parts = re.split(r"^namespace (\w[\w:]*) \{", text, flags=re.M)
    return list(zip(["", *parts[1::2]], parts[0::2]))


def types_of_headers(folder):
    """The namespaces in which headers declare a type of this name."""
    types = collections.defaultdict(set)
    for header in pathlib.Path(folder).rglob("*.hpp"):
        for namespace, lines in namespaces_of(header.read_text(encoding="utf-8")):
            for first, second in re.findall(rf"^(?:{TYPE}|using ([A-Za-z_]\w*) =)", lines, re.M):
                types[first or second].add(namespace)
    return types


def encloses(outer, inner):
    return outer == inner or inner.startswith(outer + "::")


def names_of(file, header_types):
    """Each name and its namespace, with what it stands for: two files may import the same. None where the file has to be by itself."""
    names = {}
    for namespace, lines in namespaces_of(pathlib.Path(file).read_text(encoding="utf-8")):
        for line in lines.split("\n"):
            if line.startswith(("#define", "#include <sqlite3.h>")) or re.match(r"using (enum|namespace) (?!.*literals)", line):
                return None
            imported = re.match(r"using ([\w:]+::(\w+));", line)
            own_type = re.match(rf"{TYPE}|using ([A-Za-z_]\w*) =", line)
            matcher = re.match(r"MATCHER\w*\((\w+)", line)
            if imported or own_type:
                name = imported.group(2) if imported else own_type.group(1) or own_type.group(2)
                if any(encloses(other, namespace) for other in header_types.get(name, ())):
                    return None
                names[namespace, name] = imported.group(1) if imported else file
            elif matcher:
                names[namespace, matcher.group(1)] = file
            elif re.match(r"[A-Za-z_\[]", line) and not re.match(r"namespace\b|using\b|template\b|(TYPED_)?TEST|INSTANTIATE_", line):
                called = re.match(r"(?:[^=(]*[\s&*>])([A-Za-z_]\w*)\(", line)
                valued = re.match(r"[^(]*?([A-Za-z_]\w*)(?:\[[^\]]*\])*\s*(?:[={;]|$)", line)
                names.update(((namespace, found.group(1)), file) for found in (called, valued) if found)
    return names


def groups_of(files, header_types, files_at_once):
    groups = []
    for file in files:
        names = names_of(file, header_types)
        if names is None:
            continue
        for group, known in groups:
            if len(group) < files_at_once and all(known.get(name, meaning) == meaning for name, meaning in names.items()):
                group.append(file)
                known.update(names)
                break
        else:
            groups.append(([file], names))
    return [group for group, _ in groups if len(group) > 1]
