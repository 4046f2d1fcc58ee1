"""A PostgreSQL server of a test's own, on a socket in its folder. Standard library only."""

import glob
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


def programs():
    """The folder of the newest installed server's programs; where there is none, the process ends as skipped (77)."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    if not found:
        print("PostgreSQL is not installed (package postgresql-15; script/setup --checks installs it): skipped",
              file=sys.stderr)
        sys.exit(77)
    return Path(found[-1]).parent


class Postgres:
    """Its database is made once; then start, stop, kill and start again. Commits are synced, as an operator's are."""

    def __init__(self, folder: Path):
        self.programs = programs()
        self.folder = folder
        self.process = None
        folder.mkdir()
        folder.parent.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")  # it refuses to be root's
        self._run("initdb", "-D", "data", "-U", "weir", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    @property
    def url(self):
        return f"postgresql://weir@/postgres?host={self.folder}"

    def _as_owner(self, program, *arguments):
        owner = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
        return [*owner, str(self.programs / program), *arguments]

    def _run(self, program, *arguments):
        subprocess.run(self._as_owner(program, *arguments), cwd=self.folder, check=True, capture_output=True)

    def start(self):
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                self._as_owner("postgres", "-D", "data", "-k", str(self.folder), "-c", "listen_addresses=",
                               "-c", "max_connections=40"), cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while subprocess.run(self._as_owner("pg_isready", "-q", "-h", str(self.folder))).returncode != 0:
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start: " + (self.folder / "server.log").read_text()[-2000:])
            time.sleep(0.05)
        return self

    def stop(self):
        """A fast shutdown: transactions that are open are rolled back."""
        self._end(signal.SIGINT)

    def kill(self):
        """Its processes end when they miss the first one."""
        self._end(signal.SIGKILL)

    def _end(self, number):
        if self.process is None:
            return
        self.process.send_signal(number)
        self.process.wait(timeout=60)
        self.process = None

    def query(self, sql):
        done = subprocess.run([self.programs / "psql", "-XAtq", "-d", self.url, "-c", sql], check=True,
                              capture_output=True, text=True)
        return done.stdout.strip()
