#!/usr/bin/env python3
"""What hostile queries of one tenant cost everybody else: the 202 of ingest, and another tenant's query and load.

    bench/hostile/run.py --weir build/release/bin/weir

Rounds with and without the hostile queries follow each other, so that what else the machine does meets both. See README.md.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "e2e"))
from weir_server import ApiError, Server, eventually  # noqa: E402

# Without end: one on all of the engine's threads, and one that fills memory and disk.
HOSTILE = {
    "cpu": "SELECT count(*) FROM range(20000) a(i), range(20000) b(j), range(20000) c(k) WHERE (a.i * 7 + b.j * 3 + c.k) % 1000003 = 1000002",
    "disk": "SELECT count(*) FROM range(100000000) a(i), range(100000000) b(j) WHERE (a.i * 7 + b.j * 3) % 1000003 = 1000002"}
HOSTILE_AT_ONCE = 2  # a tenant's part
FAIR = "SELECT count(*) FROM range(30000000) t(i) WHERE (i * 7919) % 1000003 = 5"
RECORDS = 50_000
BODY = json.dumps({"id": 1, "email": "kim@example.org", "note": "x" * 900})


class Hostile:
    """Queries that run until the block ends; the server ends them when their connections close."""

    def __init__(self, server, kind):
        self.server, self.kind = server, kind

    def __enter__(self):
        body = json.dumps({"sql": HOSTILE[self.kind]})
        self.links = [self.server.connect() for _ in range(HOSTILE_AT_ONCE)]
        for link in self.links:
            link.request("POST", "/api/v0/query", body=body,
                         headers={"Authorization": f"Bearer {self.server.admin}", "Content-Type": "application/json"})
        time.sleep(0.5)

    def __exit__(self, *_):
        for link in self.links:
            link.close()
        eventually(self.is_over)

    def is_over(self):
        try:
            return self.server.api("POST", "/api/v0/query", {"sql": "SELECT 1"})
        except ApiError:
            return False


def ingest(server, script, options):
    """The p50 and p99 of the 202 in milliseconds, and their rate."""
    said = subprocess.run(["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "-s", script,
                           f"http://{server.host}:{server.port}/"], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        sys.exit(f"not all were accepted:\n{said}")
    of = {name: float(value) for name, value in re.findall(r"^(p50|p99) (\S+)", said, re.M)}
    return of["p50"], of["p99"], float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))


def query(server, token):
    """Wall seconds, and the CPU seconds of the whole server meanwhile, of which others have what is more than without them."""
    begun, cpu = time.monotonic(), cpu_seconds(server)
    server.api("POST", "/api/v0/query", {"sql": FAIR}, token=token)
    return time.monotonic() - begun, cpu_seconds(server) - cpu


def cpu_seconds(server):
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Loads:
    """Another tenant's stream, and a table for each load."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.stream = self.api("POST", "/api/v0/streams", {"name": "fair"})["id"]
        key = self.api("POST", "/api/v0/admin/api-keys", {"name": "k", "policies": ["streaming-ingest-api:write"]})["id"]
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 24 * 3600))
        ingest_token = self.api("POST", f"/api/v0/admin/api-keys/{key}/tokens", {"expires-at": expires})["token"]
        link = server.connect()
        link.connect()
        head = (f"POST /stream/v0/data/{self.stream} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {ingest_token}\r\n"
                "X-Amperity-Tenant: rival\r\nContent-Type: application/json\r\nContent-Length: ")
        for first in range(0, RECORDS, 200):
            bodies = [json.dumps({"id": first + i, "note": "a note of this record"}) for i in range(200)]
            link.sock.sendall("".join(f"{head}{len(body)}\r\n\r\n{body}" for body in bodies).encode())
            answers = b""
            while answers.count(b"HTTP/1.1 202") < len(bodies) or not answers.endswith(b"}"):
                answers += link.sock.recv(1 << 16)
        link.close()
        self.api("POST", f"/api/v0/streams/{self.stream}/flush")
        self.made = 0

    def api(self, method, path, body=None):
        return self.server.api(method, path, body, token=self.token)

    def seconds(self):
        self.made += 1
        feed = self.api("POST", "/api/v0/feeds", {
            "source": f"S{self.made}", "name": "T", "primary_key": ["id"],
            "fields": [{"name": "id", "type": "integer"}, {"name": "note", "type": "string"}]})["id"]
        self.api("POST", f"/api/v0/feeds/{feed}/activate")
        courier = self.api("POST", "/api/v0/couriers", {
            "name": f"C{self.made}", "stream_id": self.stream, "file_format": "NDJSON", "file_tag": "streaming",
            "load_operations": {feed: [{"type": "load", "file": "streaming"}]}})["id"]
        begun = time.monotonic()
        run = self.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]
        eventually(lambda: self.api("GET", f"/api/v0/workflow/runs/{run}")["state"] == "succeeded", seconds=120)
        return time.monotonic() - begun


def wrk_script(server, folder):
    stream = server.api("POST", "/api/v0/streams", {"name": "hostile"})["id"]
    script = folder / "send.lua"
    script.write_text(f"""
local text
init = function()
  text = wrk.format("POST", "/stream/v0/data/{stream}", {{["Authorization"] = "Bearer {server.ingest_token()}",
    ["X-Amperity-Tenant"] = "acme", ["Content-Type"] = "application/json"}}, [[{BODY}]])
end
request = function() return text end
done = function(summary, latency)
  print(string.format("p50 %g", latency:percentile(50) / 1000))
  print(string.format("p99 %g", latency:percentile(99) / 1000))
end
""")
    return str(script)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--kind", choices=HOSTILE, default="cpu", help="of the hostile queries")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of one run of wrk")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of weir serve")
    parser.add_argument("--work", default=None, help="directory of the data")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="weir-hostile-", dir=options.work))
    server = Server(options.weir, folder / "data", ["queries.time_s=600", *options.set])
    server.start()
    other = server.add_tenant("rival")
    try:
        script = wrk_script(server, folder)
        loads = Loads(server, other)
        rows = {}
        for _ in range(options.rounds):
            for hostile in (False, True):
                guard = Hostile(server, options.kind) if hostile else threading.Lock()
                with guard:
                    p50, p99, rate = ingest(server, script, options)
                    wall, cpu = query(server, other)
                    for name, value in (("p50 of a 202, ms", p50), ("p99 of a 202, ms", p99), ("202 a second", rate),
                                        ("another tenant's query, s", wall), ("CPU s of all in that time", cpu),
                                        ("another tenant's load, s", loads.seconds())):
                        rows.setdefault(name, ([], []))[hostile].append(value)
        print(f"{'':<28} {'alone':>10} {'hostile':>10} {'ratio':>6}   medians of {options.rounds} rounds")
        for name, (alone, under) in rows.items():
            print(f"{name:<28} {statistics.median(alone):>10.2f} {statistics.median(under):>10.2f} "
                  f"{statistics.median(b / a for a, b in zip(alone, under)):>6.2f}", flush=True)
    finally:
        server.kill()
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
