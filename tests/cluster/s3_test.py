#!/usr/bin/env python3
"""`weir serve` with its batch files on a real S3 server: 202s, files, loads and conservation through kill -9 of either side, and what is said
where the store is not as it should be.

    tests/cluster/s3_test.py --weir build/release/bin/weir
"""

import json
import random
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from s3_server import S3Server, skip_without_server  # noqa: E402
from weir_server import Server, ServerTest, eventually, take_binary  # noqa: E402

import kill_test  # noqa: E402

WEIR = take_binary()
BUCKET = "the-bucket"


class FilesOnS3(Server):
    """A server whose batch files are read where the S3 server keeps its objects."""

    objects: Path

    def file(self, batch):
        return (self.objects / batch["path"]).read_bytes()


class S3Test(ServerTest):
    def setUp(self):
        super().setUp()
        self.s3 = S3Server(self.folder / "s3").start()
        self.s3.make_bucket(BUCKET)

    def tearDown(self):
        super().tearDown()
        self.s3.kill()

    def server_on(self, *settings, key=None, url=f"s3://{BUCKET}/weir/prod"):
        self.settings = [f"store.url={url}", f"store.endpoint={self.s3.url}", *settings]
        self.environment = {"AWS_EC2_METADATA_DISABLED": "true", **(self.s3.key if key is None else key)}
        server = FilesOnS3(WEIR, self.folder / "data", ["log.segment_bytes=16777216", "batch.age_s=1", "batch.records=300",
                                                       *self.settings], environment=self.environment)
        server.objects = self.s3.folder / BUCKET / "weir/prod"
        return server

    def serve(self, *settings, **more):
        self.server = self.server_on(*settings, **more)
        return self.server.start()

    def refused(self, *settings, **more):
        """What a server says that does not start."""
        self.server = self.server_on(*settings, **more)
        with self.assertRaises(RuntimeError):
            self.server.start()
        said = self.server.said()
        self.server.process.stdout.close()
        self.server.log.close()
        self.server.process = None
        return said

    def store_check(self):
        health = self.server.api("GET", "/api/v0/doctor")
        return next(check for check in health["checks"] if check["name"] == "store")

    def verify(self):
        arguments = [part for setting in self.settings for part in ("--set", setting)]
        done = subprocess.run([WEIR, "verify", str(self.folder / "data"), "--json", *arguments], capture_output=True, text=True,
                              env=self.environment)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


class TheMainJob(S3Test):
    def test_each_record_is_there_once_through_kills_of_both_sides(self):
        """The claim of tests/e2e/kill_test.py, with the store killed too."""
        seed = random.SystemRandom().randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        moments = random.Random(seed)
        server = self.serve()
        stream = server.api("POST", "/api/v0/streams", {"name": "s3", "description": ""})["id"]
        courier = kill_test.make_table(server, stream)
        load = kill_test.Load(server, stream, server.ingest_token())
        for turn in range(6):
            stop = threading.Event()
            threads = load.run_until(stop)
            time.sleep(moments.uniform(0.5, 1.5))
            if turn % 3 == 1:  # payloads are taken while the store is away
                self.s3.kill()
                before = len(load.acknowledged)
                eventually(lambda: len(load.acknowledged) > before + 50)
                self.s3.start()
                time.sleep(moments.uniform(0.0, 0.5))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            server.start()
        total = kill_test.check(server, load, stream, courier)
        self.assertGreater(len(load.acknowledged), 500)
        self.assertFalse(load.refused, load.refused)
        self.assertEqual(self.store_check()["state"], "ok")
        conservation = next(check for check in server.api("GET", "/api/v0/doctor")["checks"] if check["name"] == "conservation")
        self.assertEqual(conservation["state"], "ok", conservation)
        code = server.stop()
        self.assertEqual(code, 0)
        code, report = self.verify()
        self.assertEqual((code, report["findings"]), (0, []))
        self.assertGreater(report["files_not_sealed"] + report["files"], 0)
        self.assertEqual(list((self.folder / "data/spool").iterdir()), [])
        self.assertEqual([path.name for path in (self.folder / "data/store").iterdir() if path.name != ".partial"], [],
                         "nothing goes into the directory")
        print(f"{len(load.acknowledged)} acknowledged, {total} stored", flush=True)

    def test_a_file_that_was_altered_or_is_gone_is_found(self):
        server = self.serve()
        stream = server.api("POST", "/api/v0/streams", {"name": "s3", "description": ""})["id"]
        courier = kill_test.make_table(server, stream)
        load = kill_test.Load(server, stream, server.ingest_token(), connections=1)
        stop = threading.Event()
        threads = load.run_until(stop)
        eventually(lambda: len(load.acknowledged) > 20)
        stop.set()
        for thread in threads:
            thread.join()
        server.api("POST", f"/api/v0/streams/{stream}/flush")
        batch = server.batches(stream)[0]
        receipt = next(iter(load.acknowledged.values()))
        self.assertEqual(server.api("GET", f"/api/v0/receipts/{receipt}")["batch"]["path"], batch["path"])
        whole = server.objects / batch["path"]
        bytes_before = whole.read_bytes()
        whole.write_bytes(bytes_before.replace(b"record", b"RECORD"))
        with self.assertRaisesRegex(AssertionError, "is not what the manifest says"):
            kill_test.run_courier(server, courier)
        whole.unlink()
        with self.assertRaisesRegex(AssertionError, "has lost a batch file"):
            kill_test.run_courier(server, courier)


class WhatIsWrong(S3Test):
    def test_a_bucket_that_is_not_there(self):
        said = self.refused(url="s3://another-bucket")
        self.assertIn('There is no bucket "another-bucket": make it, or correct store.url', said)

    def test_a_key_that_is_not_known(self):
        said = self.refused(key={"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "x"})
        self.assertIn("The store does not know the access key, which came from environment", said)

    def test_a_wrong_secret(self):
        said = self.refused(key={"AWS_ACCESS_KEY_ID": "the-key", "AWS_SECRET_ACCESS_KEY": "wrong"})
        self.assertIn("The secret key is not that of the access key", said)

    def test_no_key_at_all(self):
        said = self.refused(key={})
        self.assertIn("there are no credentials for the store", said)

    def test_a_setting_that_is_wrong(self):
        said = self.refused(url="gs://bucket")
        self.assertIn("store.url", said)

    def test_a_store_that_is_away_is_said_and_payloads_are_taken(self):
        self.s3.kill()
        server = self.serve()
        self.assertIn("Payloads are taken, and wait in the log", server.said())
        stream = server.api("POST", "/api/v0/streams", {"name": "s3", "description": ""})["id"]
        load = kill_test.Load(server, stream, server.ingest_token(), connections=1)
        stop = threading.Event()
        threads = load.run_until(stop)
        eventually(lambda: len(load.acknowledged) > 20)
        stop.set()
        for thread in threads:
            thread.join()
        check = self.store_check()
        self.assertEqual(check["state"], "alarm")
        self.assertIn(f"no answer from {self.s3.url}", check["message"])
        self.s3.start()
        eventually(lambda: server.batches(stream), seconds=60)
        self.assertEqual(self.store_check()["state"], "ok")


class Https(S3Test):
    def setUp(self):
        ServerTest.setUp(self)
        files = (str(self.folder / "certificate.pem"), str(self.folder / "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", files[1], "-out", files[0]],
                       check=True, capture_output=True)
        self.s3 = S3Server(self.folder / "s3", certificate=files).start()
        self.s3.make_bucket(BUCKET)

    def test_the_store_is_trusted_by_its_authority_only(self):
        self.assertIn("name its authority in store.ca_file", self.refused())
        self.server.settings += ["--set", f"store.ca_file={self.s3.certificate[0]}"]
        self.server.start()
        self.assertEqual(self.store_check()["state"], "ok")


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
