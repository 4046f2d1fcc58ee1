#!/usr/bin/env python3
"""Prints the configuration file of the package: every setting with its meaning and standard value, all of them commented out.

    packaging/default_settings.py < docs/configuration.md       that page is what `weir settings` prints, which a test holds
    packaging/default_settings.py --all < docs/configuration.md   with all values in force, to be tried
"""

import re
import sys

HEAD = """\
# Settings of Weir. All are at their standard values; take away the # of what is changed. On a reload (systemctl reload weir) those
# marked (reload) take effect, the others wait for the next start.
"""


def settings(page):
    """(section, name, value as TOML, bounds, whether reloadable, meaning) of both tables of the page."""
    columns = 0
    for line in page.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[:1] == ["key"]:
            columns = len(cells)
        key = re.fullmatch(r"`(\w+)\.(\w+)`", cells[0]) if cells else None
        if not key or len(cells) != columns:
            continue
        if columns == 6:
            value, bounds, reload, meaning = cells[1], f"{cells[2]} to {cells[3]}", cells[4], cells[5]
        else:
            value, bounds, reload, meaning = f'"{cells[1]}"', " or ".join(cells[2].split()), cells[3], cells[4]
        yield key[1], key[2], value, bounds, reload == "yes", meaning


def main():
    mark = "" if "--all" in sys.argv[1:] else "#"
    sections = {}
    for section, *rest in settings(sys.stdin.read()):
        sections.setdefault(section, []).append(rest)
    print(HEAD, end="")
    for section, entries in sections.items():
        print(f"\n[{section}]")
        for name, value, bounds, reload, meaning in entries:
            print(f"# {meaning}{f' {bounds}.' if bounds else ''}{' (reload)' if reload else ''}")
            print(f"{mark}{name} = {value}")


main()
