#!/usr/bin/env python3
"""How long the lists of the control API take while payloads come in at full rate: a real server, and its batch commits.

    bench/reads/run.py --weir build/release/bin/weir --seconds 20

Other processes send pipelined JSON to many streams whose batches close each second, so that the catalog commits all the time. One
keep-alive connection asks for lists as a page of the UI does, and the times of each are printed: first with nothing else going on.
"""

import argparse
import json
import multiprocessing
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "e2e"))
from weir_server import Server  # noqa: E402

PIPELINED = 64
LISTS = ("/api/v0/streams?limit=200", "/api/v0/couriers?limit=200", "/api/v0/workflow/runs?limit=200",
         "/api/v0/batches?limit=200&order=newest", "/api/v0/quarantine?limit=200&order=newest", "/api/v0/audit-events?limit=200")


def send(host, port, token, streams, accepted, stop):
    """A process of its own, so that the one that measures waits for nobody here."""
    body = json.dumps({"id": 1, "name": "x" * 900}).encode()
    connection = socket.create_connection((host, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    turn = 0
    while not stop.is_set():
        turn += 1
        connection.sendall(b"".join(
            b"POST /stream/v0/data/%b HTTP/1.1\r\nHost: weir\r\nAuthorization: Bearer %b\r\nX-Amperity-Tenant: acme\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (streams[(turn + n) % len(streams)].encode(), token.encode(), len(body), body)
            for n in range(PIPELINED)))
        answers = b""
        while answers.count(b"HTTP/1.1 ") < PIPELINED or not answers.endswith(b"}"):
            piece = connection.recv(1 << 16)
            if not piece:
                raise RuntimeError(f"the server hung up after {answers[-300:]!r}")
            answers += piece
        if answers.count(b"HTTP/1.1 202") != PIPELINED:
            raise RuntimeError(f"not all were accepted: {answers[:600]!r}")
        with accepted.get_lock():
            accepted.value += PIPELINED


def ask(server, seconds):
    times = {path: [] for path in LISTS}
    connection = server.connect()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in LISTS:
            begun = time.monotonic()
            connection.request("GET", path, headers={"Authorization": f"Bearer {server.admin}"})
            answer = connection.getresponse()
            answer.read()
            times[path].append(time.monotonic() - begun)
            assert answer.status == 200, answer.status
        time.sleep(0.01)
    return times


def report(what, times):
    print(what)
    for path, taken in [*times.items(), ("all", [one for some in times.values() for one in some])]:
        taken = sorted(taken)
        at = {share: taken[min(len(taken) - 1, int(len(taken) * share))] * 1000 for share in (0.5, 0.99)}
        print(f"  {path:44} {len(taken):6} times  p50 {at[0.5]:7.2f} ms  p99 {at[0.99]:7.2f} ms  max {taken[-1] * 1000:7.2f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--streams", type=int, default=100)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="weir-reads-"))
    server = Server(options.weir, folder / "data").start()
    stop = multiprocessing.Event()
    accepted = multiprocessing.Value("Q", 0)
    senders = []
    try:
        streams = [server.api("POST", "/api/v0/streams", {"name": f"s{n}", "batch_age_s": 1})["id"]
                   for n in range(options.streams)]
        for stream in streams:
            server.api("POST", "/api/v0/couriers", {"name": "c", "stream_id": stream, "file_format": "NDJSON",
                                                    "file_tag": "s", "load_operations": {}})
        report("With nothing else going on:", ask(server, options.seconds / 4))
        token = server.ingest_token()
        senders = [multiprocessing.Process(target=send, args=(server.host, server.port, token, streams, accepted, stop))
                   for _ in range(options.senders)]
        for sender in senders:
            sender.start()
        time.sleep(2)
        before, begun = accepted.value, time.monotonic()
        times = ask(server, options.seconds)
        rate = (accepted.value - before) / (time.monotonic() - begun)
        report(f"While {rate:,.0f} payloads a second come in:", times)
    finally:
        stop.set()
        for sender in senders:
            sender.join(10)
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
