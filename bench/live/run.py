#!/usr/bin/env python3
"""How long after its 202 a record is a row of a live table: a real server, batches of a second, one live courier.

    bench/live/run.py --weir build/release/bin/weir --seconds 20 --rate 50

Sends records at an even rate, notes when each 202 came, and asks the table again and again which of them it has. The time of
a record is from its 202 to the answer that shows it, so it holds the query and half the time between two queries too.
"""

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "e2e"))
from weir_server import Server  # noqa: E402

LOOK_EVERY_S = 0.05


class Watch:
    """Asks for the records after the highest that was seen; ids are sent in their order on one connection."""

    def __init__(self, server):
        self.server = server
        self.seen_at = {}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._look)

    def _look(self):
        last = 0
        while not self.done.is_set():
            rows = self.server.api("POST", "/api/v0/query", {
                "sql": f'SELECT id FROM "Live:Records" WHERE id > {last} ORDER BY id LIMIT 5000'})["rows"]
            now = time.monotonic()
            for row in rows:
                self.seen_at[int(row[0])] = now
                last = max(last, int(row[0]))
            time.sleep(LOOK_EVERY_S)


def send(server, stream, token, options, accepted_at):
    connection = server.connect()
    begun = time.monotonic()
    for number in range(1, options.rate * options.seconds + 1):
        time.sleep(max(0.0, begun + number / options.rate - time.monotonic()))
        connection.request("POST", f"/stream/v0/data/{stream}", body=json.dumps({"id": number, "name": "x" * 150}),
                           headers={"Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme",
                                    "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 202, answer.status
        accepted_at[number] = time.monotonic()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50, help="records a second")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="weir-live-"))
    server = Server(options.weir, folder / "data").start()
    try:
        stream = server.api("POST", "/api/v0/streams", {"name": "live", "batch_age_s": 1})["id"]
        feed = server.api("POST", "/api/v0/feeds", {
            "source": "Live", "name": "Records", "primary_key": ["id"],
            "fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]})["id"]
        server.api("POST", f"/api/v0/feeds/{feed}/activate")
        server.api("POST", "/api/v0/couriers", {
            "name": "Live", "stream_id": stream, "file_format": "NDJSON", "file_tag": "streaming",
            "trigger": "each_batch", "load_operations": {feed: [{"type": "load", "file": "streaming"}]}})
        accepted_at = {}
        watch = Watch(server)
        watch.thread.start()
        send(server, stream, server.ingest_token(), options, accepted_at)
        end = time.monotonic() + 60
        while len(watch.seen_at) < len(accepted_at) and time.monotonic() < end:
            time.sleep(LOOK_EVERY_S)
        watch.done.set()
        watch.thread.join()
        missing = set(accepted_at) - set(watch.seen_at)
        assert not missing, f"{len(missing)} records did not come within a minute"
        times = sorted(watch.seen_at[number] - at for number, at in accepted_at.items())
        of = lambda share: times[min(len(times) - 1, int(share * len(times)))]  # noqa: E731
        print(f"{len(times)} records at {options.rate}/s: from 202 to row p50 {of(0.5):.2f} s, p95 {of(0.95):.2f} s, "
              f"p99 {of(0.99):.2f} s, longest {times[-1]:.2f} s; {len(server.batches(stream))} files, "
              f"{len(server.api('GET', '/api/v0/workflow/runs')['items'])} run")
    finally:
        server.kill()
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
