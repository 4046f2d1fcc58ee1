#!/usr/bin/env python3
"""How long a receipt takes to look up, with ever more records behind it: a real server, real payloads of its own, the control API.

    bench/receipts/run.py --weir build/release/bin/weir --records 10000000

Sends small JSON payloads, pipelined, to a few streams, remembers some of their receipts, and at each power of ten looks up
a thousand of those on one keep-alive connection: first with nothing else going on, then while payloads go on coming. Every
answer is checked: the record is in a file, and the bytes the receipt names are the payload.
"""

import argparse
import http.client
import json
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "e2e"))
from weir_server import Server  # noqa: E402

PIPELINED = 64
LOOKUPS = 1000


class Sender:
    """One connection that sends blocks of pipelined payloads; each carries a number of its own."""

    def __init__(self, server, stream, token, first):
        self.socket = socket.create_connection((server.host, server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = (f"POST /stream/v0/data/{stream} HTTP/1.1\r\nHost: weir\r\nAuthorization: Bearer {token}\r\n"
                     "X-Amperity-Tenant: acme\r\nContent-Type: application/json\r\nContent-Length: ").encode()
        self.next = first
        self.samples = []  # (receipt, body)

    def send_block(self, sample):
        bodies = [b'{"n":%d}' % (self.next + i) for i in range(PIPELINED)]
        self.next += PIPELINED
        self.socket.sendall(b"".join(b"%b%d\r\n\r\n%b" % (self.head, len(body), body) for body in bodies))
        answers = b""
        while answers.count(b"HTTP/1.1 ") < PIPELINED or not answers.endswith(b"}"):
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise RuntimeError(f"the server hung up after {answers[-300:]!r}")
            answers += piece
        if answers.count(b"HTTP/1.1 202") != PIPELINED:
            raise RuntimeError(f"not all were accepted: {answers[:600]!r}")
        if sample is not None:
            answer = answers.split(b"HTTP/1.1 202")[1 + sample]
            self.samples.append((json.loads(answer[answer.index(b"{"):])["request_id"], bodies[sample]))


def send_until(server, streams, token, senders, total, chance):
    """Until all streams together hold `total` records."""
    def work(sender, until):
        while sender.next < until:
            sender.send_block(chance.randrange(PIPELINED) if chance.random() < 0.02 else None)
    threads = [threading.Thread(target=work, args=(sender, total // len(senders))) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for stream in streams:
        server.api("POST", f"/api/v0/streams/{stream}/flush")


def look_up(server, samples, chance):
    """Milliseconds each took; every answer is held to the payload."""
    connection = server.connect()
    times = []
    for receipt, body in chance.choices(samples, k=LOOKUPS):
        begun = time.perf_counter()
        connection.request("GET", f"/api/v0/receipts/{receipt}", headers={"Authorization": f"Bearer {server.admin}"})
        answer = connection.getresponse()
        text = answer.read()
        times.append((time.perf_counter() - begun) * 1000)
        fate = json.loads(text)
        if answer.status != 200 or fate["state"] != "in_file":
            raise RuntimeError(f"{receipt}: {text}")
        place = fate["byte_range"]
        with open(server.data / "store" / fate["batch"]["path"], "rb") as file:
            file.seek(place["offset"])
            if file.read(place["bytes"]) != body + b"\n":
                raise RuntimeError(f"{receipt} names other bytes than {body}")
    connection.close()
    return sorted(times)


def row(what, records, files, times):
    print(f"{records:>12,}  {files:>7,}  {what:<18} {times[len(times) // 2]:8.2f} {times[int(len(times) * 0.99)]:8.2f} "
          f"{times[-1]:8.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True, help="the binary")
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--batch-records", type=int, default=5_000, help="records a file at most; small makes many rows")
    options = parser.parse_args()
    chance = random.Random(1)
    folder = Path(tempfile.mkdtemp(prefix="weir-receipts-"))
    server = Server(options.weir, folder / "data", [f"batch.records={options.batch_records}"]).start()
    try:
        token = server.ingest_token()
        streams = [server.api("POST", "/api/v0/streams", {"name": f"s{n}", "description": ""})["id"]
                   for n in range(options.streams)]
        senders = [Sender(server, stream, token, 0) for stream in streams]
        print(f"{'records':>12}  {'files':>7}  {'':<18} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
        total = 1000
        while True:
            total = min(total * 10, options.records)
            begun = time.monotonic()
            send_until(server, streams, token, senders, total, chance)
            print(f"    filled in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
            samples = [sample for sender in senders for sample in sender.samples]
            files = sum(len(server.batches(stream)) for stream in streams)
            row("idle", total, files, look_up(server, samples, chance))
            if total == options.records:
                break
        stop = threading.Event()

        def load(sender):
            while not stop.is_set():
                sender.send_block(None)
        threads = [threading.Thread(target=load, args=(sender,)) for sender in senders[:2]]
        for thread in threads:
            thread.start()
        row("under full ingest", total, files, look_up(server, samples, chance))
        stop.set()
        for thread in threads:
            thread.join()
    finally:
        server.kill()
        shutil.rmtree(folder)


if __name__ == "__main__":
    try:
        main()
    except http.client.HTTPException as error:
        sys.exit(f"the server went away: {error!r}")
