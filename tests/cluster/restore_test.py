#!/usr/bin/env python3
"""What docs/scale.md says of backups, done: the parts of a server with its catalog in PostgreSQL and its files on S3 come back from different days.
"Yesterday" is when the backup was made, "today" when the server was lost; all in one run.

    tests/cluster/restore_test.py --weir build/release/bin/weir
"""

import shutil
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from postgres_server import Postgres, programs  # noqa: E402
from s3_server import S3Server, skip_without_server  # noqa: E402
from weir_server import ApiError, Server, ServerTest, eventually, take_binary  # noqa: E402

import kill_test  # noqa: E402

WEIR = take_binary()
BUCKET = "the-bucket"


class FilesOnS3(Server):
    """Its batch files are read where the S3 server keeps its objects."""

    objects: Path

    def file(self, batch):
        return (self.objects / batch["path"]).read_bytes()


class RestoreTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.postgres = Postgres(self.folder / "postgres").start()
        self.s3 = S3Server(self.folder / "s3").start()
        self.s3.make_bucket(BUCKET)
        self.objects = self.folder / "s3" / BUCKET / "weir"
        catalog = f"catalog.url={self.postgres.url}"
        self.places = [catalog, f"store.url=s3://{BUCKET}/weir", f"store.endpoint={self.s3.url}"]
        self.server = FilesOnS3(WEIR, self.folder / "data", [*self.places, "batch.records=100", "log.segment_bytes=16777216"],
                                environment=self.s3.key, init=["--set", catalog]).start()
        self.server.objects = self.objects
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"]
        self.courier = kill_test.make_table(self.server, self.stream)
        self.load = kill_test.Load(self.server, self.stream, self.server.ingest_token(), connections=2)

    def tearDown(self):
        super().tearDown()
        self.postgres.stop()
        self.s3.kill()

    def send(self, count, load=None):
        load = load or self.load
        before, stop = len(load.acknowledged), threading.Event()
        threads = load.run_until(stop)
        eventually(lambda: len(load.acknowledged) >= before + count)
        stop.set()
        for thread in threads:
            thread.join()

    def check(self):
        return kill_test.check(self.server, self.load, self.stream, self.courier)

    def dump(self):
        return subprocess.run([programs() / "pg_dump", self.postgres.url], check=True, capture_output=True).stdout

    def restore(self, dump):
        self.postgres.query("SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        subprocess.run([programs() / "psql", "-q", "-v", "ON_ERROR_STOP=1", self.postgres.url], input=dump, check=True, capture_output=True)

    def files(self):
        return {str(path.relative_to(self.objects)) for path in self.objects.rglob("*") if path.is_file()}

    def refused(self):
        with self.assertRaises(RuntimeError):
            self.server.start()
        code = self.server.process.returncode
        self.server.process.stdout.close()
        self.server.log.close()
        self.server.process = None
        return code, self.server.said(2)

    def health(self):
        return {check["name"]: check["message"] for check in self.server.api("GET", "/api/v0/doctor")["checks"] if check["state"] != "ok"}

    def test_the_catalog_of_yesterday_with_log_and_store_of_today(self):
        """Nothing is lost: the log still has what came since, and it is filed again under names of a later claim."""
        self.send(300)
        self.check()
        dump = self.dump()
        self.send(300)
        self.check()
        before = self.files()
        self.server.kill()
        self.restore(dump)
        self.server.start()
        total = self.check()
        self.assertGreaterEqual(total, 600)
        named = {batch["path"] for batch in self.server.batches(self.stream)}
        left = {path for path in before - named if not path.endswith(".index")}
        self.assertGreaterEqual(len(left), 3, "what was filed between backup and loss stays, and no catalog names it")
        self.assertEqual(self.health(), {})
        print(f"{len(self.load.acknowledged)} acknowledged, {total} in files and table; {len(left)} files that nobody names", flush=True)

    def test_a_stream_that_was_made_since_the_backup_holds_up_the_log_until_it_is_made_again(self):
        self.send(50)
        self.check()
        dump = self.dump()
        late = self.server.api("POST", "/api/v0/streams", {"name": "late", "description": ""})["id"]
        of_late = kill_test.Load(self.server, late, self.server.ingest_token(), connections=1)
        self.send(20, of_late)
        self.server.kill()
        self.restore(dump)
        self.server.start()
        with self.assertRaisesRegex(ApiError, "the catalog has no such stream; its records stay in the log"):
            self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        again = self.server.api("POST", "/api/v0/streams", {"name": "late", "description": ""})["id"]
        eventually(lambda: self.server.api("POST", f"/api/v0/streams/{again}/flush") and self.server.batches(again))
        self.assertEqual(sum(batch["records"] for batch in self.server.batches(again)), len(of_late.acknowledged))
        self.check()

    def test_all_of_yesterday_at_a_prefix_of_its_own(self):
        """Catalog, data directory and store of one backup are a server again. What came since stays where it was, for whoever needs it: at the
        same prefix new files would take the names of those."""
        self.send(100)
        of_yesterday = self.check()
        self.assertEqual(self.server.stop(), 0)
        dump = self.dump()
        shutil.copytree(self.folder / "data", self.folder / "backup")
        shutil.copytree(self.objects, self.objects.with_name("restored"))
        self.server.start()
        acknowledged = dict(self.load.acknowledged)
        self.send(200)
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        since = {path: (self.objects / path).read_bytes() for path in self.files()}
        self.server.kill()
        self.restore(dump)
        shutil.rmtree(self.folder / "data")
        (self.folder / "backup").rename(self.folder / "data")
        self.server.settings += ["--set", f"store.url=s3://{BUCKET}/restored"]
        old, self.server.objects = self.objects, self.objects.with_name("restored")
        self.server.start()
        self.load.acknowledged = acknowledged
        self.assertEqual(self.check(), of_yesterday)
        self.send(200)
        total = self.check()
        self.assertEqual(self.health(), {})
        self.assertEqual({path: (old / path).read_bytes() for path in self.files()}, since)
        print(f"{of_yesterday} of yesterday, {total} with those of after the restore; {len(since)} files of before as they were", flush=True)

    def test_the_store_of_yesterday_with_the_catalog_of_today(self):
        """A load says which file is missing, and all is right once the files are back from the store's own versions."""
        self.send(100)
        self.check()
        yesterday = self.files()
        self.send(100)
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        lost = {path: (self.objects / path).read_bytes() for path in self.files() - yesterday}
        for path in lost:
            (self.objects / path).unlink()
        with self.assertRaisesRegex(AssertionError, "has lost a batch file"):
            kill_test.run_courier(self.server, self.courier)
        self.send(20)  # is taken all the same
        for path, bytes_ in lost.items():
            (self.objects / path).write_bytes(bytes_)
        self.check()

    def test_catalog_and_store_without_the_data_directory(self):
        """The log had payloads that were in no file: a server does not begin an empty one as if there had been none."""
        self.send(50)
        self.check()
        self.server.kill()
        for part in ("log", "tables"):
            shutil.rmtree(self.folder / "data" / part)
            (self.folder / "data" / part).mkdir()
        code, said = self.refused()
        self.assertEqual(code, 7)
        self.assertIn("holds no segment, but the catalog has read the log up to position", said)

    def test_tables_are_made_again_from_the_files(self):
        self.send(100)
        total = self.check()
        self.assertEqual(self.server.stop(), 0)
        shutil.rmtree(self.folder / "data/tables")
        (self.folder / "data/tables").mkdir()
        self.server.start()
        self.assertEqual(self.check(), total)


if __name__ == "__main__":
    programs()
    skip_without_server()
    unittest.main()
