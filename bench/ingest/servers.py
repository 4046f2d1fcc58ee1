"""The servers that run.py compares, each a real process on the server's core, stopped by its id."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

START_SECONDS = 30
TOKEN_BYTES = 316  # of a token as the server mints it
PEERS = Path(__file__).resolve().parents[1] / "peers"


class Cores:
    """Who runs where; main() decides."""

    server = "0"
    client = "1"


def core_of_the_disk(directory: Path) -> int:
    """Which of the first two cores takes the interrupts of the disk below `directory`. The server gets it:
    else the load generator would be interrupted for the server's writes, and these wait for it."""

    def interrupts() -> list[int]:
        lines = Path("/proc/interrupts").read_text().splitlines()[1:]
        devices = [line.split()[1:3] for line in lines if line.split()[0].rstrip(":").isdigit()]
        return [sum(int(counts[core]) for counts in devices) for core in (0, 1)]

    before = interrupts()
    with open(directory / "interrupts", "wb") as file:
        for _ in range(200):
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
    more = [after - earlier for after, earlier in zip(interrupts(), before)]
    return more.index(max(more))


def start(command, **options) -> subprocess.Popen:
    return subprocess.Popen(["taskset", "-c", Cores.server, *map(str, command)], **options)


def end(process: subprocess.Popen, number=signal.SIGTERM) -> None:
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def lines_until(process: subprocess.Popen, prefix: str) -> list[str]:
    """The process' output lines up to the one that begins with `prefix`."""
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith(prefix):
            return lines
    sys.exit(f"{process.args} ended before it served: {lines}")


def wait_until_open(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline or process.poll() is not None:
            sys.exit(f"{process.args} does not serve on port {port}")
        time.sleep(0.05)


class Certificate:
    """Of a server at 127.0.0.1, signed by itself."""

    def __init__(self, work: Path):
        self.file, self.key = work / "certificate.pem", work / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-out", self.file, "-keyout", self.key],
                       check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Where to send to, with what headers, whose CPU time counts, and what it kept."""

    name = ""
    method = "POST"
    durable = True
    checks = False  # tokens and payloads

    def __init__(self, work: Path):
        self.work = work / re.sub(r"[^a-z0-9]+", "-", self.name)
        self.work.mkdir()
        os.chmod(self.work, 0o777)  # nginx's worker is another user
        self.processes: list[subprocess.Popen] = []
        self.base = ""

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def end(self, number) -> None:
        for process in reversed(self.processes):
            end(process, number)
        self.processes.clear()

    def headers(self, token: int = 0) -> dict[str, str]:
        """As many bytes arrive everywhere, also where nobody looks at them."""
        return {"X-Amperity-Tenant": "bench", "Authorization": "Bearer " + "x" * TOKEN_BYTES}

    def path(self, stream: int = 0, kind: str = "json") -> str:
        return "/stream/v0/data/is-bench"

    def pids(self) -> list[int]:
        found = []
        for process in self.processes:
            own = process.pid
            children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
            found += [own, *map(int, children)]
        return found

    def cpu_seconds(self) -> float:
        """Of all threads, by the nanosecond: ticks of 10 ms are too coarse for short rounds."""
        nanoseconds = 0
        for pid in self.pids():
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(OSError):  # a thread that has just ended
                    nanoseconds += int((thread / "schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def settle(self) -> float:
        """Waits until the server has done what a load left it to do; seconds that took."""
        begun = quiet_since = time.monotonic()
        used = self.cpu_seconds()
        while time.monotonic() - quiet_since < 0.3:
            time.sleep(0.1)
            before, used = used, self.cpu_seconds()
            if used - before > 0.005:
                quiet_since = time.monotonic()
        return quiet_since - begun

    def memory_bytes(self) -> int:
        kib = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                kib += int(line.split()[1]) if line.startswith("VmRSS:") else 0
        return kib * 1024

    def start(self) -> None:
        raise NotImplementedError

    def readable_after_kill(self) -> int | None:
        """Kills with -9, starts again and counts the records that are there."""
        return None


class Nginx(Server):
    name = "nginx return 202"
    durable = False

    def __init__(self, work, certificate: Certificate | None = None):
        super().__init__(work)
        self.certificate = certificate

    def start(self):
        port = free_port()
        work, own = self.work, self.certificate
        tls = f"ssl_certificate {own.file}; ssl_certificate_key {own.key};" if own else ""
        (work / "nginx.conf").write_text(f"""
            daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
            events {{ worker_connections 20000; }}
            worker_rlimit_nofile 30000;
            http {{
              access_log off; keepalive_requests 1000000000; client_body_buffer_size 64k;
              client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work};
              uwsgi_temp_path {work}; scgi_temp_path {work};
              server {{ listen 127.0.0.1:{port}{" ssl" if own else ""}; {tls} location / {{ return 202; }} }}
            }}""")
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.processes.append(start([nginx, "-c", work / "nginx.conf", "-e", work / "nginx.log"]))
        wait_until_open(port, self.processes[0])
        self.base = f"{'https' if own else 'http'}://127.0.0.1:{port}"


class NodeGroupCommit(Server):
    name = "node, group commit"

    def start(self):
        self.file = self.work / "records"
        process = start(["node", PEERS / "group_commit.js", self.file], stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        self.base = lines_until(process, "listening on ")[-1].split()[-1]

    def readable_after_kill(self):
        self.end(signal.SIGKILL)
        with open(self.file, "rb") as records:
            return sum(1 for line in records if line.endswith(b"\n"))


class RedisWebdis(Server):
    """An append-only file, synced before each answer, behind the usual HTTP door."""

    name = "redis always, webdis"
    method = "PUT"

    def start(self):
        redis, http = free_port(), free_port()
        self.redis_port = redis
        self.start_redis()
        (self.work / "webdis.json").write_text(json.dumps(
            {"redis_host": "127.0.0.1", "redis_port": redis, "http_host": "127.0.0.1", "http_port": http,
             "threads": 1, "pool_size": 20, "daemonize": False, "verbosity": 0, "websockets": False,
             "logfile": str(self.work / "webdis.log")}))
        self.processes.append(start(["webdis", self.work / "webdis.json"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_until_open(http, self.processes[1])
        self.base = f"http://127.0.0.1:{http}"

    def start_redis(self):
        self.processes.insert(0, start(
            ["redis-server", "--port", self.redis_port, "--bind", "127.0.0.1", "--dir", self.work,
             "--appendonly", "yes", "--appendfsync", "always", "--save", ""], stdout=subprocess.DEVNULL))
        wait_until_open(self.redis_port, self.processes[0])

    def path(self, stream=0, kind="json"):
        return "/RPUSH/records"

    def readable_after_kill(self):
        self.end(signal.SIGKILL)
        self.start_redis()
        for _ in range(START_SECONDS * 10):
            with socket.create_connection(("127.0.0.1", self.redis_port)) as connection:
                connection.sendall(b"LLEN records\r\n")
                answer = connection.recv(100)
            if answer.startswith(b":"):
                return int(answer[1:])
            time.sleep(0.1)  # it is loading
        sys.exit(f"redis does not come back: {answer}")


class Weir(Server):
    name = "weir"
    checks = True

    def __init__(self, work, binary: Path, settings: list[str], certificate: Certificate | None = None,
                 name="weir", watchers=0):
        self.name = name
        super().__init__(work)
        self.watchers = watchers  # of the first stream, each a live tail on the client's core
        self.watching: list[subprocess.Popen] = []
        self.binary = binary
        self.settings = settings
        self.tls = None
        if certificate:
            self.settings = [*settings, f"tls.certificate={certificate.file}", f"tls.key={certificate.key}"]
            self.tls = ssl.create_default_context(cafile=certificate.file)
        self.data = self.work / "data"
        made = json.loads(subprocess.run(
            [binary, "init", "--data", self.data, "--tenant", "bench", "--json"], check=True,
            capture_output=True, text=True, timeout=START_SECONDS).stdout)
        self.admin = made["admin_token"]
        self.streams: dict[tuple[int, str], str] = {}
        self.tokens: dict[int, str] = {}

    def start(self):
        command = [self.binary, "serve", "--data", self.data, "--listen", "127.0.0.1:0"]
        for setting in self.settings:
            command += ["--set", setting]
        with open(self.work / "weir.log", "a") as log:
            self.processes.append(start(command, stdout=subprocess.PIPE, stderr=log, text=True))
        self.base = lines_until(self.processes[0], "listening on ")[-1].split()[-1]

    def watch(self, stream: str) -> None:
        command = ["taskset", "-c", Cores.client, "curl", "-sN", "-H", f"Authorization: Bearer {self.admin}",
                   f"{self.base}/api/v0/live?topics=rates,tail:{stream}"]
        self.watching += [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(self.watchers)]

    def end(self, number):
        for process in self.watching:
            end(process)
        self.watching.clear()
        super().end(number)

    def call(self, method: str, path: str, body=None) -> dict:
        request = urllib.request.Request(
            self.base + path, None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.admin}", "Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=10 * START_SECONDS, context=self.tls) as reply:
            return json.load(reply)

    def headers(self, token=0):
        if token not in self.tokens:
            key = self.call("POST", "/api/v0/admin/api-keys",
                            {"name": f"bench {token}", "policies": ["streaming-ingest-api:write"]})
            expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 24 * 3600))
            self.tokens[token] = self.call("POST", f"/api/v0/admin/api-keys/{key['id']}/tokens",
                                           {"expires-at": expires})["token"]
        return {"X-Amperity-Tenant": "bench", "Authorization": f"Bearer {self.tokens[token]}"}

    def path(self, stream=0, kind="json"):
        if (stream, kind) not in self.streams:
            self.streams[stream, kind] = self.call(
                "POST", "/api/v0/streams",
                {"name": f"bench {kind} {stream}", "description": "bench/ingest", "payload_type": kind})["id"]
            if self.watchers and not self.watching:
                self.watch(self.streams[stream, kind])
        return f"/stream/v0/data/{self.streams[stream, kind]}"

    def readable_after_kill(self):
        self.end(signal.SIGKILL)
        self.start()
        records = 0
        for stream in self.streams.values():
            self.call("POST", f"/api/v0/streams/{stream}/flush")
            page = {"next_token": ""}
            while "next_token" in page and page["next_token"] is not None:
                at = f"&next_token={page['next_token']}" if page["next_token"] else ""
                page = self.call("GET", f"/api/v0/batches?stream_id={stream}&limit=1000{at}")
                items = next(value for value in page.values() if isinstance(value, list))
                for batch in items:
                    with open(self.data / "store" / batch["path"], "rb") as file:
                        lines = sum(1 for _ in file)
                    if batch["path"].endswith(".ndjson") and lines != batch["records"]:
                        sys.exit(f"{batch['path']} has {lines} lines, its manifest says {batch['records']}")
                    records += batch["records"]
        return records


class Edge(Server):
    """Weir's edge alone (bench/gateway_ceiling): "empty" or "checked", neither durable."""

    durable = False

    def __init__(self, work, binary: Path, kind: str):
        self.kind = kind
        self.name = f"edge only, {kind}"
        super().__init__(work)
        self.binary = binary

    def start(self):
        process = start([self.binary, "0", "1", self.kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        text=True)
        self.processes.append(process)
        said = dict(line.split(" ", 1) for line in lines_until(process, "listening on "))
        self.base = said["listening"].split()[-1]
        self.said = said

    def headers(self, token=0):
        return {"X-Amperity-Tenant": self.said.get("tenant", "acme"),
                "Authorization": "Bearer " + self.said.get("token", "x" * TOKEN_BYTES)}
