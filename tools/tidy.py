#!/usr/bin/env python3
"""House rules as a test: who may include whom, what is banned where, and how large things get.

Prints one line a finding, with the remedy, and exits 1 if there is any. Run from anywhere:
tools/tidy.py
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIPELINE = "pipeline/"
LINES_MAX = {".cpp": 600, ".hpp": 300}
COLUMNS_MAX = 100

# word -> (what to use instead, folders where it is right)
BANNED = {
    r"system_clock::now|steady_clock::now": ("Clock (env/clock.hpp)", ("env/real", "cli", "http")),
    r"\bstd::rand\b|\bsrand\b|random_device": ("Random (env/random.hpp)", ("env", "cli")),
    r"\busing namespace std\b": ("the names you need", ()),
    r"\bTODO\b(?!\(#\d+\))|\bFIXME\b": ("TODO(#issue), or do it", ()),
    # Where simdjson throws, what is checked for it throws too.
    r"\bthrow\b(?!\s*\()": ("Result<T>; exceptions are for third parties", ("engine/duckdb/",)),
}
FOR_TESTS = ("_test", "_fuzz", "_bench", "_world", "_fixture")  # ends of the names of files no product links
TEST_HELPER = re.compile(r"^(fake|test)_|_(world|fixture)$")  # names of headers that only tests include
BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|manager|common|misc|v2)(_|\.|$)")

# What may cite a document or a section of the specification.
CITING = ("src", "docs", "api", "tests", "bench", "tools", "script", "examples", ".ci", "cmake", "*.md")

findings: list[str] = []


def report(place: str, text: str) -> None:
    findings.append(f"{place}: {text}")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in sorted(listed.splitlines()) if (ROOT / line).is_file()]


def layers() -> dict[str, set[str]]:
    allowed = {}
    for line in (ROOT / "tools/layers.txt").read_text().splitlines():
        part, arrow, rest = line.partition("#")[0].partition("->")
        if arrow:
            allowed[part.strip()] = set(rest.split())
    return allowed


def layer_of(path: str, allowed: dict[str, set[str]]) -> str | None:
    """The layer of "pipeline/log/log.hpp" is log, of "engine/duckdb/x.hpp" engine."""
    first = path.removeprefix(PIPELINE).split("/")[0]
    return first if first in allowed else None


def check_layers(sources: list[Path]) -> None:
    allowed = layers()
    used = {layer: set() for layer in allowed}
    for path in sources:
        relative = path.relative_to(ROOT / "src").as_posix()
        own = layer_of(relative, allowed)
        if own is None:
            report(f"src/{relative}", "is in no layer of tools/layers.txt")
            continue
        is_test = path.stem.endswith(FOR_TESTS)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            included = re.match(r'#include "(.+)"', line)
            if not included:
                continue
            if "/" not in included[1]:
                report(f"src/{relative}:{number}", "include by the full path from src/")
                continue
            if included[1].startswith("env/fake/"):
                if not is_test and own not in ("env", "torture"):
                    report(f"src/{relative}:{number}", "env/fake is for tests and torture only")
                continue
            if included[1].startswith("env/real/"):
                if not is_test and own not in ("env", "app"):
                    report(f"src/{relative}:{number}", "env/real is for app only: take the interface")
                continue
            other = layer_of(included[1], allowed)
            reach = allowed[own]
            if other:
                used[own].add(other)
            if other and other != own and "all" not in reach and other not in reach:
                report(f"src/{relative}:{number}", f"{own} may not include {other} (tools/layers.txt)")
    for layer, reach in allowed.items():
        for other in sorted(reach - used[layer] - {"all"}):
            report("tools/layers.txt", f"{layer} -> {other} is used by nothing: drop it")


def check_test_helpers(sources: list[Path]) -> None:
    """A header that only tests include says so by its name, and no product includes one."""
    included_by: dict[str, set[Path]] = {}
    for path in [*sources, *tracked("tests/*.cpp", "bench/*.cpp", "tests/*.hpp")]:
        for name in re.findall(r'#include "(.+)"', path.read_text()):
            included_by.setdefault(name, set()).add(path)

    def is_test(path: Path) -> bool:
        return (path.stem.endswith(FOR_TESTS) or TEST_HELPER.search(path.stem) is not None or "fake" in path.parts
                or not path.is_relative_to(ROOT / "src"))

    for path in sources:
        if path.suffix != ".hpp":
            continue
        relative = path.relative_to(ROOT / "src").as_posix()
        users = {user for user in included_by.get(relative, set()) if user != path.with_suffix(".cpp")}
        if is_test(path):
            for user in sorted(users):
                if not is_test(user) and "torture" not in user.parts:
                    report(user.relative_to(ROOT).as_posix(), f"includes {relative}, which is for tests")
        elif users and all(is_test(user) for user in users):
            report(f"src/{relative}", "is for tests only: call it test_*, fake_*, *_world or *_fixture")


def check_words(sources: list[Path]) -> None:
    for path in sources:
        relative = path.relative_to(ROOT / "src").as_posix()
        text = path.read_text()
        code = re.sub(r"//.*", "", text)
        for word, (instead, right_in) in BANNED.items():
            if any(relative.startswith(folder) for folder in right_in):
                continue
            if path.stem.endswith(FOR_TESTS) and ("now" in word or "throw" in word):
                continue
            for found in re.finditer(word, text if "TODO" in word else code):
                line = (text if "TODO" in word else code).count("\n", 0, found.start()) + 1
                report(f"src/{relative}:{line}", f"'{found[0]}' is banned here; use {instead}")


def check_sizes(sources: list[Path]) -> None:
    for path in sources:
        relative = path.relative_to(ROOT).as_posix()
        lines = path.read_text().splitlines()
        if len(lines) > LINES_MAX[path.suffix]:
            report(relative, f"{len(lines)} lines, over {LINES_MAX[path.suffix]}: split it")
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX and "http" not in line and 'R"' not in line and "_test" not in path.stem:
                report(f"{relative}:{number}", f"{len(line)} columns, over {COLUMNS_MAX}")
        if path.suffix == ".hpp" and "#pragma once" not in lines:
            report(relative, "has no #pragma once")
        if BANNED_NAMES.search(path.name):
            report(relative, "says nothing by its name: name it after what it does")


def check_targets(sources: list[Path]) -> None:
    """Every source is built: siblings *_test, *_fixture, *_fuzz and *_bench by weir_library, the rest by name."""
    for path in sources:
        if path.suffix != ".cpp" or path.stem.endswith(("_test", "_fixture", "_fuzz", "_bench")):
            continue
        lists = next(folder / "CMakeLists.txt" for folder in path.parents
                     if (folder / "CMakeLists.txt").exists())
        if path.relative_to(lists.parent).as_posix() not in lists.read_text():
            report(path.relative_to(ROOT).as_posix(), "is in no CMakeLists.txt: build it or remove it")


def check_tests_are_weighed() -> None:
    """ctest knows of each test whether it computes or waits; of one that says nothing it would run ten at once (tests/CMakeLists.txt)."""
    for path in [*tracked("CMakeLists.txt", "*/CMakeLists.txt"), ROOT / "cmake/weir_library.cmake"]:
        for found in re.findall(r"(?:set_tests_properties|gtest_discover_tests)\([^)]*\bLABELS\b[^)]*\)", path.read_text()):
            if not re.search(r"\b(PROCESSORS \d|RUN_SERIAL)", found):
                report(path.relative_to(ROOT).as_posix(), f"say PROCESSORS (4 where it computes, 1 or 2 where it waits) or RUN_SERIAL: {found.split()[0]}")


def check_map() -> None:
    """src/README.md names every folder of src/ that holds code, and none that does not."""
    text = (ROOT / "src/README.md").read_text()
    named = set(re.findall(r"^\| `([a-z_/]+)` \|", text, re.M))
    there = {p.parent.relative_to(ROOT / "src").as_posix() for p in tracked("src/*.hpp", "src/**/*.hpp")}
    there = {folder for folder in there if not folder.startswith(("env/", "cli/"))} | {"env"}
    for folder in sorted(there - named):
        report("src/README.md", f"the map misses {folder}")
    for folder in sorted(named - there):
        report("src/README.md", f"the map names {folder}, which holds no header")


def check_citations() -> None:
    """Where code or a document cites docs/... or a section of the specification, it is there (docs/spec/README.md)."""
    sections = {path.name: re.findall(r"^## (\d+)\. ", path.read_text(), re.M) for path in tracked("docs/spec/*.md")}
    for chapter, numbers in sections.items():
        if numbers != [str(n) for n in range(1, len(numbers) + 1)]:
            report(f"docs/spec/{chapter}", "its sections are headed '## N. Title', from 1 without gaps")
    for path in tracked(*CITING):
        place = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
            for cited in re.findall(r"(?<![\w/.])docs/[\w./-]+\.(?:md|yaml)", line):
                if not (ROOT / cited).is_file():
                    report(f"{place}:{number}", f"there is no {cited}")
            for chapter, section in re.findall(r"\bspec/([\w-]+\.md)(?: (\d+))?", line):
                if chapter not in sections or (section and section not in sections[chapter]):
                    report(f"{place}:{number}", f"there is no section spec/{chapter} {section}".rstrip())
            if place.startswith("src/") and (outside := re.search(r"\b(?:decisions?|reference) \d+(?:\.\d+)?\b", line)):
                report(f"{place}:{number}", f"'{outside[0]}' is no citation: write spec/<chapter>.md N or docs/decisions/...")
            for target in re.findall(r"\]\(([\w./-]+\.md)\)", line) if path.suffix == ".md" else ():
                if not (path.parent / target).is_file():
                    report(f"{place}:{number}", f"the link to {target} leads nowhere")


def check_coverage() -> None:
    """docs/coverage.md has the checklist's rows, each with a known state and what shows it, and counts them rightly."""
    place = "docs/coverage.md"
    text = (ROOT / place).read_text()
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\| \d+ \|.*$", text, re.M)]
    wanted = re.findall(r"^\| (\d+) \| (.+?) \|", (ROOT / "docs/spec/checklist.md").read_text(), re.M)
    if [(row[0], row[1]) for row in rows] != wanted:
        report(place, "its rows are not those of docs/spec/checklist.md, by number and name")
    counts = {"works": 0, "partly": 0, "not yet": 0}
    for number, _, state, shown, _ in rows:
        if state not in counts:
            report(place, f"row {number} is '{state}': write {', '.join(counts)}")
            continue
        counts[state] += 1
        if state == "works" and not shown:
            report(place, f"row {number} works, and nothing shows it")
        for path in re.findall(r"\b(?:tests|bench|docs)/[\w./]+", shown):
            if not (ROOT / path).exists():
                report(place, f"row {number} is shown by {path}, which is not there")
    line = "Of {}: {} work, {} partly, {} not yet.".format(len(rows), *counts.values())
    if line not in text:
        report(place, f"its count is wrong; write '{line}'")


def main() -> int:
    sources = [p for p in tracked("src") if p.suffix in (".cpp", ".hpp")]
    check_layers(sources)
    check_test_helpers(sources)
    check_words(sources)
    check_sizes(sources)
    check_targets(sources)
    check_tests_are_weighed()
    check_map()
    check_citations()
    check_coverage()
    print("\n".join(findings) if findings else f"tidy: {len(sources)} files keep the house rules")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
