#!/usr/bin/env python3
"""Work without end, asked for by one tenant of a real server, and what everybody else sees meanwhile.

    tests/e2e/endless_test.py --weir build/release/bin/weir
"""

import json
import os
import select
import signal
import socket
import time
import unittest
from pathlib import Path

from weir_server import ApiError, Server, ServerTest, eventually, take_binary

WEIR = take_binary()

ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
ENDLESS_LOAD = ("SELECT a.id + b.id + c.id AS id FROM streaming a CROSS JOIN streaming b CROSS JOIN streaming c "
                "WHERE (a.id * 7 + b.id * 5 + c.id * 3) % 1000003 = 1000002 AND a.id + b.id + c.id < 0")
ROWS = 5000


class EndlessTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data", ["queries.time_s=60", "engine.memory_mb=256"])
        self.server.start()
        self.other = self.server.add_tenant("rival")
        self.sockets = []

    def tearDown(self):
        for one in self.sockets:
            one.close()
        super().tearDown()

    def begin(self, method, path, body, token=None):
        """Sends a request and leaves its answer for later."""
        text = json.dumps(body).encode()
        one = socket.create_connection((self.server.host, self.server.port), timeout=30)
        one.sendall((f"{method} {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token or self.server.admin}\r\n"
                     f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n").encode() + text)
        self.sockets.append(one)
        return one

    def quick(self, call, seconds=1.0):
        begun = time.monotonic()
        result = call()
        self.assertLess(time.monotonic() - begun, seconds)
        return result

    def probe(self, path):
        connection = self.server.connect(timeout=5)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def everybody_else_is_served(self):
        for path in ("/healthz", "/readyz", "/metrics"):
            self.assertEqual(self.quick(lambda: self.probe(path)), 200, path)
        self.quick(lambda: self.server.api("GET", "/api/v0/streams", token=self.other))
        self.assertEqual(self.quick(lambda: self.server.api("POST", "/api/v0/query", {"sql": "SELECT 1"},
                                                            token=self.other), 5.0)["rows"], [[1]])
        self.quick(lambda: self.server.api("GET", "/api/v0/streams"))

    def status_of(self, one, seconds):
        one.settimeout(seconds)
        return int(one.recv(65536).split(b" ", 2)[1])

    def endless_queries(self):
        """The two that a tenant may have at once. To look whether both are there takes the place of one for a moment, so a refused
        one is begun again."""
        queries = []

        def are_there():
            for refused in select.select(queries, [], [], 0)[0]:
                queries.remove(refused)
            while len(queries) < 2:
                queries.append(self.begin("POST", "/api/v0/query", {"sql": ENDLESS}))
            return self.query_status() == 429
        eventually(are_there)
        return queries

    def query_status(self):
        try:
            self.server.api("POST", "/api/v0/query", {"sql": "SELECT 1"})
            return 200
        except ApiError as error:
            return error.status

    def loaded_stream(self):
        stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        token = self.server.ingest_token()
        connection = self.server.connect()
        for number in range(ROWS // 100):
            for _ in range(100):
                connection.putrequest("POST", f"/stream/v0/data/{stream}")
                body = json.dumps({"id": number * 100 + _}).encode()
                for name, value in (("Authorization", f"Bearer {token}"), ("X-Amperity-Tenant", "acme"),
                                    ("Content-Type", "application/json"), ("Content-Length", str(len(body)))):
                    connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, 202)
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        return stream

    def endless_courier(self, stream, name):
        feed = self.server.api("POST", "/api/v0/feeds", {
            "source": "Shop", "name": name, "fields": [{"name": "id", "type": "integer"}], "primary_key": ["id"]})["id"]
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        return self.server.api("POST", "/api/v0/couriers", {
            "name": name, "stream_id": stream, "file_format": "NDJSON", "file_tag": "streaming",
            "load_operations": {feed: [{"type": "spark-sql", "spark-sql-query": "endless",
                                        "spark-sql-files": [{"file": "streaming"}]}]}})["id"]

    def run_courier(self, courier):
        return self.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]

    def run_state(self, run):
        return self.server.api("GET", f"/api/v0/workflow/runs/{run}")["state"]

    def stops(self, run):
        begun = time.monotonic()
        self.server.api("POST", f"/api/v0/workflow/runs/{run}/stop", {})
        eventually(lambda: self.run_state(run) == "stopped", seconds=5)
        self.assertLess(time.monotonic() - begun, 2.5)
        for task in self.server.api("GET", f"/api/v0/workflow/runs/{run}")["tasks"]:
            self.assertIn(task["state"], ("succeeded", "stopped", "canceled"))

    def load_is_going_on(self, run):
        tasks = self.server.api("GET", f"/api/v0/workflow/runs/{run}")["tasks"]
        return any(task["kind"] == "load" and task["state"] == "running" for task in tasks)

    def test_endless_queries_hold_nobody_else_and_end_with_their_clients(self):
        queries = [self.begin("POST", "/api/v0/query", {"sql": ENDLESS}) for _ in range(4)]
        # A tenant's part is two; the other two are told so.
        statuses = []
        for one in queries:
            try:
                statuses.append(self.status_of(one, 1))
            except TimeoutError:
                statuses.append(0)
        self.assertEqual(sorted(statuses), [0, 0, 429, 429])
        self.assertEqual(self.query_status(), 429)
        self.everybody_else_is_served()
        for one in queries:
            one.close()
        begun = time.monotonic()
        eventually(lambda: self.query_status() == 200, seconds=5)
        self.assertLess(time.monotonic() - begun, 3)

    def test_endless_runs_are_stopped_within_two_seconds_with_nothing_loaded(self):
        stream = self.loaded_stream()
        self.server.api("POST", "/api/v0/ingest-queries", {"name": "endless", "sql": ENDLESS_LOAD})
        runs = [self.run_courier(self.endless_courier(stream, f"Endless{number}")) for number in range(2)]
        for run in runs:
            eventually(lambda run=run: self.load_is_going_on(run))
        # As many as runs.parallel go on at once, whatever they load into; one that waits is stopped at once.
        waits = self.run_courier(self.endless_courier(stream, "Endless2"))
        time.sleep(1.5)
        self.assertEqual(self.run_state(waits), "scheduled")
        self.assertEqual(self.server.api("POST", f"/api/v0/workflow/runs/{waits}/stop", {})["state"], "stopped")
        self.everybody_else_is_served()
        for run in runs:
            self.stops(run)
        # An ingest job does again what the first one found; the run of a group is stopped with those that it made.
        job = self.server.api("POST", f"/api/v0/ingest/jobs/isj-{runs[0][3:]}/restart", {})["run_id"]
        eventually(lambda: self.load_is_going_on(job))
        self.stops(job)
        courier = self.server.api("GET", f"/api/v0/workflow/runs/{runs[0]}")["courier_id"]
        group = self.server.api("POST", "/api/v0/courier-groups",
                                {"name": "G", "couriers": [{"courier_id": courier}]})["id"]
        of_group = self.server.api("POST", f"/api/v0/courier-groups/{group}/runs", {"all": True})["id"]
        made = eventually(lambda: self.server.api("GET", f"/api/v0/workflow/runs?parent={of_group}")["items"])[0]["id"]
        eventually(lambda: self.load_is_going_on(made))
        self.stops(of_group)
        self.assertEqual(self.run_state(made), "stopped")
        for table in self.server.api("GET", "/api/v0/tables")["items"]:
            self.assertEqual(table["rows"], 0)

    def threads(self):
        """Of the server: name, nice value and CPU seconds of each."""
        out = {}
        for task in Path(f"/proc/{self.server.process.pid}/task").iterdir():
            name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
            fields = rest.split()
            out[task.name] = (name, int(fields[16]), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
        return out

    def test_what_computes_without_end_gives_way_to_ingest(self):
        stream = self.loaded_stream()
        self.server.api("POST", "/api/v0/ingest-queries", {"name": "endless", "sql": ENDLESS_LOAD})
        run = self.run_courier(self.endless_courier(stream, "Endless"))
        eventually(lambda: self.load_is_going_on(run))
        for _ in range(2):
            self.begin("POST", "/api/v0/query", {"sql": ENDLESS})
        before = self.threads()
        # The load and each of the queries have a thread that asks, and the engine's own.
        busy = eventually(lambda: [one for tid, one in self.threads().items()
                                   if one[2] - before.get(tid, (0, 0, 0))[2] > 0.3][2:])
        self.assertTrue(all(nice == 10 for _, nice, _ in busy), busy)
        ingest = [nice for name, nice, _ in self.threads().values() if name.startswith(("weir-http", "weir-log"))]
        self.assertTrue(ingest and all(nice == 0 for nice in ingest), ingest)
        self.server.api("POST", f"/api/v0/workflow/runs/{run}/stop", {})

    def test_sigterm_ends_them_all_and_a_run_is_taken_up_again(self):
        stream = self.loaded_stream()
        self.server.api("POST", "/api/v0/ingest-queries", {"name": "endless", "sql": ENDLESS_LOAD})
        run = self.run_courier(self.endless_courier(stream, "Endless"))
        eventually(lambda: self.load_is_going_on(run))
        queries = self.endless_queries()
        begun = time.monotonic()
        os.kill(self.server.process.pid, signal.SIGTERM)
        self.assertEqual([self.status_of(one, 5) for one in queries], [503, 503])
        self.assertEqual(self.server.process.wait(timeout=20), 0)
        self.assertLess(time.monotonic() - begun, 6)
        self.server.start()
        eventually(lambda: self.load_is_going_on(run))
        self.server.api("POST", f"/api/v0/workflow/runs/{run}/stop", {})
        eventually(lambda: self.run_state(run) == "stopped", seconds=5)

    def test_a_large_answer_is_cut_and_costs_little_memory(self):
        answer = self.server.api("POST", "/api/v0/query", {
            "sql": "SELECT repeat('x', 9000) FROM range(100000000)"})
        self.assertTrue(answer["truncated"])
        self.assertLess(sum(len(row[0]) for row in answer["rows"]), 16 << 20)
        if self.server.has_memory_of_its_own():
            self.assertLess(self.server.resident_mb("VmHWM"), 1024)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
