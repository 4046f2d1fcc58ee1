#!/usr/bin/env python3
"""A full disk: 503 with Retry-After, reads and the control API go on, and payloads are taken again, by
itself, once there is room; every 202 from before and after is in the files exactly once.

The data directory is on a small file system of its own, which takes the right to mount one: without it the
test is skipped (exit code 77).

    tests/e2e/disk_full_test.py --weir build/release/bin/weir
"""

import argparse
import collections
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from weir_server import Server

SKIPPED = 77
DISK_MIB = 320
PATIENCE_S = 60


def mounted(place):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(place)],
                          capture_output=True).returncode == 0


def fill(path):
    """Takes all the room that is left."""
    with open(path, "wb", buffering=0) as ballast:
        for size in (1 << 20, 4096):
            try:
                while ballast.write(b"\0" * size) == size:
                    pass
            except OSError:
                pass


class Sender:
    """Sends payloads of 200 kB, each with an id of its own."""

    def __init__(self, server, stream_id, token):
        self.connection = server.connect()
        self.path = f"/stream/v0/data/{stream_id}"
        self.headers = {"Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme",
                        "Content-Type": "application/json"}
        self.next_id = 0
        self.acknowledged = []

    def send(self, pad="x" * 200_000):
        self.next_id += 1
        body = json.dumps({"id": self.next_id, "pad": pad})
        self.connection.request("POST", self.path, body=body, headers=self.headers)
        answer = self.connection.getresponse()
        reply = json.loads(answer.read())
        if answer.status == 202:
            self.acknowledged.append(self.next_id)
        return answer, reply

    def send_until(self, status):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            answer, reply = self.send()
            if answer.status == status:
                return answer, reply
            if answer.status not in (202, 503):
                raise SystemExit(f"answered {answer.status}: {reply}")
            if answer.status == 503:
                time.sleep(0.2)
        raise SystemExit(f"no {status} within {PATIENCE_S} s")


def status_of(server, path):
    connection = server.connect()
    connection.request("GET", path)
    return connection.getresponse().status


def until(what, condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"still not so after {PATIENCE_S} s: {what}")
        time.sleep(0.2)


def say(*words):
    print(*words, flush=True)


def check(server, ballast):
    token = server.ingest_token()
    stream = server.api("POST", "/api/v0/streams", {"name": "Full", "payload_type": "json"})["id"]
    sender = Sender(server, stream, token)
    for _ in range(10):
        assert sender.send()[0].status == 202
    fill(ballast)
    answer, reply = sender.send_until(503)
    before = len(sender.acknowledged)
    say(f"full after {before} payloads: {answer.status} {reply['message']}")
    assert answer.getheader("Retry-After"), "a 503 says when to come back"

    assert server.api("GET", "/api/v0/streams")["items"][0]["id"] == stream
    assert status_of(server, "/healthz") == 200
    until("/readyz says that it is not", lambda: status_of(server, "/readyz") == 503)

    ballast.unlink()
    sender.send_until(202)
    until("/readyz says that it is", lambda: status_of(server, "/readyz") == 200)
    for _ in range(20):
        sender.send_until(202)
    say(f"took {len(sender.acknowledged) - before} more once there was room")

    server.api("POST", f"/api/v0/streams/{stream}/flush")
    found = collections.Counter()
    for batch in server.batches(stream):
        for line in server.file(batch).splitlines():
            found[json.loads(line)["id"]] += 1
    assert found == collections.Counter(sender.acknowledged), "acknowledged and kept differ"
    say(f"all {len(found)} acknowledged payloads are in the files once")


def check_run(server, ballast):
    """A run on the full disk is tried again by itself, and goes well once there is room."""
    feed = server.api("POST", "/api/v0/feeds", {"source": "S", "name": "F", "primary_key": ["id"],
                                                "fields": [{"name": "id", "type": "integer"}, {"name": "pad", "type": "string"}]})["id"]
    server.api("POST", f"/api/v0/feeds/{feed}/activate")
    stream = server.api("GET", "/api/v0/streams")["items"][0]["id"]
    courier = server.api("POST", "/api/v0/couriers", {
        "name": "C", "stream_id": stream, "file_format": "NDJSON", "file_tag": "t",
        "load_operations": {feed: [{"type": "load", "file": "t"}]}})["id"]
    sender = Sender(server, stream, server.ingest_token())
    for _ in range(100):  # what does not compress
        assert sender.send(pad=secrets.token_hex(100_000))[0].status == 202
    server.api("POST", f"/api/v0/streams/{stream}/flush")
    fill(ballast)
    os.truncate(ballast, ballast.stat().st_size - 3 * 1024 * 1024)  # for the catalog
    run = server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]
    read = lambda: server.api("GET", f"/api/v0/workflow/runs/{run}")
    until("the run waits for its next try", lambda: any("retry" == n["kind"] for n in read()["notices"]))
    seen = read()
    say(f"on the full disk the run is {seen['state']}: {seen['tasks'][-1]['error']}")
    ballast.unlink()
    until("the run went well", lambda: read()["state"] == "succeeded")
    say(f"with room it went well, at try {read()['tasks'][-1]['attempt']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--weir", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        if not mounted(place):
            say("skipped: no right to mount a file system here")
            return SKIPPED
        try:
            server = Server(options.weir, Path(place) / "data", ["log.segment_bytes=16777216"])
            server.start()
            try:
                check(server, Path(place) / "ballast")
                check_run(server, Path(place) / "ballast")
                assert server.stop() == 0, "it ends as it should"
            except BaseException:
                say(server.said())
                raise
            finally:
                server.kill()
        finally:
            subprocess.run(["umount", "-l", place], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
