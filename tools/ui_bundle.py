#!/usr/bin/env python3
"""Makes one C++ source of the built web UI: each file as gzip bytes, with its type and ETag, and holds the budgets.

    tools/ui_bundle.py build/ui/dist build/ui/bundle.cpp
"""

import gzip
import hashlib
import re
import sys
from pathlib import Path

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png", ".json": "application/json"}
# What a reader's browser loads, in kB (1000 bytes) after gzip.
FIRST_PAGE_MAX, FURTHER_PAGE_MAX, EDITOR_MAX, ALL_MAX = 270, 60, 145, 900


def check_budgets(sizes: dict[str, float], index: str) -> list[str]:
    """`sizes` in kB by path; the first page is what index.html names."""
    first = sum(size for path, size in sizes.items() if path == "index.html" or path in index)
    wrong = [] if first <= FIRST_PAGE_MAX else [f"the first page has {first:.0f} kB, over {FIRST_PAGE_MAX}"]
    for path, size in sizes.items():
        bound = EDITOR_MAX if "Editor" in path else FURTHER_PAGE_MAX
        if path != "index.html" and path not in index and size > bound:
            wrong.append(f"{path} has {size:.0f} kB, over {bound}")
    total = sum(sizes.values())
    if total > ALL_MAX:
        wrong.append(f"all files have {total:.0f} kB, over {ALL_MAX}")
    print(f"ui: first page {first:.0f} kB of {FIRST_PAGE_MAX}, all {total:.0f} kB of {ALL_MAX}")
    return wrong


def main(dist: Path, bundle: Path) -> int:
    packed = bundle.parent / "packed"
    packed.mkdir(exist_ok=True)
    rows, blobs, sizes = [], [], {}
    for number, path in enumerate(sorted((p for p in dist.rglob("*") if p.is_file()),
                                         key=lambda p: p.relative_to(dist).as_posix().encode())):
        name = path.relative_to(dist).as_posix()
        content = path.read_bytes()
        zipped = gzip.compress(content, 9, mtime=0)
        sizes[name] = len(zipped) / 1000
        file = packed / f"{number}.gz"
        file.write_bytes(zipped)
        immutable = "true" if re.fullmatch(r"assets/.+-[\w-]{8}\.\w+", name) else "false"
        etag = hashlib.sha256(content).hexdigest()[:24]
        blobs.append(f'asm(".section .rodata\\nui_file_{number}: .incbin \\"{file.resolve()}\\"\\n.previous");\n'
                     f'extern "C" const char ui_file_{number}[];')
        rows.append(f'    {{"{name}", "{TYPES[path.suffix]}", "\\"{etag}\\"", {{ui_file_{number}, {len(zipped)}}}, '
                    f'{len(content)}, {immutable}}},')
    wrong = check_budgets(sizes, (dist / "index.html").read_text())
    for line in wrong:
        print(f"ui: {line}: load less, or later (ui/README.md)", file=sys.stderr)
    bundle.write_text('// Made by tools/ui_bundle.py.\n#include "ui/bundle.hpp"\n\n' + "\n".join(blobs)
                      + "\n\nnamespace weir::ui {\n\nstd::span<const File> files() {\n  static const File all[] = {\n"
                      + "\n".join(rows) + "\n  };\n  return all;\n}\n\n}  // namespace weir::ui\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
