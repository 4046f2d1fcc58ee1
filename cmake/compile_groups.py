#!/usr/bin/env python3
"""Which files of a target are compiled as one: a line of numbers, one for each FILE, 0 for a file by itself.
    compile_groups.py HEADER_FOLDER FILE ...

Headers are most of what a compiler reads, and a group reads them once. Two files with a `struct Row` of their own cannot be in one group, so
each file goes to the first group that has room and none of the names that the file declares at the margin. By itself is a file whose names
would mean something else to the files behind it: a macro, a namespace it opens, a type with the name of one in a header."""
import collections
import pathlib
import re
import sys

FILES_AT_ONCE = 6
TYPE = r"(?:struct|class|enum class|enum|union)\s+([A-Za-z_]\w*)"


def types_of_headers(folder):
    """How many headers declare a type of this name."""
    count = collections.Counter()
    for header in pathlib.Path(folder).rglob("*.hpp"):
        count.update(set(re.findall(rf"^(?:{TYPE[:-1]})|using ([A-Za-z_]\w*) =)", header.read_text(encoding="utf-8"), re.M)))
    return collections.Counter({first or second: number for (first, second), number in count.items()})


def names_of(file, header_types):
    """Each name, with what it stands for: two files may import the same."""
    names = {}
    for line in pathlib.Path(file).read_text(encoding="utf-8").split("\n"):
        if line.startswith("#define") or re.match(r"using (enum|namespace) (?!.*literals)", line):
            return None
        imported = re.match(r"using ([\w:]+::(\w+));", line)
        own_type = re.match(rf"{TYPE}|using ([A-Za-z_]\w*) =", line)
        matcher = re.match(r"MATCHER\w*\((\w+)", line)
        if imported:
            if header_types[imported.group(2)] > 1:
                return None
            names[imported.group(2)] = imported.group(1)
        elif own_type:
            name = own_type.group(1) or own_type.group(2)
            if header_types[name] > 0:
                return None
            names[name] = file
        elif matcher:
            names[matcher.group(1)] = file
        elif re.match(r"[A-Za-z_\[]", line) and not re.match(r"namespace\b|using\b|template\b|(TYPED_)?TEST|INSTANTIATE_", line):
            called = re.match(r"(?:[^=(]*[\s&*>])([A-Za-z_]\w*)\(", line)
            valued = re.match(r"[^(]*?([A-Za-z_]\w*)(?:\[[^\]]*\])*\s*(?:[={;]|$)", line)
            names.update((found.group(1), file) for found in (called, valued) if found)
    return names


def groups_of(files, header_types):
    groups = []
    for file in files:
        names = names_of(file, header_types)
        if names is None:
            continue
        for group, known in groups:
            if len(group) < FILES_AT_ONCE and all(known.get(name, meaning) == meaning for name, meaning in names.items()):
                group.append(file)
                known.update(names)
                break
        else:
            groups.append(([file], names))
    return [group for group, _ in groups if len(group) > 1]


def main(header_folder, files):
    groups = groups_of(sorted(files), types_of_headers(header_folder))
    number_of = {file: number for number, group in enumerate(groups, 1) for file in group}
    print(" ".join(str(number_of.get(file, 0)) for file in files))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
