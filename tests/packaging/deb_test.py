#!/usr/bin/env python3
"""The Debian package: lintian's opinion of it, and what it does in a bare Debian 12, which is unpacked for it and thrown away. Also
what the container's scripts do there: what a container adds, a read-only root and a user of another number, is made by mounts.

    tests/packaging/deb_test.py     (as root, after script/package and script/setup --checks)
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = sorted((ROOT / "build/package").glob("*.deb"))
DEB = next((path for path in PACKAGES if path.name.startswith("weir_")), None)
DEBUG = next((path for path in PACKAGES if path.name.startswith("weir-dbgsym_")), None)

# The mounts end with the process: unshare gives it its own. `exec` makes it the process itself, so that signals reach it.
ENTER = "{first} mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && {then} exec chroot {user} {root} \"$@\""

# What a container adds: nothing can be written but a volume and /tmp.
READ_ONLY = "mount --bind {root} {root} && mount -o remount,bind,ro {root} &&"
VOLUME = "mount --bind {root}/../volume {root}/var/lib/weir && mount -t tmpfs tmpfs {root}/tmp &&"


def in_root(root, *command, user="", first="", then="", environment=None):
    script = ENTER.format(root=root, user=user and f"--userspec={user}", first=first.format(root=root), then=then.format(root=root))
    return subprocess.Popen(["unshare", "--mount", "sh", "-c", script, "sh", *command], text=True,
                            env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                                 "DEBIAN_FRONTEND": "noninteractive", **(environment or {})},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=None if body is None else json.dumps(body), headers={
            "Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    finally:
        connection.close()


class DebTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="weir-deb-"))
        cls.root = cls.folder / "root"
        cls.root.mkdir()
        subprocess.run(["tar", "-xf", ROOT / ".deps/bookworm.tar", "-C", cls.root, "--exclude=./dev/*"], check=True)
        shutil.copy("/etc/resolv.conf", cls.root / "etc/resolv.conf")
        shutil.copy(DEB, cls.root / "weir.deb")
        for script in (ROOT / "packaging/container").iterdir():
            shutil.copy(script, cls.root / "usr/local/bin")
        cls.run_in_root("apt-get", "update", "-qq")
        cls.installed = cls.run_in_root("apt-get", "install", "-y", "-qq", "--no-install-recommends", "/weir.deb")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def run_in_root(cls, *command, **options):
        process = in_root(cls.root, *command, **options)
        said, _ = process.communicate(timeout=300)
        if process.returncode != 0:
            raise AssertionError(f"{command} exited with {process.returncode}: {said}")
        return said

    def start(self, *command, port, **options):
        server = in_root(self.root, *command, **options)
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()) if server.poll() is None else None)
        end = time.monotonic() + 60
        while time.monotonic() < end and server.poll() is None:
            try:
                if request(port, "GET", "/readyz")[0] == 200:
                    return server
            except OSError:
                time.sleep(0.1)
        server.kill()
        self.fail(f"{command} was not ready: {server.communicate()[0]}")

    def stop(self, server):
        server.send_signal(signal.SIGTERM)
        said, _ = server.communicate(timeout=60)
        self.assertEqual(server.returncode, 0, said)

    def send_one(self, port, admin):
        asks = {"Authorization": f"Bearer {admin}"}
        status, made = request(port, "POST", "/api/v0/streams", {"name": "s", "description": ""}, asks)
        self.assertEqual(status, 201, made)
        stream = made["id"]
        key = request(port, "POST", "/api/v0/admin/api-keys", {"name": "k", "policies": ["streaming-ingest-api:write"]}, asks)[1]["id"]
        token = request(port, "POST", f"/api/v0/admin/api-keys/{key}/tokens", {"expires-at": "2099-01-01T00:00:00Z"}, asks)[1]["token"]
        return request(port, "POST", f"/stream/v0/data/{stream}", {"order": 1}, {
            "Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme"})[0]

    def test_1_lintian_finds_no_error(self):
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", DEB, DEBUG],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_1_the_binary_is_stripped_and_its_symbols_are_in_the_other_package(self):
        sections = subprocess.run(["readelf", "-SWn", self.root / "usr/bin/weir"], capture_output=True, text=True).stdout
        self.assertNotIn(".debug_info", sections)
        self.assertNotIn(".symtab", sections)
        build = re.search(r"Build ID: (\w+)", sections)[1]
        listed = subprocess.run(["dpkg-deb", "-c", DEBUG], capture_output=True, text=True, check=True).stdout
        self.assertIn(f"./usr/lib/debug/.build-id/{build[:2]}/{build[2:]}.debug", listed)

    def test_1_every_library_it_needs_comes_with_it_or_from_a_package_it_depends_on(self):
        self.assertNotIn("not found", self.run_in_root("ldd", "/usr/bin/weir"))
        self.assertIn("/usr/lib/weir/libduckdb.so", self.run_in_root("ldd", "/usr/bin/weir").replace("bin/../", ""))

    def test_1_settings_are_all_there_at_their_standard_values(self):
        page = self.run_in_root("weir", "settings")
        settings = (self.root / "etc/weir/weir.toml").read_text()
        self.assertEqual(tomllib.loads(settings), {section: {} for section in tomllib.loads(settings)})
        told = tomllib.loads(re.sub(r"^#(\w+ = )", r"\1", settings, flags=re.M))
        self.assertEqual({f"{section}.{name}" for section, names in told.items() for name in names},
                         set(re.findall(r"^\| `([\w.]+)` \|", page, re.M)))

    def test_1_systemd_takes_the_unit(self):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={self.root}", "weir.service"],
                              capture_output=True, text=True)
        # The bare system has no systemd, and so not the target that every service waits for.
        about = [line for line in (done.stdout + done.stderr).splitlines()
                 if "weir.service" in line and "sysinit.target not found" not in line]
        self.assertEqual(about, [])

    def test_2_a_server_of_its_user_takes_a_payload_with_the_settings_of_the_package(self):
        owner = self.run_in_root("stat", "-c", "%U:%G %a", "/var/lib/weir", "/etc/weir").split("\n")
        self.assertEqual(owner[:2], ["weir:weir 700", "root:weir 750"])
        made = self.run_in_root("weir", "init", "--data", "/var/lib/weir/data", "--tenant", "acme", "--json", user="weir:weir")
        port = free_port()
        (self.root / "all.toml").write_text(re.sub(r"^#(\w+ = )", r"\1", (self.root / "etc/weir/weir.toml").read_text(), flags=re.M))
        for settings in ("/etc/weir/weir.toml", "/all.toml"):
            server = self.start("weir", "serve", "--data", "/var/lib/weir/data", "--listen", f"127.0.0.1:{port}",
                                "--config", settings, "--log-format", "json", port=port, user="weir:weir")
            self.assertEqual(self.send_one(port, json.loads(made)["admin_token"]), 202)
            self.stop(server)

    def test_3_a_container_makes_its_data_once_on_a_read_only_root_and_tells_its_health(self):
        port, volume = free_port(), self.folder / "volume"
        volume.mkdir()
        self.run_in_root("chown", "weir:weir", "/mnt", then="mount --bind {root}/../volume {root}/mnt &&")
        environment = {"WEIR_TENANT": "acme", "WEIR_LISTEN": f"127.0.0.1:{port}"}
        with self.assertRaisesRegex(AssertionError, "Read-only file system"):
            self.run_in_root("touch", "/etc/x", first=READ_ONLY, then=VOLUME)
        tokens = []
        for start in range(2):
            server = self.start("weir-start", port=port, user="weir:weir", first=READ_ONLY, then=VOLUME, environment=environment)
            self.assertEqual((volume / "first-token").stat().st_mode & 0o777, 0o600)
            tokens.append(re.search(r"WEIR_TOKEN=(\S+)", (volume / "first-token").read_text())[1])
            self.assertEqual(self.send_one(port, tokens[0]), 202)
            self.run_in_root("weir-ready", environment=environment)
            self.stop(server)
            with self.assertRaises(AssertionError):
                self.run_in_root("weir-ready", environment=environment)
        self.assertEqual(tokens[0], tokens[1])

    def test_4_an_upgrade_keeps_settings_that_were_changed_and_the_data(self):
        settings = self.root / "etc/weir/weir.toml"
        settings.write_text("[http]\nthreads = 2\n")
        self.run_in_root("apt-get", "install", "-y", "-qq", "--reinstall", "/weir.deb")
        self.assertEqual(settings.read_text(), "[http]\nthreads = 2\n")
        self.assertTrue((self.root / "var/lib/weir/data/catalog.db").exists())

    def test_5_removing_keeps_the_data_and_so_does_purging(self):
        self.run_in_root("apt-get", "remove", "-y", "-qq", "weir")
        self.assertFalse((self.root / "usr/bin/weir").exists())
        self.assertTrue((self.root / "etc/weir/weir.toml").exists())
        said = self.run_in_root("apt-get", "purge", "-y", "-qq", "weir")
        self.assertIn("/var/lib/weir has data and was kept", said)
        self.assertFalse((self.root / "etc/weir").exists())
        self.assertTrue((self.root / "var/lib/weir/data/catalog.db").exists())
        left = [path for path in ("usr/bin/weir", "usr/lib/weir", "usr/share/weir", "etc/default/weir", "lib/systemd/system/weir.service")
                if (self.root / path).exists()]
        self.assertEqual(left, [])


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("deb_test: a root is made and entered here, which needs root")
    if not DEB or not DEBUG:
        sys.exit("deb_test: there is no package in build/package: run script/package")
    unittest.main()
