#!/usr/bin/env python3
"""A cluster of `weir serve --roles ...` on real servers: Kafka has the log, PostgreSQL the catalog, an S3 server the files. Two gateways, two
batchers and one process that runs couriers and serves the control API; each kind of them is killed under load.

    tests/cluster/processes_test.py --weir build/release/bin/weir

Skipped (77) where one of the servers is not installed.
"""

import http.client
import itertools
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from kafka_cluster import KafkaCluster, skip_without_kafka  # noqa: E402
from postgres_server import Postgres, programs  # noqa: E402
from s3_server import S3Server, skip_without_server  # noqa: E402
from weir_server import Server, ServerTest, eventually, take_binary  # noqa: E402

import kill_test  # noqa: E402

WEIR = take_binary()
programs()
skip_without_kafka()
skip_without_server()
BUCKET = "the-bucket"
CLUSTER = None
PARTITIONS = 4


class Process:
    """One of a cluster, with a data directory of its own, which it makes itself."""

    def __init__(self, folder, name, roles, settings, environment):
        self.name = name
        self.log = folder / f"{name}.log"
        self.command = [WEIR, "serve", "--data", folder / name, "--roles", roles,
                        *[part for setting in settings for part in ("--set", setting)]]
        self.environment = environment
        self.port = 0
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.command, "--listen", f"127.0.0.1:{self.port}"], env=self.environment,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://"):
            raise RuntimeError(f"{self.name} did not start: {self.log.read_text()[-2000:]}")
        self.port = int(line.strip().rpartition(":")[2])
        return self

    def end(self, number=signal.SIGKILL):
        if self.process:
            self.process.send_signal(number)
            self.process.wait(timeout=60)
            self.process.stdout.close()
            self.process = None

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


class Cluster(ServerTest):
    topics = itertools.count(1)

    def setUp(self):
        super().setUp()
        self.postgres = Postgres(self.folder / "postgres").start()
        self.s3 = S3Server(self.folder / "s3").start()
        self.s3.make_bucket(BUCKET)
        self.environment = {"AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:/bin", **self.s3.key}
        self.settings = [f"catalog.url={self.postgres.url}", f"kafka.brokers={CLUSTER.bootstrap}",
                         f"kafka.topic=cluster-{next(Cluster.topics)}", f"kafka.partitions={PARTITIONS}", f"store.url=s3://{BUCKET}",
                         f"store.endpoint={self.s3.url}", "batch.age_s=1", "conservation.check_s=1"]
        self.server = Server(WEIR, self.folder / "data", self.settings, ["--roles", "runner,scheduler,control"],
                             environment=self.environment, init=["--set", self.settings[0]])
        self.server.file = lambda batch: (self.s3.folder / BUCKET / batch["path"]).read_bytes()
        self.server.start()
        self.gateways = [self.process(f"gateway-{n}", "gateway") for n in (1, 2)]
        self.batchers = [self.process(f"batcher-{n}", "batcher") for n in (1, 2)]
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"]
        self.token = self.server.ingest_token()

    def process(self, name, roles):
        return Process(self.folder, name, roles, self.settings, self.environment)

    def tearDown(self):
        for process in (*self.gateways, *self.batchers):
            if self._has_failed():
                print(process.name, process.log.read_text()[-1500:] if process.log.exists() else "", file=sys.stderr)
            process.end()
        super().tearDown()
        self.postgres.stop()
        self.s3.kill()

    def start_all(self):
        for process in (*self.gateways, *self.batchers):
            process.start()
        eventually(lambda: all(process.get("/readyz")[0] == 200 for process in self.gateways))

    def post(self, gateway, number):
        """The status, or 0 where the gateway is away; then it is not known what became of the payload."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
            connection.request("POST", f"/stream/v0/data/{self.stream}", body=json.dumps({"id": number, "n": number % 97}),
                               headers={"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/json"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def ids_in_files(self):
        return [json.loads(line)["id"] for batch in self.server.batches(self.stream) for line in self.server.file(batch).splitlines()]

    def partitions_of(self):
        rows = self.postgres.query("SELECT about, COUNT(*) FROM leases WHERE name LIKE 'partition %'"
                                   " AND held_until > to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') GROUP BY about")
        return sorted(int(row.rpartition("|")[2]) for row in rows.splitlines())

    def assert_healthy(self):
        def healthy():
            self.health = self.server.api("GET", "/api/v0/doctor")
            return self.health["healthy"]
        try:
            eventually(healthy, 30)
        except AssertionError:
            raise AssertionError([check for check in self.health["checks"] if check["state"] == "alarm"]) from None

    def test_each_record_is_there_once_though_every_kind_of_process_is_killed(self):
        self.start_all()
        acknowledged, unknown, refused, stop = [], [], [], threading.Event()

        def load(first):
            for number in itertools.count(first, 4):
                if stop.is_set():
                    return
                gateway = self.gateways[number // 4 % 2]
                status = self.post(gateway, number)
                (acknowledged if status == 202 else unknown if status in (0, 504) else refused).append(number)
                time.sleep(0.003 if status == 202 else 0.05)

        threads = [threading.Thread(target=load, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        try:
            for victim in (self.gateways[0], self.batchers[0], self.batchers[1], self.gateways[1]):
                time.sleep(1)
                victim.end()
                time.sleep(random.uniform(0, 1))
                victim.start()
            self.server.kill()
            self.server.start()
            CLUSTER.kill(2)
            time.sleep(1)
            CLUSTER.restart(2)
            time.sleep(1)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertGreater(len(acknowledged), 200)
        try:
            eventually(lambda: set(self.ids_in_files()) >= set(acknowledged), 60)
        except AssertionError:
            missing = sorted(set(acknowledged) - set(self.ids_in_files()))
            raise AssertionError(f"{len(missing)} of {len(acknowledged)} are in no file: {missing[:10]}") from None
        ids = self.ids_in_files()
        self.assertEqual(len(ids), len(set(ids)), "none stands twice")
        self.assertEqual(set(ids) - set(acknowledged) - set(unknown), set(), "nothing that was refused")
        courier = kill_test.make_table(self.server, self.stream)
        kill_test.run_courier(self.server, courier)
        self.assert_healthy()
        print(f"{len(acknowledged)} acknowledged by two gateways, each once in the files; {len(unknown)} unknown, {len(refused)} refused",
              file=sys.stderr)

    def test_partitions_are_shared_out_and_taken_over(self):
        self.start_all()
        eventually(lambda: self.partitions_of() == [2, 2])
        self.batchers[0].end()
        began = time.monotonic()
        eventually(lambda: self.partitions_of() == [4])
        self.assertLess(time.monotonic() - began, 10)
        self.batchers[0].start()
        eventually(lambda: self.partitions_of() == [2, 2])
        self.batchers[1].end(signal.SIGTERM)  # gives them back at once
        eventually(lambda: self.partitions_of() == [4], 3)
        self.assert_healthy()
        self.batchers[0].end(signal.SIGTERM)
        eventually(lambda: not self.server.api("GET", "/api/v0/doctor")["healthy"])
        checks = {check["name"]: check for check in self.server.api("GET", "/api/v0/doctor")["checks"]}
        self.assertIn("4 of 4 partitions are batched by nobody", checks["batcher"]["message"])

    def test_a_flush_asks_the_batchers_of_other_processes(self):
        self.settings[6] = "batch.age_s=3600"
        self.gateways = [self.process("gateway-1", "gateway")]
        self.batchers = [self.process(f"batcher-{n}", "batcher") for n in (1, 2)]
        self.start_all()
        eventually(lambda: self.partitions_of() == [2, 2])
        numbers = range(PARTITIONS * 40)
        self.assertEqual({self.post(self.gateways[0], number) for number in numbers}, {202})
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        self.assertEqual(sorted(self.ids_in_files()), list(numbers))

    def test_a_stream_made_here_is_known_there_within_a_second_and_a_gateway_has_no_control_api(self):
        self.start_all()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "new", "description": ""})["id"]
        time.sleep(1)
        self.assertEqual([self.post(gateway, 1) for gateway in self.gateways], [202, 202])
        status, body = self.gateways[0].get("/api/v0/streams")
        self.assertEqual(status, 404)
        self.assertIn("has the roles gateway only", body)
        self.assertEqual(self.gateways[0].get("/healthz")[0], 200)
        self.assertIn('weir_gateway_replies_total{code="202"} 1', self.gateways[0].get("/metrics")[1])

    def test_a_second_runner_is_refused_with_who_has_the_role(self):
        made = self.folder / "second"
        subprocess.run([WEIR, "init", "--data", made, "--tenant", "other", "--set", self.settings[0]], check=True, capture_output=True)
        flags = [part for setting in self.settings for part in ("--set", setting)]
        done = subprocess.run([WEIR, "serve", "--data", made, "--listen", "127.0.0.1:0", *flags], capture_output=True, text=True,
                              timeout=60, env=self.environment)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("The role runner of this catalog is held by", done.stderr)

    def test_roles_that_others_could_not_reach_are_refused(self):
        done = subprocess.run([WEIR, "serve", "--data", self.folder / "x", "--roles", "gateway"], capture_output=True, text=True)
        self.assertIn("needs catalog.url", done.stderr)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="weir-kafka.") as folder, KafkaCluster(Path(folder), brokers=3) as CLUSTER:
        unittest.main()
