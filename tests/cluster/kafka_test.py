#!/usr/bin/env python3
"""`weir serve` with its log in a real Kafka cluster of three brokers, which are killed, stopped and paused under load.

    tests/cluster/kafka_test.py --weir build/release/bin/weir

Skipped (77) where Kafka is not installed.
"""

import json
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from kafka_cluster import KafkaCluster, skip_without_kafka  # noqa: E402
from weir_server import Server, ServerTest, eventually, take_binary  # noqa: E402

WEIR = take_binary()
skip_without_kafka()
CLUSTER = None


class KafkaTest(ServerTest):
    topics = 0

    def setUp(self):
        super().setUp()
        KafkaTest.topics += 1
        self.topic = f"weir-{KafkaTest.topics}"

    def tearDown(self):
        super().tearDown()
        for number in CLUSTER.brokers:  # those that a test has left away
            CLUSTER.resume(number) if CLUSTER.brokers[number].is_stopped else None
            if CLUSTER.brokers[number].process is None:
                CLUSTER.restart(number)

    def settings(self, *more):
        return [f"kafka.brokers={CLUSTER.bootstrap}", f"kafka.topic={self.topic}", "kafka.partitions=3", "batch.age_s=1",
                "conservation.check_s=1", *more]

    def serve(self, *more):
        self.server = Server(WEIR, self.folder / "data", self.settings(*more)).start()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"]
        self.token = self.server.ingest_token()

    def post(self, number, key=None):
        connection = self.server.connect()
        try:
            headers = {"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme", "Content-Type": "application/json"}
            if key:
                headers["Idempotency-Key"] = key
            connection.request("POST", f"/stream/v0/data/{self.stream}", body=json.dumps({"id": number}), headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or "{}")
        finally:
            connection.close()

    def send(self, number):
        try:
            return self.post(number)[0]
        except OSError:  # the server was killed: it is not known whether the payload was taken
            return 0

    def ids_in_files(self):
        return [json.loads(line)["id"] for batch in self.server.batches(self.stream) for line in self.server.file(batch).splitlines()]

    def wait_for_files(self, ids, seconds=60):
        try:
            eventually(lambda: set(self.ids_in_files()) >= set(ids), seconds)
        except AssertionError:
            missing = sorted(set(ids) - set(self.ids_in_files()))
            raise AssertionError(f"{len(missing)} are in no file: {missing[:10]}") from None

    def assert_healthy(self):
        eventually(lambda: self.server.api("GET", "/api/v0/doctor")["healthy"], 30)

    def under_load(self, disturb):
        """Sends from four threads while it disturbs; returns those that got a 202, and those of which nothing is known."""
        acknowledged, unknown, refused, stop = [], [], [], threading.Event()

        def load(first):
            number = first
            while not stop.is_set():
                status = self.send(number)
                (acknowledged if status == 202 else unknown if status in (0, 504) else refused).append(number)
                number += 4
                time.sleep(0.002)

        threads = [threading.Thread(target=load, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        try:
            time.sleep(1)
            disturb()
            time.sleep(1)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        return acknowledged, unknown, refused

    def expect_each_once(self, acknowledged, unknown, refused):
        self.assertGreater(len(acknowledged), 100)
        self.wait_for_files(acknowledged)
        ids = self.ids_in_files()
        self.assertEqual(len(ids), len(set(ids)), "none stands twice")
        self.assertEqual(set(ids) - set(acknowledged) - set(unknown), set(), "nothing that was refused")
        self.assert_healthy()
        print(f"{len(acknowledged)} acknowledged, each once in the files; {len(unknown)} unknown, {len(refused)} refused", file=sys.stderr)

    def test_nothing_is_lost_or_doubled_while_brokers_are_killed_and_stand_still(self):
        self.serve()

        def disturb():
            for number in CLUSTER.brokers:
                CLUSTER.kill(number)
                time.sleep(1)
                CLUSTER.restart(number)
            CLUSTER.pause(1)
            time.sleep(2)
            CLUSTER.resume(1)

        self.expect_each_once(*self.under_load(disturb))

    def test_nothing_is_lost_or_doubled_when_the_server_is_killed(self):
        self.serve()

        def disturb():
            for _ in range(3):
                self.server.kill()
                self.server.start()
                time.sleep(1)

        self.expect_each_once(*self.under_load(disturb))

    def test_a_receipt_leads_to_its_record_before_and_after_it_is_in_a_file(self):
        self.serve("batch.age_s=3600")
        status, answer = self.post(7)
        self.assertEqual(status, 202)
        receipt = answer["request_id"]
        found = self.server.api("GET", f"/api/v0/receipts/{receipt}")
        self.assertEqual(found["state"], "in_log", found)
        waiting = self.server.api("GET", f"/api/v0/streams/{self.stream}/waiting")
        self.assertEqual([json.loads(item["payload"]) for item in waiting["items"]], [{"id": 7}], waiting)
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        found = self.server.api("GET", f"/api/v0/receipts/{receipt}")
        self.assertEqual(found["state"], "in_file", found)
        self.assert_healthy()

    def test_a_repeated_key_is_stored_once_though_another_start_takes_it(self):
        self.serve()
        first = self.post(1, key="order-1")
        self.wait_for_files([1])
        self.server.kill()
        self.server.start()
        again = self.post(1, key="order-1")
        self.assertEqual((first[0], again[0]), (202, 202))
        self.post(2)
        self.wait_for_files([1, 2])
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        self.assertEqual(sorted(self.ids_in_files()), [1, 2])
        self.assert_healthy()

    def test_while_the_brokers_are_away_payloads_are_refused_and_it_is_said_why(self):
        self.serve("kafka.delivery_s=2")
        self.assertEqual(self.send(1), 202)
        for number in CLUSTER.brokers:
            CLUSTER.pause(number)
        statuses = {self.send(2) for _ in range(4)}
        self.assertLessEqual(statuses, {503, 504})
        eventually(lambda: self.post(3)[0] == 503)
        checks = {check["name"]: check for check in self.server.api("GET", "/api/v0/doctor")["checks"]}
        self.assertEqual(checks["log"]["state"], "alarm", checks["log"])
        self.assertIn("Kafka", checks["log"]["message"])
        for number in CLUSTER.brokers:
            CLUSTER.resume(number)
        eventually(lambda: self.send(4) == 202, 60)
        self.wait_for_files([1, 4])
        self.assert_healthy()

    def test_a_start_says_what_is_wrong_with_the_topic(self):
        CLUSTER.create_topic(self.topic, partitions=2, settings={"retention.ms": "3600000"})
        Server(WEIR, self.folder / "data")
        for settings, said in ((self.settings(), "--add-config"),
                               (["kafka.brokers=127.0.0.1:1"], "Kafka at 127.0.0.1:1")):
            flags = [part for setting in settings for part in ("--set", setting)]
            done = subprocess.run([WEIR, "serve", "--data", self.folder / "data", "--listen", "127.0.0.1:0", *flags],
                                  capture_output=True, text=True, timeout=90)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(said, done.stderr)

    def test_an_install_with_a_log_of_its_own_moves_to_kafka_and_keeps_its_receipts(self):
        self.server = Server(WEIR, self.folder / "data", ["batch.age_s=1"]).start()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"]
        self.token = self.server.ingest_token()
        receipt = self.post(1)[1]["request_id"]
        self.wait_for_files([1])
        self.server.stop()
        self.server.settings = [part for setting in self.settings() for part in ("--set", setting)]
        self.server.start()
        self.post(2)
        self.wait_for_files([1, 2])
        self.assertEqual(self.server.api("GET", f"/api/v0/receipts/{receipt}")["state"], "in_file")
        self.assert_healthy()
        self.server.stop()
        back = subprocess.run([WEIR, "serve", "--data", self.folder / "data", "--listen", "127.0.0.1:0"], capture_output=True,
                              text=True, timeout=60)
        self.assertIn("Set kafka.brokers", back.stderr)


if __name__ == "__main__":
    import tempfile
    with tempfile.TemporaryDirectory(prefix="weir-kafka.") as folder, KafkaCluster(Path(folder), brokers=3) as CLUSTER:
        unittest.main()
