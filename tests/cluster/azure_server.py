"""Azurite on loopback as a child process, and its blobs read as Azure's own are. Standard library only."""

import base64
import hashlib
import hmac
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from email.utils import formatdate
from pathlib import Path

from s3_server import dies_with_parent, free_port

DEPS = Path(__file__).resolve().parents[2] / ".deps"
PROGRAM = DEPS / "cluster/azurite/node_modules/.bin/azurite-blob"
NODE = DEPS / "node/bin/node"
ACCOUNT = "devstoreaccount1"  # Azurite's own, which everybody knows
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def skip_without_server():
    if not PROGRAM.exists():
        print(f"skipped: there is no {PROGRAM}; script/setup-cluster installs it")
        sys.exit(77)


class AzureServer:
    key = {"AZURE_STORAGE_KEY": KEY}

    def __init__(self, folder: Path, certificate=None):
        """With a certificate and its key it speaks https, and takes tokens of identities."""
        self.folder = folder
        self.certificate = certificate
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}/{ACCOUNT}"

    def start(self):
        tls = ["--cert", self.certificate[0], "--key", self.certificate[1], "--oauth", "basic"] if self.certificate else []
        self.process = subprocess.Popen(
            [NODE, PROGRAM, "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--blobHost", "127.0.0.1",
             "--blobPort", str(self.port), "--location", self.folder, *tls],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=dies_with_parent)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"Azurite ended with {self.process.returncode}")
                time.sleep(0.05)
        raise RuntimeError("Azurite does not take connections")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, method, path, query=()):
        """The body of the answer. `path`: /container/blob."""
        path = f"/{ACCOUNT}{urllib.parse.quote(path)}"
        own = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
        signed = "\n".join([method] + [""] * 11 + [f"{name}:{value}" for name, value in sorted(own.items())]
                           + [f"/{ACCOUNT}{path}"]) + "".join(f"\n{name}:{value}" for name, value in sorted(query))
        mac = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
        request = urllib.request.Request(self.url.removesuffix(f"/{ACCOUNT}") + path + ("?" + urllib.parse.urlencode(query) if query else ""),
                                         method=method, headers={**own, "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(mac).decode()}"})
        trusted = ssl.create_default_context(cafile=self.certificate[0]) if self.certificate else None
        with urllib.request.urlopen(request, timeout=30, context=trusted) as answer:
            return answer.read()

    def make_container(self, name):
        self.ask("PUT", f"/{name}", [("restype", "container")])
