#!/usr/bin/env python3
"""A server whose catalog is in PostgreSQL, with the real process on a real PostgreSQL that is restarted and killed under load.

    tests/e2e/postgres_test.py --weir build/release/bin/weir

Skipped (77) where PostgreSQL is not installed.
"""

import json
import subprocess
import threading
import time
import unittest

from postgres_server import Postgres, programs
from weir_server import ApiError, Server, ServerTest, eventually, take_binary

WEIR = take_binary()
programs()


class PostgresTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.postgres = Postgres(self.folder / "postgres").start()
        self.url = f"catalog.url={self.postgres.url}"

    def tearDown(self):
        super().tearDown()
        self.postgres.stop()

    def serve(self, *settings):
        self.server = Server(WEIR, self.folder / "data", [self.url, *settings], init=["--set", self.url]).start()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"]
        self.token = self.server.ingest_token()

    def send(self, number):
        connection = self.server.connect()
        try:
            connection.request("POST", f"/stream/v0/data/{self.stream}", body=json.dumps({"id": number}),
                               headers={"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def ids_in_files(self):
        return [json.loads(line)["id"] for batch in self.server.batches(self.stream)
                for line in self.server.file(batch).splitlines()]

    def doctor(self):
        return {check["name"]: check for check in self.server.api("GET", "/api/v0/doctor")["checks"]}

    def test_nothing_is_lost_or_doubled_while_postgres_is_restarted_and_killed(self):
        self.serve("batch.age_s=1", "batch.records=50")
        acknowledged, refused, stop = [], [], threading.Event()

        def load(first):
            number = first
            while not stop.is_set():
                (acknowledged if self.send(number) == 202 else refused).append(number)
                number += 4
                time.sleep(0.002)

        threads = [threading.Thread(target=load, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for end in (self.postgres.stop, self.postgres.kill, self.postgres.kill):
            time.sleep(1.5)
            end()
            time.sleep(1)
            self.postgres.start()
        time.sleep(1.5)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertGreater(len(acknowledged), 100)
        ids = eventually(lambda: (found := self.ids_in_files()) and len(found) >= len(acknowledged) and found, 60)
        self.assertEqual(sorted(ids), sorted(acknowledged), f"{len(refused)} were refused")
        eventually(lambda: self.server.api("GET", "/api/v0/doctor")["healthy"])
        print(f"{len(acknowledged)} acknowledged, each once in the files; {len(refused)} refused")

    def test_while_postgres_is_away_payloads_are_taken_and_what_needs_it_says_so(self):
        self.serve("batch.age_s=1")
        self.assertIn("PostgreSQL", self.doctor()["catalog"]["message"])
        self.postgres.stop()
        self.assertEqual(self.send(1), 202)  # keys and streams are in memory
        with self.assertRaises(ApiError) as away:
            self.server.api("POST", "/api/v0/streams", {"name": "t", "description": ""})
        self.assertEqual(away.exception.status, 503)
        catalog = self.doctor()["catalog"]
        self.assertEqual(catalog["state"], "alarm")
        self.assertIn("catalog.url", catalog["message"])
        self.postgres.start()
        eventually(lambda: self.ids_in_files() == [1])
        self.server.api("POST", "/api/v0/streams", {"name": "t", "description": ""})

    def test_a_start_says_what_is_wrong_with_the_database(self):
        self.serve()
        self.server.stop()
        self.postgres.query("CREATE ROLE reader LOGIN")
        for url, said in ((self.postgres.url.replace("weir@", "reader@"), "permission denied"),
                          (self.postgres.url.replace("/postgres?", "/nowhere?"), "does not exist"),
                          (self.postgres.url.replace("/postgres?", "/template1?"), "holds no catalog"),
                          ("postgresql://weir:hunter2@127.0.0.1:1/weir", "cannot be reached")):
            done = subprocess.run([WEIR, "serve", "--data", self.folder / "data", "--listen", "127.0.0.1:0",
                                   "--set", f"catalog.url={url}"], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(said, done.stderr)
            self.assertNotIn("hunter2", done.stderr)

    def test_all_is_there_after_a_restart_of_the_server(self):
        self.serve("batch.age_s=1")
        for number in range(20):
            self.assertEqual(self.send(number), 202)
        eventually(lambda: len(self.ids_in_files()) == 20)
        self.server.stop()
        verified = subprocess.run([WEIR, "verify", self.folder / "data", "--set", self.url], capture_output=True)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.server.start()
        self.assertEqual(self.send(20), 202)
        eventually(lambda: sorted(self.ids_in_files()) == list(range(21)))


if __name__ == "__main__":
    unittest.main()
