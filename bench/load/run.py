#!/usr/bin/env python3
"""What loading costs: Weir's couriers next to bare DuckDB and to Spark, on the same batch files of one run.

Sends records to a real server, then loads the same files in turns: Weir through courier, casts, error checks and upsert; DuckDB's
own INSERT OR REPLACE and MERGE over read_json; PySpark with the same query writing Parquet. Prints medians over the rounds of wall
and CPU seconds, of the first load into an empty table and of the same load again, with ratios. Every table is counted. See README.md.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "e2e"))
from weir_server import Server  # noqa: E402

DUCKDB = "1.4.4"  # the engine's own version; another one would compare versions
GOES_ON = ("scheduled", "started", "in_progress", "running", "finalizing", "stopping")  # states of a run
LINES = 4  # of a nested record
BIG_ROWS = 1000  # that one record of --big becomes
RESTS_WITHIN = 40  # seconds; the server looks every 10
COUNTRIES = ("DE", "FR", "IT", "ES", "PL", "SE", "NL", "PT")


# -- What is sent

def flat(number: int, round_no: int = 0) -> bytes:
    """About 190 bytes; the casts are whole, text, decimal, boolean, datetime, date."""
    return (b'{"id":%d,"email":"user%07d@example.org","amount":"%d.%02d","quantity":%d,"paid":%s,"placed_at":"2027-03-%02dT%02d:%02d:%02dZ",'
            b'"day":"2027-03-%02d","country":"%s","note":"a note of order %d, round %d"}'
            % (number, number % 1_000_003, number % 997, number % 100, number % 7 + 1, b"true" if number % 3 else b"false",
               number % 28 + 1, number % 24, number % 60, number % 59, number % 28 + 1, COUNTRIES[number % 8].encode(), number, round_no))


def nested(number: int, round_no: int = 0) -> bytes:
    lines = b",".join(b'{"sku":"SKU-%05d","quantity":%d,"price":%d.%02d}' % ((number * LINES + i) % 50_000, i + 1, number % 500, i * 7)
                      for i in range(LINES))
    return (b'{"order_id":%d,"customer":{"email":"user%d@example.org","name":"Kim %d"},"placed_at":"2027-03-%02dT%02d:00:00Z","lines":[%b]}'
            % (number, number % 100_003, round_no, number % 28 + 1, number % 24, lines))


def seed(number: int) -> bytes:
    return b'{"n":%d}' % number


FLAT_FIELDS = [
    {"name": "id", "type": "integer", "required": True}, {"name": "email", "type": "string"},
    {"name": "amount", "type": "decimal", "scale": 2}, {"name": "quantity", "type": "integer"},
    {"name": "paid", "type": "boolean"}, {"name": "placed_at", "type": "datetime"}, {"name": "day", "type": "date"},
    {"name": "country", "type": "string"}, {"name": "note", "type": "string"}]
NESTED_FIELDS = [
    {"name": "order_id", "type": "integer", "required": True}, {"name": "line", "type": "integer", "required": True},
    {"name": "email", "type": "string"}, {"name": "name", "type": "string"}, {"name": "placed_at", "type": "datetime"},
    {"name": "sku", "type": "string"}, {"name": "quantity", "type": "integer"}, {"name": "price", "type": "decimal", "scale": 2}]
NESTED_QUERY = """WITH orders AS (
  SELECT order_id, customer.email AS email, customer.name AS name, placed_at, POSEXPLODE(lines) AS (line, l) FROM streaming
)
SELECT order_id, line, email, name, placed_at, l.sku AS sku, l.quantity AS quantity, l.price AS price FROM orders"""
# Rows as those of flat(), many of one record: a table of 20,000,000 rows without sending them one by one.
BIG_QUERY = f"""WITH places AS (SELECT n, POSEXPLODE(SPLIT(REPEAT(',', {BIG_ROWS - 1}), ',')) AS (place, nothing) FROM streaming)
   , ids AS (SELECT n * {BIG_ROWS} + place AS id FROM places)
SELECT id, CONCAT('user', LPAD(CAST(id % 1000003 AS STRING), 7, '0'), '@example.org') AS email
     , CONCAT(CAST(id % 997 AS STRING), '.', LPAD(CAST(id % 100 AS STRING), 2, '0')) AS amount, id % 7 + 1 AS quantity
     , id % 3 <> 0 AS paid, TIMESTAMP'2027-03-01 00:00:00' AS placed_at, DATE'2027-03-01' AS day, 'DE' AS country
     , CONCAT('a note of order ', CAST(id AS STRING), ', round 0') AS note FROM ids"""


class Kind:
    """Records, and what they become: in Weir, in DuckDB's SQL over `files`, in Spark's SQL over `streaming`."""

    def __init__(self, name, record, fields, key, query, rows_of_one, duckdb_rows, spark_sql):
        self.name, self.record, self.fields, self.key, self.query = name, record, fields, key, query
        self.rows_of_one, self.duckdb_rows, self.spark_sql = rows_of_one, duckdb_rows, spark_sql


KINDS = {
    "flat": Kind(
        "flat", flat, FLAT_FIELDS, ["id"], None, 1,
        "SELECT * FROM read_json({files}, format='newline_delimited', columns={{id:'BIGINT', email:'VARCHAR', amount:'DECIMAL(38,2)', "
        "quantity:'BIGINT', paid:'BOOLEAN', placed_at:'TIMESTAMP', day:'DATE', country:'VARCHAR', note:'VARCHAR'}})",
        "SELECT CAST(id AS BIGINT) id, email, CAST(amount AS DECIMAL(38,2)) amount, CAST(quantity AS BIGINT) quantity, "
        "CAST(paid AS BOOLEAN) paid, CAST(placed_at AS TIMESTAMP) placed_at, CAST(day AS DATE) day, country, note FROM streaming"),
    "nested": Kind(
        "nested", nested, NESTED_FIELDS, ["order_id", "line"], NESTED_QUERY, LINES,
        "SELECT order_id, line, customer.email AS email, customer.name AS name, placed_at, l.sku AS sku, l.quantity AS quantity, "
        "l.price AS price FROM (SELECT *, unnest(lines) AS l, generate_subscripts(lines, 1) - 1 AS line FROM read_json({files}, "
        "format='newline_delimited', columns={{order_id:'BIGINT', customer:'STRUCT(email VARCHAR, name VARCHAR)', placed_at:'TIMESTAMP', "
        "lines:'STRUCT(sku VARCHAR, quantity BIGINT, price DECIMAL(38,2))[]'}}))",
        "WITH o AS (SELECT order_id, customer.email email, customer.name name, CAST(placed_at AS TIMESTAMP) placed_at, "
        "posexplode(lines) AS (line, l) FROM streaming) SELECT order_id, line, email, name, placed_at, l.sku, l.quantity, "
        "CAST(l.price AS DECIMAL(38,2)) price FROM o"),
}


# -- Weir

class Weir:
    def __init__(self, binary, folder, settings):
        self.folder = folder
        self.server = Server(binary, folder / "data", ["batch.age_s=3600", *settings]).start()
        self.token = self.server.ingest_token()

    def pid(self):
        return self.server.process.pid

    def stream(self, name, kind="json"):
        return self.server.api("POST", "/api/v0/streams", {"name": name, "description": "", "payload_type": kind})["id"]

    def send(self, stream, bodies, depth=256, kind="json"):
        """All bodies, pipelined on one connection; then they are flushed to files."""
        link = socket.create_connection((self.server.host, self.server.port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = (f"POST /stream/v0/data/{stream} HTTP/1.1\r\nHost: weir\r\nAuthorization: Bearer {self.token}\r\n"
                f"X-Amperity-Tenant: acme\r\nContent-Type: application/{kind}\r\nContent-Length: ").encode()
        block = []

        def flush():
            sender = threading.Thread(target=link.sendall, args=(b"".join(block),))
            sender.start()
            answers = b""
            while answers.count(b"HTTP/1.1 202") < len(block) or not answers.endswith(b"}"):
                piece = link.recv(1 << 18)
                if not piece:
                    sys.exit(f"the server hung up after {answers[-300:]!r}")
                answers += piece
                if answers.count(b"HTTP/1.1 ") > answers.count(b"HTTP/1.1 202") and answers.endswith(b"}"):
                    sys.exit(f"not all were accepted: {answers[-600:]!r}")
            sender.join()
            block.clear()
        for body in bodies:
            block.append(b"%b%d\r\n\r\n%b" % (head, len(body), body))
            if len(block) == depth:
                flush()
        if block:
            flush()
        link.close()
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        return sorted(str(self.server.data / "store" / batch["path"]) for batch in self.server.batches(stream))

    def feed(self, source, kind_fields, key):
        feed = self.server.api("POST", "/api/v0/feeds", {"source": source, "name": "Table", "fields": kind_fields, "primary_key": key,
                                                         "error_threshold": 1})["id"]
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        return feed

    def courier(self, stream, feed, query, kind="json", schema=None):
        operation = {"type": "load", "file": "streaming"}
        if query:
            name = f"Q{time.monotonic_ns()}"
            self.server.api("POST", "/api/v0/ingest-queries", {"name": name, "sql": query})
            file = {"file": "streaming"} | ({"schema": schema} if schema else {})
            operation = {"type": "spark-sql", "spark-sql-files": [file], "spark-sql-query": name}
        return self.server.api("POST", "/api/v0/couriers", {
            "name": f"C{time.monotonic_ns()}", "stream_id": stream, "file_format": "XML" if kind == "xml" else "NDJSON",
            "file_tag": "streaming", "load_operations": {feed: [operation]}})["id"]

    def run(self, courier):
        """Wall and CPU seconds of a run, its peak memory, and what it counted."""
        Path(f"/proc/{self.pid()}/clear_refs").write_text("5")
        threads = thread_seconds(self.pid())
        cpu, begun = cpu_seconds(self.pid()), time.monotonic()
        run = self.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]
        while (state := self.server.api("GET", f"/api/v0/workflow/runs/{run}"))["state"] in GOES_ON:
            time.sleep(0.02)
        out = {"wall": time.monotonic() - begun, "cpu": cpu_seconds(self.pid()) - cpu, "rss_mb": peak_mb(self.pid())}
        out["threads"] = sorted(((after - threads.get(tid, 0)) / out["wall"] for tid, after in thread_seconds(self.pid()).items()),
                                reverse=True)
        if state["state"] != "succeeded":
            sys.exit(f"the run {state['state']}: {state.get('error')}")
        out["tasks"] = state["tasks"]
        out["counts"] = next(task["detail"] for task in state["tasks"] if task["kind"] == "load")
        return out

    def file_mb(self, pattern="*.duckdb*"):
        """Of the tables file and the log of changes beside it, which is emptied once it is large."""
        return sum(file.stat().st_size for file in (self.server.data / "tables").glob(pattern) if file.is_file()) / 1e6

    def stop(self):
        self.server.stop()


TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def thread_seconds(pid):
    out = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            out[task.name] = (int(fields[11]) + int(fields[12])) / TICKS
        except OSError:
            pass
    return out


def peak_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0


# -- The peers: each in a process of its own, which prints {"first": {...}, "again": {...}}

def peer(python, script, job):
    done = subprocess.run([python, HERE / script], input=json.dumps(job), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def missing(python, module, version=None):
    """Why a peer cannot run; nothing if it can."""
    if not python:
        return "no Python given"
    asked = subprocess.run([python, "-c", f"import {module}; print({module}.__version__)"], capture_output=True, text=True)
    if asked.returncode != 0:
        return f"{python} has no package {module}"
    if version and asked.stdout.strip() != version:
        return f"{python} has {module} {asked.stdout.strip()}, not {version}"
    return ""


# -- The comparison

def compare(options, kind, count):
    folder = Path(tempfile.mkdtemp(prefix="weir-load-", dir=options.work))
    weirs = {"weir": Weir(options.weir, folder, options.set)}
    try:
        if options.before:
            weirs["before"] = Weir(options.before, folder / "before", options.set)
        streams = {}
        for name, weir in weirs.items():
            print(f"sending {count:,} {kind.name} records", file=sys.stderr, flush=True)
            streams[name] = weir.stream(kind.name)
            sent = weir.send(streams[name], (kind.record(i) for i in range(count)))
            files = sent if name == "weir" else files
        size = sum(os.path.getsize(file) for file in files)
        print(f"\n{kind.name}: {count:,} records, {size / 1e6:.0f} MB in {len(files)} files, {count * kind.rows_of_one:,} rows; "
              f"medians of {options.rounds} rounds")
        rows = {}
        for round_no in range(options.rounds):
            for name, weir in weirs.items():
                feed = weir.feed(f"S{round_no}", kind.fields, kind.key)
                courier = weir.courier(streams[name], feed, kind.query)
                for which, expected in (("first", "inserted"), ("again", "rejected")):
                    got = weir.run(courier)
                    if got["counts"][expected] != count * kind.rows_of_one:
                        sys.exit(f"Weir's counts are wrong: {got['counts']}")
                    rows.setdefault((name, which), []).append(got)
            job = {"files": files, "sql": kind.duckdb_rows, "key": kind.key, "rows": count * kind.rows_of_one,
                   "folder": str(folder / f"peer{round_no}"), "spark_sql": kind.spark_sql, "threads": options.threads}
            for name, python, script in options.peers:
                for which, got in peer(python, script, job | {"how": name}).items():
                    rows.setdefault((name, which), []).append(got)
        report(rows, count * kind.rows_of_one)
        busiest = max(weir_run["threads"][2] if len(weir_run["threads"]) > 2 else 0 for weir_run in rows["weir", "first"])
        print(f"weir: peak {max(r['rss_mb'] for r in rows['weir', 'first']):.0f} MB; threads beyond the two busiest: at most "
              f"{100 * busiest:.0f} % of a core")
    finally:
        for weir in weirs.values():
            weir.stop()
        if not options.keep:
            subprocess.run(["rm", "-rf", folder], check=True)


def report(rows, count):
    print(f"{'':<18} {'load':<6} {'wall s':>7} {'CPU s':>7} {'rows/s':>10} {'Weir is (wall)':>15} {'CPU, of its':>12}")
    median = {key: {figure: statistics.median(run[figure] for run in runs) for figure in ("wall", "cpu")} for key, runs in rows.items()}
    for (name, which), got in median.items():
        own = median["weir", which]
        times = "" if name == "weir" else f"{got['wall'] / own['wall']:.2f} x"
        share = "" if name == "weir" else f"{own['cpu'] / got['cpu']:.2f}"
        print(f"{name:<18} {which:<6} {got['wall']:>7.2f} {got['cpu']:>7.2f} {count / got['wall']:>10,.0f} {times:>15} {share:>12}", flush=True)


# -- Into a large table

def big(options):
    # Each in a file of its own: the big table's has free blocks, which the loads would use up first.
    for measure in (into_a_big_table, lambda weir, _: loads(weir)):
        folder = Path(tempfile.mkdtemp(prefix="weir-load-", dir=options.work))
        weir = Weir(options.weir, folder, options.set)
        try:
            measure(weir, options)
        finally:
            weir.stop()
            if not options.keep:
                subprocess.run(["rm", "-rf", folder], check=True)


def into_a_big_table(weir, options):
    base = weir.stream("base")
    weir.send(base, (seed(i) for i in range(options.big_rows // BIG_ROWS)))
    feed = weir.feed("Big", FLAT_FIELDS, ["id"])
    got = weir.run(weir.courier(base, feed, BIG_QUERY))
    print(f"\ntable of {got['counts']['inserted']:,} rows, {weir.file_mb():.0f} MB, made in {got['wall']:.1f} s")
    half = options.flat // 2
    more = weir.stream("more")
    weir.send(more, (flat(i, 1) for i in range(options.big_rows - half, options.big_rows + half)))
    courier = weir.courier(more, feed, None)
    for which in ("half new", "repeated", "repeated"):
        before = weir.file_mb()
        got = weir.run(courier)
        counts = {key: got["counts"][key] for key in ("inserted", "updated", "rejected", "errors")}
        print(f"{2 * half:,} rows, {which:<9} wall {got['wall']:.2f} s  CPU {got['cpu']:.2f} s  peak {got['rss_mb']:.0f} MB  "
              f"file +{weir.file_mb() - before:.0f} MB  {counts}", flush=True)


def loads(weir, rows=1_000_000, times=30, share=0.05):
    """Many loads that change a part of the table: how its file grows."""
    base = weir.stream("parts")
    weir.send(base, (seed(i) for i in range(rows // BIG_ROWS)))
    feed = weir.feed("Parts", FLAT_FIELDS, ["id"])
    before = weir.file_mb()
    weir.run(weir.courier(base, feed, BIG_QUERY))
    own = weir.file_mb() - before
    part = int(rows * share) // BIG_ROWS
    cpu = most = 0
    for i in range(times):
        stream = weir.stream(f"part{i}")
        weir.send(stream, (seed((i * part + n) % (rows // BIG_ROWS)) for n in range(part)))
        cpu += weir.run(weir.courier(stream, feed, BIG_QUERY.replace("round 0", f"round {i + 1}")))["cpu"]
        most = max(most, weir.file_mb() - before)
    print(f"{times} loads of {100 * share:.0f} % of {rows:,} rows: {cpu:.1f} CPU s, the table's part of the file and its log {own:.0f} MB before, "
          f"at most {most:.0f} MB, {most / max(own, 1):.2f} x", flush=True)
    # Once the tenant rests, the log of changes is moved into the file.
    begun = time.monotonic()
    while weir.file_mb("*.wal") >= 1 and time.monotonic() - begun < RESTS_WITHIN:
        time.sleep(1)
    grown = weir.file_mb() - before
    print(f"once the tenant rests {grown:.0f} MB, {grown / max(own, 1):.2f} x; {weir.file_mb('*.wal'):.0f} MB of it are the log of changes", flush=True)


# -- Memory

def memory(options):
    folder = Path(tempfile.mkdtemp(prefix="weir-load-", dir=options.work))
    weir = Weir(options.weir, folder, [f"engine.memory_mb={options.memory}", *options.set])
    try:
        stream = weir.stream("large")
        lines = 500
        body = b",".join(b'{"sku":"SKU-%05d","quantity":%d,"price":%d.%02d,"text":"%b"}' % (i, i, i, i % 100, b"some text of a line" * 4)
                         for i in range(lines))
        record = b'{"order_id":%d,"customer":{"email":"user@example.org","name":"Kim"},"placed_at":"2027-03-02T08:00:00Z","lines":[%b]}'
        count = int(options.gib * (1 << 30) / (len(body) + 120))
        idle = peak_mb(weir.pid())
        print(f"sending {count:,} records of {len(body) / 1000:.0f} KB, {options.gib} GiB", file=sys.stderr, flush=True)
        weir.send(stream, (record % (i, body) for i in range(count)), depth=16)
        feed = weir.feed("Large", NESTED_FIELDS, ["order_id", "line"])
        courier = weir.courier(stream, feed, NESTED_QUERY)
        for which in ("first", "again"):
            got = weir.run(courier)
            print(f"{options.gib} GiB, engine.memory_mb={options.memory}, {which}: {got['counts']['read']:,} rows, wall {got['wall']:.1f} s, "
                  f"CPU {got['cpu']:.1f} s, peak RSS {got['rss_mb']:.0f} MB = {got['rss_mb'] / options.memory:.2f} x "
                  f"(before the first load {idle:.0f} MB)", flush=True)
    finally:
        weir.stop()
        if not options.keep:
            subprocess.run(["rm", "-rf", folder], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default=str(HERE.parents[1] / "build/release/bin/weir"), help="the binary")
    parser.add_argument("--before", metavar="WEIR", help="another binary, to load the same records in turns with the first")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--flat", type=int, default=1_000_000, help="flat records")
    parser.add_argument("--nested", type=int, default=200_000, help="nested records, of four rows each")
    parser.add_argument("--duckdb", metavar="PYTHON", default=sys.executable, help=f"a Python with the package duckdb {DUCKDB}")
    parser.add_argument("--spark", metavar="PYTHON", help="a Python with the package pyspark 3.5")
    parser.add_argument("--threads", type=int, default=2, help="of each engine")
    parser.add_argument("--big", action="store_true", help="instead: into a table of 20,000,000 rows")
    parser.add_argument("--big-rows", type=int, default=20_000_000)
    parser.add_argument("--memory", type=int, metavar="MB", help="instead: a load larger than engine.memory_mb")
    parser.add_argument("--gib", type=float, default=2, help="of files, with --memory")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of weir serve")
    parser.add_argument("--work", default=None, help="directory of the data; on a tmpfs the figures say nothing")
    parser.add_argument("--keep", action="store_true", help="leave the data there")
    options = parser.parse_args()
    options.set = [f"engine.threads={options.threads}", *options.set]
    options.peers = []
    for names, python, script, why in (
            (("insert or replace", "merge"), options.duckdb, "duckdb_peer.py", missing(options.duckdb, "duckdb", DUCKDB)),
            (("pyspark",), options.spark, "spark_peer.py", missing(options.spark, "pyspark"))):
        if why:
            print(f"without {', '.join(names)}: {why}", file=sys.stderr)
        else:
            options.peers += [(name, python, script) for name in names]
    if options.big:
        return big(options)
    if options.memory:
        return memory(options)
    for name in options.kinds:
        compare(options, KINDS[name], getattr(options, name))


if __name__ == "__main__":
    main()
