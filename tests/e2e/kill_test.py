#!/usr/bin/env python3
"""kill -9 at random moments during load: every 202 is found exactly once, in the files and in the table.

Each payload carries an id of its own and is sent once; what got no answer may or may not be there,
but never twice. Prints its seed; --seed repeats the moments (not the machine's scheduling).

    tests/e2e/kill_test.py --weir build/release/bin/weir --kills 100
"""

import argparse
import collections
import http.client
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from weir_server import Server


class Load:
    """Sends payloads on several connections until told to stop, remembering what was acknowledged."""

    def __init__(self, server, stream_id, token, connections=6):
        self.server = server
        self.path = f"/stream/v0/data/{stream_id}"
        self.headers = {"Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme",
                        "Content-Type": "application/json"}
        self.connections = connections
        self.sent = 0
        self.acknowledged = {}
        self.refused = collections.Counter()
        self.lock = threading.Lock()

    def run_until(self, stop):
        threads = [threading.Thread(target=self._send, args=(stop,)) for _ in range(self.connections)]
        for thread in threads:
            thread.start()
        return threads

    def _send(self, stop):
        connection = self.server.connect(timeout=10)
        while not stop.is_set():
            with self.lock:
                self.sent += 1
                number = self.sent
            body = json.dumps({"id": number, "name": f"record {number}", "pad": "x" * (number % 700)})
            try:
                connection.request("POST", self.path, body=body, headers=self.headers)
                answer = connection.getresponse()
                reply = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                break  # killed: no answer, no promise
            with self.lock:
                if answer.status == 202:
                    self.acknowledged[number] = reply["request_id"]
                else:
                    self.refused[answer.status] += 1
        connection.close()


def make_table(server, stream_id):
    feed = server.api("POST", "/api/v0/feeds",
                      {"source": "Kill", "name": "Records", "primary_key": ["id"], "error_threshold": 0,
                       "fields": [{"name": "id", "type": "integer", "required": True},
                                  {"name": "name", "type": "string"}]})
    server.api("POST", f"/api/v0/feeds/{feed['id']}/activate")
    courier = server.api("POST", "/api/v0/couriers",
                         {"name": "Records", "stream_id": stream_id, "file_format": "NDJSON",
                          "file_tag": "streaming",
                          "load_operations": {feed["id"]: [{"type": "load", "file": "streaming"}]}})
    return courier["id"]


def run_courier(server, courier_id):
    run = server.api("POST", f"/api/v0/couriers/{courier_id}/runs", {"all": True})
    for _ in range(1200):
        now = server.api("GET", f"/api/v0/workflow/runs/{run['id']}")
        if now["state"] in ("succeeded", "failed", "stopped"):
            assert now["state"] == "succeeded", now
            return now
        time.sleep(0.1)
    raise AssertionError(f"the run did not end: {now}")


def check(server, load, stream_id, courier_id):
    """The claim. Returns how many records were there in all."""
    server.api("POST", f"/api/v0/streams/{stream_id}/flush")
    in_files = collections.Counter()
    for batch in server.batches(stream_id):
        lines = server.file(batch).splitlines()
        assert len(lines) == batch["records"], f"{batch['path']}: {len(lines)} lines, manifest {batch['records']}"
        in_files.update(json.loads(line)["id"] for line in lines)
    lost = [n for n in load.acknowledged if in_files[n] == 0]
    doubled = [n for n, count in in_files.items() if count > 1]
    assert not lost, f"{len(lost)} acknowledged records are in no file: {lost[:10]}"
    assert not doubled, f"{len(doubled)} records are in the files twice: {doubled[:10]}"
    receipts = list(load.acknowledged.values())
    assert len(set(receipts)) == len(receipts), "two records were given one receipt"

    run = run_courier(server, courier_id)
    counts = next(task for task in run["tasks"] if task["kind"] == "load")["detail"]
    assert counts["read"] == len(in_files), (counts, len(in_files))
    assert counts["read"] == sum(counts[part] for part in ("inserted", "updated", "rejected", "errors")), counts
    rows = server.api("POST", "/api/v0/query",
                      {"sql": 'SELECT count(*), count(DISTINCT id), sum(id) FROM "Kill:Records"'})["rows"][0]
    assert rows[0] == rows[1] == len(in_files), f"table {rows}, files {len(in_files)}"
    assert int(rows[2]) == sum(in_files), "the table holds other ids than the files"
    return len(in_files)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True, help="the binary")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    moments = random.Random(options.seed)

    folder = Path(tempfile.mkdtemp(prefix="weir-kill-"))
    # Small segments and young batches, so that kills fall into rotation, batch commits and recovery too.
    server = Server(options.weir, folder / "data", ["log.segment_bytes=16777216", "batch.age_s=1",
                                                    "batch.records=500"]).start()
    try:
        token = server.ingest_token()
        stream_id = server.api("POST", "/api/v0/streams", {"name": "kill", "description": "kill -9"})["id"]
        courier_id = make_table(server, stream_id)
        load = Load(server, stream_id, token)
        for kill in range(1, options.kills + 1):
            stop = threading.Event()
            threads = load.run_until(stop)
            time.sleep(moments.uniform(0.0, 0.4))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            if moments.random() < 0.2:  # a second kill, during recovery or right after
                starting = threading.Timer(moments.uniform(0.0, 0.05), lambda: server.process and server.process.kill())
                starting.start()
                try:
                    server.start()
                except RuntimeError:
                    server.process = None
                starting.join()
                if server.process is not None:
                    server.kill()
            server.start()
            if kill % 10 == 0 or kill == options.kills:
                total = check(server, load, stream_id, courier_id)
                print(f"{kill} kills: {load.sent} sent, {len(load.acknowledged)} acknowledged, {total} stored, "
                      f"each acknowledged one exactly once in files and table", flush=True)
        assert load.acknowledged, "nothing was acknowledged: the test tested nothing"
        assert not load.refused, f"refused under light load: {dict(load.refused)}"
        code = server.stop()
        assert code == 0, f"SIGTERM: exit code {code}"
    except Exception:
        print(f"The data stays in {folder}. The end of what the server said:\n{server.said()}", file=sys.stderr)
        raise
    finally:
        server.kill()
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
