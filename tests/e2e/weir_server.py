"""A real weir server as a child process, and its API as plain calls. Standard library only."""

import http.client
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path


def eventually(look, seconds=20):
    """Looks until it sees something true, which it returns."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)
    return seen


def take_binary():
    """The path behind --weir, taken off the command line, whose rest is for unittest."""
    at = sys.argv.index("--weir")
    binary = sys.argv[at + 1]
    del sys.argv[at:at + 2]
    return binary


class ServerTest(unittest.TestCase):
    """A test with a folder of its own and, once `self.server` is one, a server, whose last lines it shows if it fails."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="weir-e2e-"))
        self.server = None

    def tearDown(self):
        if self.server:
            if self._has_failed():
                print(self.server.said(), file=sys.stderr)
            self.server.kill()
        shutil.rmtree(self.folder)

    def _has_failed(self):
        result = getattr(self._outcome, "result", None)
        return result is not None and any(one is self for one, _ in result.failures + result.errors)


def clock_library(folder):
    """The environment of a server whose calendar can be put ahead; see clock_ahead.c."""
    library = folder / "clock_ahead.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("clock_ahead.c"), "-ldl"],
                   check=True)
    # A binary with AddressSanitizer wants to be the first library, and need not be for this one.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return {"LD_PRELOAD": str(library), "CLOCK_AHEAD_S": "0", "ASAN_OPTIONS": sanitizer}


class ApiError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Server:
    """`binary init` once, then start, kill and start again on the same data."""

    def __init__(self, binary: str, data: Path, settings=(), options=(), environment=None, tls=None, files_max=None,
                 init=()):
        """`tls`: an ssl.SSLContext where the settings make it speak https. `files_max`: ulimit -n. `init`: more for `init`."""
        self.binary = binary
        self.data = data
        self.settings = [part for setting in settings for part in ("--set", setting)]
        self.options = list(options)
        self.environment = {**os.environ, **(environment or {})}
        self.tls = tls
        self.files_max = files_max
        self.process = None
        self.host = "127.0.0.1"
        self.port = 0
        made = subprocess.run([binary, "init", "--data", str(data), "--tenant", "acme", "--json", *init],
                              check=True, capture_output=True, text=True)
        self.admin = json.loads(made.stdout)["admin_token"]

    def add_tenant(self, name, *options):
        """Its administrator's token; made by the running server's operator."""
        made = self.operate("create", name, *options)
        return json.loads(made.stdout)["admin_token"]

    def operate(self, verb, *options, check=True):
        """`weir tenant verb`, as who operates the server runs it."""
        return subprocess.run([self.binary, "tenant", verb, *options, "--data", str(self.data), "--json"],
                              check=check, capture_output=True, text=True)

    def start(self):
        listen = f"{self.host}:{self.port}"
        self.log = open(f"{self.data}.log", "ab")
        self.process = subprocess.Popen([self.binary, "serve", "--data", str(self.data), "--listen", listen,
                                         *self.settings, *self.options], env=self.environment,
                                        preexec_fn=self._limit_files if self.files_max else None,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if line.startswith(("listening on http://", "listening on https://")):
                self.port = int(line.strip().rpartition(":")[2])
                return self
        raise RuntimeError(f"the server did not start, exit code {self.process.wait()}; see {self.data}.log")

    def _limit_files(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, self.files_max)

    def kill(self):
        self._end(signal.SIGKILL)

    def stop(self):
        return self._end(signal.SIGTERM)

    def _end(self, number):
        if self.process is None:
            return None
        self.process.send_signal(number)  # nothing where it has ended
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return code

    def said(self, lines=60):
        """The last lines of its standard error, over all starts."""
        return "\n".join(Path(f"{self.data}.log").read_text(errors="replace").splitlines()[-lines:])

    def resident_mb(self, name="VmRSS"):
        """What it holds in memory; with `VmHWM`, the most that it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith(name + ":")).split()[1]) / 1024

    def has_memory_of_its_own(self):
        """Not so under a sanitizer, which keeps what was freed and more beside every block."""
        return not re.search(r"/lib[at]san\.so", Path(f"/proc/{self.process.pid}/maps").read_text())

    def connect(self, timeout=60):
        if self.tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def api(self, method, path, body=None, token=None):
        connection = self.connect()
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body),
                               headers={"Authorization": f"Bearer {token or self.admin}",
                                        "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 300:
            raise ApiError(answer.status, text)
        return json.loads(text) if text else None

    def ingest_token(self):
        key = self.api("POST", "/api/v0/admin/api-keys",
                       {"name": "ingest", "policies": ["streaming-ingest-api:write"]})
        return self.api("POST", f"/api/v0/admin/api-keys/{key['id']}/tokens",
                        {"expires-at": "2099-01-01T00:00:00Z"})["token"]

    def batches(self, stream_id):
        items, token = [], ""
        while True:
            page = self.api("GET", f"/api/v0/batches?stream_id={stream_id}&limit=1000"
                                   + (f"&next_token={token}" if token else ""))
            items += page["items"]
            token = page.get("next_token")
            if not token:
                return items

    def file(self, batch):
        return (self.data / "store" / batch["path"]).read_bytes()


def crc64_of_byte(byte):
    for _ in range(8):
        byte = byte >> 1 ^ (0xC96C5795D7870F42 if byte & 1 else 0)
    return byte


CRC64 = [crc64_of_byte(byte) for byte in range(256)]


def content_fold(total, *values):
    """What the catalog's triggers call (docs/decisions/0006-catalog-sums.md), so that rows which are altered here pass
    the check of a start, and only conservation can find them."""
    row = b""
    for value in values:
        if value is None:
            row += b"\x05"
        elif isinstance(value, int):
            row += b"\x01" + struct.pack("<q", value)
        elif isinstance(value, str):
            row += b"\x03" + struct.pack("<Q", len(value.encode())) + value.encode()
        else:
            row += b"\x04" + struct.pack("<Q", len(value)) + value
    mask = (1 << 64) - 1
    crc = mask
    for byte in row:
        crc = crc >> 8 ^ CRC64[(crc ^ byte) & 255]
    crc ^= mask
    crc = (crc ^ crc >> 30) * 0xBF58476D1CE4E5B9 & mask
    crc = (crc ^ crc >> 27) * 0x94D049BB133111EB & mask
    return total ^ struct.unpack("<q", struct.pack("<Q", crc ^ crc >> 31))[0]
