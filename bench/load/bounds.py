#!/usr/bin/env python3
"""What small things of loading cost, each beside a goal: a preview, the planning of 100,000 files, a wide table, CBOR next to NDJSON.

    bench/load/bounds.py --weir build/release/bin/weir [--only preview plan wide cbor] [--work DIR]

CPU seconds are those of the server's whole process. See README.md.
"""

import argparse
import datetime
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from run import FLAT_FIELDS, HERE, Weir, cpu_seconds, flat, peak_mb
from weir_server import content_fold, eventually

CALLS = 300
FILES = 100_000
WIDE_FIELDS, WIDE_ROWS = 500, 10_000
RECORDS = 300_000


def bytes_read(pid):
    """By system calls: what the page cache gives is read too."""
    return int(Path(f"/proc/{pid}/io").read_text().split("rchar:")[1].split()[0])


def asked(weir, path, body):
    """Median wall, and CPU, of one call in milliseconds."""
    def call():
        begun = time.monotonic()
        weir.server.api("POST", path, body)
        return time.monotonic() - begun
    for _ in range(CALLS // 10):
        call()
    cpu = cpu_seconds(weir.pid())
    wall = statistics.median(call() for _ in range(CALLS))
    return 1e3 * wall, 1e3 * (cpu_seconds(weir.pid()) - cpu) / CALLS


def preview(weir):
    stream = weir.stream("preview")
    weir.send(stream, (flat(i) for i in range(10)))
    for what, path, body in (
            ("query SELECT 1", "/api/v0/query", {"sql": "SELECT 1"}),
            ("preview of SELECT 1", "/api/v0/ingest-queries/preview", {"sql": "SELECT 1", "stream_id": stream}),
            ("preview of a file", "/api/v0/ingest-queries/preview",
             {"sql": "SELECT UPPER(email) AS email, SUBSTRING(note, 3) AS note FROM streaming", "stream_id": stream})):
        wall, cpu = asked(weir, path, body)
        print(f"{what:<22} {wall:.2f} ms, {cpu:.2f} ms of CPU (goal of SELECT 1: 3)", flush=True)


def plan(weir):
    """Copies one file and its row in the catalog, so that there are as many files as of a busy day."""
    stream = weir.stream("plan")
    path = Path(weir.send(stream, [flat(0)])[0])
    weir.server.stop()
    with sqlite3.connect(weir.server.data / "catalog.db") as catalog:
        catalog.create_function("weir_fold", -1, content_fold)
        catalog.row_factory = sqlite3.Row
        row = dict(catalog.execute("SELECT * FROM batches ORDER BY no DESC LIMIT 1").fetchone())
        del row["no"]
        columns = list(row)
        key, first = row["path"], row["last_sequence"]

        def copies():
            for i in range(1, FILES):
                name = key.replace(".ndjson", f"-{i}.ndjson")
                shutil.copyfile(path, path.with_name(Path(name).name))
                yield list((row | {"path": name, "first_sequence": first + i, "last_sequence": first + i}).values())
        catalog.executemany(f"INSERT INTO batches ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", copies())
    weir.server.start()
    courier = weir.courier(stream, weir.feed("Plan", FLAT_FIELDS, ["id"]), None)
    cpu = cpu_seconds(weir.pid())
    run = weir.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]

    def ended(kind):
        task = weir.server.api("GET", f"/api/v0/workflow/runs/{run}")["tasks"]
        return next((each for each in task if each["kind"] == kind and each["state"] in ("succeeded", "failed")), None)
    found = eventually(lambda: ended("find-batches"))
    planned = cpu_seconds(weir.pid()) - cpu
    loaded = eventually(lambda: ended("load"), 600)
    print(f"{FILES:,} files of one record: found in {taken(found):.2f} s, {planned:.2f} CPU s (goal 0.5); loaded in {taken(loaded):.1f} s, "
          f"{cpu_seconds(weir.pid()) - cpu:.1f} CPU s in all, peak {peak_mb(weir.pid()):.0f} MB", flush=True)


def taken(task):
    begun, ended = (datetime.datetime.fromisoformat(task[at].replace("Z", "+00:00")) for at in ("started_at", "ended_at"))
    return (ended - begun).total_seconds()


def wide(weir):
    """A load of rows that stand already must not read their columns."""
    stream = weir.stream("wide")
    fields = [{"name": "id", "type": "integer"}] + [{"name": f"f{i}", "type": "string"} for i in range(1, WIDE_FIELDS)]
    body = b",".join(b'"f%d":"%%d value of field %d, which is a little longer"' % (i, i) for i in range(1, WIDE_FIELDS))
    files = weir.send(stream, (b'{"id":%d,%b}' % (n, body % ((n,) * (WIDE_FIELDS - 1))) for n in range(WIDE_ROWS)))
    size = sum(Path(file).stat().st_size for file in files) / 1e6
    feed = weir.feed("Wide", fields, ["id"])
    courier = weir.courier(stream, feed, None)
    for which in ("first", "again"):
        weir.server.stop()  # so that no block of the table is in memory
        weir.server.start()
        read = bytes_read(weir.pid())
        got = weir.run(courier)
        print(f"{WIDE_ROWS:,} rows of {WIDE_FIELDS} columns, {which}: {got['cpu']:.2f} CPU s, {(bytes_read(weir.pid()) - read) / 1e6:.0f} MB read "
              f"of files of {size:.0f} MB and a table of {weir.file_mb():.0f} MB", flush=True)


def cbor(weir):
    """The same records as JSON and as XML, both through a query and with a schema."""
    def element(i):
        return (b"<row><id>%d</id><email>user%07d@example.org</email><amount>%d.%02d</amount><quantity>%d</quantity><paid>%b</paid>"
                b"<country>DE</country><note>a note of order %d</note></row>"
                % (i, i % 1_000_003, i % 997, i % 100, i % 7 + 1, b"true" if i % 3 else b"false", i))

    def member(i):
        return (b'{"id":%d,"email":"user%07d@example.org","amount":%d.%02d,"quantity":%d,"paid":%b,"country":"DE","note":"a note of order %d"}'
                % (i, i % 1_000_003, i % 997, i % 100, i % 7 + 1, b"true" if i % 3 else b"false", i))
    schema = {"type": "struct", "fields": [
        {"name": name, "type": kind, "nullable": True, "metadata": {}} for name, kind in (
            ("id", "long"), ("email", "string"), ("amount", "decimal(38,2)"), ("quantity", "long"), ("paid", "boolean"), ("country", "string"),
            ("note", "string"))]}
    fields = [field for field in FLAT_FIELDS if field["name"] not in ("placed_at", "day")]
    streams = {"json": member, "xml": element}
    for kind, record in streams.items():
        stream = weir.stream(kind, kind)
        weir.send(stream, (record(i) for i in range(RECORDS)), kind=kind)
        streams[kind] = stream
    cpu = {kind: [] for kind in streams}
    for round_no in range(5):
        for kind, stream in streams.items():
            # The log of changes begins empty, so that no load pays for the checkpoint of another one's rows.
            weir.server.stop()
            weir.server.start()
            feed = weir.feed(f"{kind}{round_no}", fields, ["id"])
            got = weir.run(weir.courier(stream, feed, "SELECT id, email, amount, quantity, paid, country, note FROM streaming", kind, schema))
            if got["counts"]["inserted"] != RECORDS:
                sys.exit(f"the counts are wrong: {got['counts']}")
            cpu[kind].append(got["cpu"])
    for kind in streams:
        print(f"{RECORDS:,} records of {kind}: {statistics.median(cpu[kind]):.2f} CPU s", flush=True)
    print(f"CBOR at {statistics.median(cpu['json']) / statistics.median(cpu['xml']):.2f} of NDJSON's rate for the CPU (goal 0.9)")


PARTS = {"preview": preview, "plan": plan, "wide": wide, "cbor": cbor}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default=str(HERE.parents[1] / "build/release/bin/weir"), help="the binary")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of weir serve")
    parser.add_argument("--work", default=None, help="directory of the data")
    options = parser.parse_args()
    for name in options.only:
        folder = Path(tempfile.mkdtemp(prefix="weir-bounds-", dir=options.work))
        weir = Weir(options.weir, folder, options.set)
        try:
            PARTS[name](weir)
        finally:
            weir.stop()
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
