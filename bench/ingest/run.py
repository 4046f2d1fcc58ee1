#!/usr/bin/env python3
"""Durable, authenticated 202s against nginx's `return 202`, in turns on the same two cores.

Every round runs each server once: server on core 0, wrk on core 1, 1 KiB of JSON with a real
token. Prints medians: rate, ratio to nginx in the same rounds, latencies, CPU per request.
See README.md.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER_CORE = "0"
CLIENT_CORE = "1"
START_SECONDS = 15
TOKEN_BYTES = 316  # of a token as the server mints it
BODY_BYTES = 1024


def payload() -> str:
    """One order of exactly BODY_BYTES, with some white space to normalise away."""
    order = {"order_id": "A-100937", "email": "kim@example.org", "total": 118.5, "currency": "EUR",
             "placed_at": "2027-03-02T08:00:00Z", "lines": []}
    while len(json.dumps(order)) < BODY_BYTES - 120:
        order["lines"].append({"sku": f"SKU-{len(order['lines']):05}", "quantity": 2,
                               "price": 19.75, "gift": False})
    order["note"] = ""
    order["note"] = "x" * (BODY_BYTES - len(json.dumps(order)))
    return json.dumps(order)


def start(command: list[str], **options) -> subprocess.Popen:
    return subprocess.Popen(["taskset", "-c", SERVER_CORE, *command], **options)


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Server:
    """A running server: where to send, what headers, and whose CPU time counts."""

    def __init__(self, name: str, process: subprocess.Popen, url: str, headers: dict[str, str]):
        self.name, self.process, self.url, self.headers = name, process, url, headers

    def cpu_seconds(self) -> float:
        ticks = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # utime, stime; of all its threads
        return ticks / os.sysconf("SC_CLK_TCK")

    def pids(self) -> list[int]:
        own = self.process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        return [own, *map(int, children)]


def read_lines_until(process: subprocess.Popen, prefix: str) -> list[str]:
    """The process' output lines up to the one that begins with `prefix`."""
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith(prefix):
            return lines
    sys.exit(f"{process.args} ended before it served: {lines}")


@contextlib.contextmanager
def nginx(work: Path, port: int):
    (work / "nginx.conf").write_text(f"""
        daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
        events {{ worker_connections 1024; }}
        http {{
          access_log off; keepalive_requests 1000000000; client_body_buffer_size 64k;
          client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work};
          uwsgi_temp_path {work}; scgi_temp_path {work};
          server {{ listen 127.0.0.1:{port}; location / {{ return 202; }} }}
        }}""")
    process = start([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(work / "nginx.conf"),
                     "-e", str(work / "nginx.log")])
    try:
        url = f"http://127.0.0.1:{port}/stream/v0/data/is-bench"
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(urllib.request.Request(url, b"{}"), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit(f"nginx does not serve: {(work / 'nginx.log').read_text()}")
                time.sleep(0.05)
        # As many bytes arrive at nginx, which looks at none of them.
        yield Server("nginx return 202", process, url,
                     {"X-Amperity-Tenant": "bench", "Authorization": "Bearer " + "x" * TOKEN_BYTES})
    finally:
        stop(process)


def call(base: str, token: str, path: str, body: dict) -> dict:
    request = urllib.request.Request(
        base + path, json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
         "X-Amperity-Tenant": "bench"})
    with urllib.request.urlopen(request, timeout=START_SECONDS) as reply:
        return json.load(reply)


@contextlib.contextmanager
def weir(binary: Path, work: Path, settings: list[str]):
    data = str(work / "data")
    made = json.loads(subprocess.run(
        [binary, "init", "--data", data, "--tenant", "bench", "--json"], check=True,
        capture_output=True, text=True, timeout=START_SECONDS).stdout)
    command = [str(binary), "serve", "--data", data, "--listen", "127.0.0.1:0"]
    for setting in settings:
        command += ["--set", setting]
    with open(work / "weir.log", "w") as log:
        process = start(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        base = read_lines_until(process, "listening on ")[-1].split()[-1]
        admin = made["admin_token"]
        key = call(base, admin, "/api/v0/admin/api-keys",
                   {"name": "bench", "policies": ["streaming-ingest-api:write"]})
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 24 * 3600))
        token = call(base, admin, f"/api/v0/admin/api-keys/{key['id']}/tokens",
                     {"expires-at": expires})["token"]
        stream = call(base, admin, "/api/v0/streams",
                      {"name": "bench", "description": "bench/ingest", "payload_type": "json"})
        yield Server("weir, durable", process, f"{base}/stream/v0/data/{stream['id']}",
                     {"X-Amperity-Tenant": "bench", "Authorization": f"Bearer {token}"})
    finally:
        stop(process)


@contextlib.contextmanager
def ceiling(binary: Path, kind: str):
    """The edge alone (bench/gateway_ceiling): "empty" or "checked", neither durable."""
    process = start([str(binary), "0", "1", kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    text=True)
    try:
        lines = dict(line.split(" ", 1) for line in read_lines_until(process, "listening on "))
        base = lines["listening"].split()[-1]
        headers = {"X-Amperity-Tenant": lines.get("tenant", "acme"),
                   "Authorization": "Bearer " + lines.get("token", "x" * TOKEN_BYTES)}
        yield Server(f"edge only, {kind}", process, f"{base}/stream/v0/data/is-bench", headers)
    finally:
        stop(process)


def write_script(path: Path, headers: dict[str, str]) -> None:
    lines = ['wrk.method = "POST"', f"wrk.body = [==[{payload()}]==]",
             'wrk.headers["Content-Type"] = "application/json"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()]
    path.write_text("\n".join(lines) + "\n")


def milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def measure(server: Server, work: Path, connections: int, seconds: int) -> dict[str, float]:
    script = work / "post.lua"
    write_script(script, server.headers)
    before = server.cpu_seconds()
    output = subprocess.run(
        ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
         "--latency", "-s", str(script), server.url],
        check=True, capture_output=True, text=True, timeout=seconds + START_SECONDS).stdout
    cpu = server.cpu_seconds() - before
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"{server.name} did not answer everything with 202:\n{output}")
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)),
            "p50": milliseconds(re.search(r"^ +50% +(\S+)", output, re.M).group(1)),
            "p99": milliseconds(re.search(r"^ +99% +(\S+)", output, re.M).group(1)),
            "cpu_us": cpu * 1e6 / max(requests, 1)}


def report(connections: int, runs: dict[str, list[dict[str, float]]]) -> None:
    print(f"\n{connections} connections")
    print(f"{'server':<20} {'202/s':>9} {'ratio':>6} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>8}")
    baseline = next(iter(runs.values()))
    for name, rounds in runs.items():
        median = {key: statistics.median(run[key] for run in rounds) for key in rounds[0]}
        ratio = statistics.median(own["rate"] / base["rate"]
                                  for own, base in zip(rounds, baseline))
        print(f"{name:<20} {median['rate']:>9.0f} {ratio:>6.2f} {median['p50']:>8.2f} "
              f"{median['p99']:>8.2f} {median['cpu_us']:>8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", type=Path, default=ROOT / "build/release/bin/weir")
    parser.add_argument("--ceiling", type=Path, help="also measure this gateway_ceiling binary")
    parser.add_argument("--set", action="append", default=[], help="a setting for weir serve")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of one run")
    parser.add_argument("--connections", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--nginx-port", type=int, default=18202)
    arguments = parser.parse_args()
    for tool in ("wrk", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk util-linux nginx-light")
    if (os.cpu_count() or 1) < 2:
        sys.exit("Two cores are needed: one for the server, one for wrk.")

    with contextlib.ExitStack() as running:
        work = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        os.chmod(work, 0o755)  # nginx's worker is another user
        servers = [running.enter_context(nginx(work, arguments.nginx_port))]
        if arguments.weir.exists():
            servers.append(running.enter_context(weir(arguments.weir, work, arguments.set)))
        elif not arguments.ceiling:
            sys.exit(f"{arguments.weir} is missing: run script/build, or give --weir.")
        if arguments.ceiling:
            for kind in ("empty", "checked"):
                servers.append(running.enter_context(ceiling(arguments.ceiling, kind)))
        print(f"{arguments.rounds} rounds of {arguments.seconds} s, {BODY_BYTES} B of JSON; "
              f"server on core {SERVER_CORE}, wrk on core {CLIENT_CORE}; medians", flush=True)
        for connections in arguments.connections:
            runs: dict[str, list[dict[str, float]]] = {server.name: [] for server in servers}
            for _ in range(arguments.rounds):
                for server in servers:
                    runs[server.name].append(
                        measure(server, work, connections, arguments.seconds))
            report(connections, runs)


if __name__ == "__main__":
    main()
