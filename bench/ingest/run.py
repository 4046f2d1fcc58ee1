#!/usr/bin/env python3
"""What a durable, authenticated 202 costs: Weir and its peers in turns on the same two cores.

Every round runs each server once: the server on the core that takes the disk's interrupts, wrk on
the other. Prints medians over the rounds: rate, ratio to the first server in the same rounds,
latencies, CPU per request; at the end each durable server is killed with -9 and what it
acknowledged is looked for. See README.md.
"""

import argparse
import contextlib
import gzip
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from servers import Certificate, Cores, Edge, Nginx, NodeGroupCommit, RedisWebdis, Server, Weir, core_of_the_disk

ROOT = Path(__file__).resolve().parents[2]
PIPELINE_DEPTH = 8
IDLE_CONNECTIONS = 10_000
PEERS = {"nginx": Nginx, "node": NodeGroupCommit, "redis": RedisWebdis}


def order(size: int) -> bytes:
    """One order of exactly `size` bytes of JSON, with some white space to normalise away."""
    body = {"order_id": "A-100937", "email": "kim@example.org", "total": 118.5, "currency": "EUR",
            "placed_at": "2027-03-02T08:00:00Z", "lines": []}
    while len(json.dumps(body)) < size - 120:
        body["lines"].append({"sku": f"SKU-{len(body['lines']):05}", "quantity": 2, "price": 19.75,
                              "gift": False})
    body["note"] = ""
    body["note"] = "x" * (size - len(json.dumps(body)))
    return json.dumps(body).encode()


def sale(size: int) -> bytes:
    """One sale of exactly `size` bytes of XML."""
    head, tail = b'<Sale id="T-1"><Store>103</Store>', b"</Sale>"
    line = b'<Line no="%d"><Sku>SKU-00017</Sku><Quantity>2</Quantity><Price currency="EUR">19.75</Price></Line>'
    body = b""
    while len(head + body + tail) < size - 130:
        body += line % body.count(b"<Line")
    return head + body + b"<Note>" + b"x" * (size - len(head + body + tail) - 13) + b"</Note>" + tail


class Load:
    """What wrk sends: its requests in turn, `depth` of them at once."""

    def __init__(self, title, body=order(1024), kind="json", encoding=None, streams=1, tokens=1, depth=1):
        self.title, self.kind, self.depth = title, kind, depth
        self.streams, self.tokens = streams, tokens
        self.body = gzip.compress(body) if encoding == "gzip" else body
        self.more = {"Content-Type": f"application/{kind}"}
        if encoding:
            self.more["Content-Encoding"] = encoding

    def script(self, server: Server) -> str:
        requests = []
        for number in range(max(self.streams, self.tokens)):
            headers = server.headers(number % self.tokens) | self.more
            path = server.path(number % self.streams, self.kind)
            fields = ", ".join(f'["{name}"] = "{value}"' for name, value in headers.items())
            requests.append(f'  {{"{path}", {{{fields}}}}}')
        body = "".join(f"\\{byte:03}" for byte in self.body)
        listed = ",\n".join(requests)
        return f"""
local all = {{
{listed}
}}
local texts = {{}}
init = function()
  for i, one in ipairs(all) do texts[i] = wrk.format("{server.method}", one[1], one[2], "{body}") end
end
local turn = 0
request = function()
  local parts = {{}}
  for i = 1, {self.depth} do
    turn = turn % #texts + 1
    parts[i] = texts[turn]
  end
  return table.concat(parts)
end
done = function(summary, latency)
  for _, percent in ipairs({{50, 99, 99.9}}) do
    print(string.format("percentile %g %d", percent, latency:percentile(percent)))
  end
end
"""


LOADS = {
    "json": Load("1 KiB of JSON"),
    "json4k": Load("4 KiB of JSON", order(4096)),
    "xml": Load("1 KiB of XML", sale(1024), kind="xml"),
    "gzip": Load("1 KiB of JSON, gzip", encoding="gzip"),
    "pipelined": Load(f"1 KiB of JSON, pipelined {PIPELINE_DEPTH} deep", depth=PIPELINE_DEPTH),
    "streams": Load("1 KiB of JSON to 1,000 streams", streams=1000),
    "tokens": Load("1 KiB of JSON with 256 tokens", tokens=256),
}


def children_seconds() -> float:
    """Of CPU, by processes that ended: wrk's."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(server: Server, load: Load, connections: int, seconds: int) -> dict[str, float]:
    script = server.work / f"{id(load)}.lua"
    if not script.exists():
        script.write_text(load.script(server))
    before, used = server.cpu_seconds(), children_seconds()
    output = subprocess.run(
        ["taskset", "-c", Cores.client, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
         "-s", str(script), server.base + "/"],
        check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    cpu, client = server.cpu_seconds() - before, children_seconds() - used
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"{server.name} did not answer everything with 2xx:\n{output}")
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    figures = {"requests": requests, "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)),
               "cpu_us": cpu * 1e6 / max(requests, 1), "client": 100 * client / seconds}
    figures["left"] = server.settle()
    for percent, microseconds in re.findall(r"^percentile (\S+) (\d+)", output, re.M):
        figures["p" + percent] = int(microseconds) / 1000
    return figures


def report(title: str, runs: dict[str, list[dict[str, float]]]) -> None:
    print(f"\n{title}")
    print(f"{'server':<22} {'202/s':>9} {'ratio':>6} {'p50 ms':>8} {'p99 ms':>8} {'p99.9 ms':>8} "
          f"{'CPU us':>8} {'wrk %':>6} {'left s':>6}")
    baseline = next(iter(runs.values()))
    for name, rounds in runs.items():
        median = {key: statistics.median(run[key] for run in rounds) for key in rounds[0]}
        ratio = statistics.median(own["rate"] / base["rate"] for own, base in zip(rounds, baseline))
        print(f"{name:<22} {median['rate']:>9.0f} {ratio:>6.2f} {median['p50']:>8.2f} "
              f"{median['p99']:>8.2f} {median['p99.9']:>8.2f} {median['cpu_us']:>8.2f} "
              f"{median['client']:>6.0f} {median['left']:>6.1f}", flush=True)


def report_idle(servers: list[Server]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE_CONNECTIONS + 1000,) * 2)
    print(f"\n{IDLE_CONNECTIONS:,} idle connections")
    for server in servers:
        port = int(server.base.rpartition(":")[2])
        before = server.memory_bytes()
        with contextlib.ExitStack() as opened:
            for _ in range(IDLE_CONNECTIONS):
                opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            time.sleep(1)
            after = server.memory_bytes()
        print(f"{server.name:<22} {after / 1e6:>7.0f} MB resident, {(after - before) / 1e6:.0f} MB of it for them")


def report_tls(arguments, work: Path) -> None:
    """The same load, to servers of their own that speak TLS."""
    own = work / "tls"
    own.mkdir(mode=0o755)
    certificate = Certificate(own)
    with Nginx(own, certificate) as nginx, Weir(own, arguments.weir, arguments.set, certificate) as weir:
        for connections in arguments.connections:
            compare([nginx, weir], LOADS["json"], "1 KiB of JSON over TLS", connections, arguments)


def report_history(server: Server, connections: int, arguments) -> int:
    """Does a request cost more once many records have come before it? Says how many were sent."""
    tiny = Load("", b"{}", depth=32)
    print(f"\n{server.name}, 1 KiB of JSON, {connections} connections, and again later")
    print(f"{'records before it':>20} {'202/s':>9} {'p99 ms':>8} {'CPU us':>8}")
    sent = 0
    while True:
        rounds = [measure(server, LOADS["json"], connections, arguments.seconds)
                  for _ in range(arguments.rounds)]
        rate, p99, cpu = (statistics.median(run[key] for run in rounds) for key in ("rate", "p99", "cpu_us"))
        print(f"{sent:>20,} {rate:>9.0f} {p99:>8.2f} {cpu:>8.2f}", flush=True)
        sent += sum(int(run["requests"]) for run in rounds)
        if sent >= arguments.history:
            return sent
        while sent < arguments.history:
            sent += int(measure(server, tiny, connections, 10)["requests"])


def compare(servers, load: Load, title: str, connections: int, arguments) -> dict[str, int]:
    """Measures in turns and reports; says how many each answered with 202."""
    runs: dict[str, list[dict[str, float]]] = {server.name: [] for server in servers}
    for _ in range(arguments.rounds):
        for server in servers:
            runs[server.name].append(measure(server, load, connections, arguments.seconds))
    report(f"{title}, {connections} connections", runs)
    return {name: sum(int(run["requests"]) for run in rounds) for name, rounds in runs.items()}


def report_kept(servers: list[Server], acknowledged: dict[str, int]) -> None:
    print("\nAfter kill -9: acknowledged, and readable (more is right: wrk stops without waiting for answers)")
    for server in servers:
        readable = server.readable_after_kill()
        if readable is None:
            continue
        verdict = "all there" if readable >= acknowledged[server.name] else "LOST RECORDS"
        print(f"{server.name:<22} {acknowledged[server.name]:>10,} {readable:>10,}  {verdict}", flush=True)


def servers_of(arguments, work: Path) -> list[Server]:
    servers: list[Server] = [PEERS[name](work) for name in arguments.peers]
    if arguments.weir.exists():
        servers.append(Weir(work, arguments.weir, arguments.set))
        if arguments.before:
            servers.append(Weir(work, arguments.before, arguments.set, name="weir before"))
        if arguments.watchers:
            servers.append(Weir(work, arguments.weir, arguments.set, name=f"weir, {arguments.watchers} watch",
                                watchers=arguments.watchers))
    elif not arguments.edge:
        sys.exit(f"{arguments.weir} is missing: run script/build, or give --weir.")
    if arguments.edge:
        servers += [Edge(work, arguments.edge, kind) for kind in ("empty", "checked")]
    return servers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", type=Path, default=ROOT / "build/release/bin/weir")
    parser.add_argument("--edge", type=Path, help="also measure this gateway_ceiling binary")
    parser.add_argument("--before", type=Path, help="also measure this other weir, such as that of the commit before")
    parser.add_argument("--watchers", type=int, default=0, help="also measure weir with so many live tails open")
    parser.add_argument("--set", action="append", default=[], help="a setting for weir serve")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=["nginx"], help="default: nginx")
    parser.add_argument("--loads", nargs="+", choices=[*LOADS, "tls", "idle", "history"], default=["json"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of one run")
    parser.add_argument("--history", type=int, default=100_000_000, help="records, for the load of that name")
    parser.add_argument("--connections", type=int, nargs="+", default=[64, 256])
    arguments = parser.parse_args()
    for tool in ("wrk", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk util-linux nginx-light")
    if (os.cpu_count() or 1) < 2:
        sys.exit("Two cores are needed: one for the servers, one for wrk.")

    with contextlib.ExitStack() as running:
        work = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        os.chmod(work, 0o755)
        Cores.server = str(core_of_the_disk(work))
        Cores.client = str(1 - int(Cores.server))
        servers = [running.enter_context(server) for server in servers_of(arguments, work)]
        acknowledged = {server.name: 0 for server in servers}
        print(f"{arguments.rounds} rounds of {arguments.seconds} s; servers on core {Cores.server}, wrk on core "
              f"{Cores.client}; medians; ratio to {servers[0].name}", flush=True)
        for name in arguments.loads:
            if name == "idle":
                report_idle(servers)
                continue
            if name == "history":
                weir = servers[-1]
                acknowledged[weir.name] += report_history(weir, arguments.connections[0], arguments)
                continue
            if name == "tls":
                report_tls(arguments, work)
                continue
            for connections in arguments.connections:
                load = LOADS[name]
                for server, count in compare(servers, load, load.title, connections, arguments).items():
                    acknowledged[server] += count
        report_kept([server for server in servers if server.durable], acknowledged)


if __name__ == "__main__":
    main()
