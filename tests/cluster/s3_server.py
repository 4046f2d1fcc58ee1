"""A real S3 server on loopback as a child process, whose buckets are folders below one of the machine's. Standard library only."""

import ctypes
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / ".deps/cluster/versitygw"


def skip_without_server():
    if not PROGRAM.exists():
        print(f"skipped: there is no {PROGRAM}; script/setup-cluster installs it")
        sys.exit(77)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dies_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class S3Server:
    """Buckets are made by `make_bucket`; objects are files in them."""

    key = {"AWS_ACCESS_KEY_ID": "the-key", "AWS_SECRET_ACCESS_KEY": "the-secret"}

    def __init__(self, folder: Path, certificate=None):
        self.folder = folder
        self.port = free_port()
        self.certificate = certificate  # (certificate, key) for https
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self):
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    def make_bucket(self, name):
        (self.folder / name).mkdir()

    def start(self):
        tls = ["--cert", self.certificate[0], "--key", self.certificate[1]] if self.certificate else []
        self.process = subprocess.Popen(
            [PROGRAM, "-q", "--port", f"127.0.0.1:{self.port}", *tls, "posix", self.folder],
            env={"ROOT_ACCESS_KEY": self.key["AWS_ACCESS_KEY_ID"], "ROOT_SECRET_KEY": self.key["AWS_SECRET_ACCESS_KEY"]},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=dies_with_parent)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"the S3 server ended with {self.process.returncode}")
                time.sleep(0.05)
        raise RuntimeError("the S3 server does not take connections")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
