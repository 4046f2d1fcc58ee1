#!/usr/bin/env python3
"""Live tables with a real server: each new batch is loaded by itself, and whatever ends the server, every 202 is in the table
exactly once.

    tests/e2e/live_test.py --weir build/release/bin/weir
"""

import json
import random
import threading
import time
import unittest

from kill_test import Load
from weir_server import Server, ServerTest, eventually, take_binary

WEIR = take_binary()
KILLS = 12


class LiveTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data", ["batch.records=200"]).start()
        self.token = self.server.ingest_token()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "live", "batch_age_s": 1})["id"]
        self.feed = self.server.api("POST", "/api/v0/feeds",
                                    {"source": "Live", "name": "Records", "primary_key": ["id"], "error_threshold": 0,
                                     "fields": [{"name": "id", "type": "integer", "required": True},
                                                {"name": "name", "type": "string"}]})["id"]
        self.server.api("POST", f"/api/v0/feeds/{self.feed}/activate")

    def courier(self, trigger="each_batch", feed=None):
        return {"name": "Live", "stream_id": self.stream, "file_format": "NDJSON", "file_tag": "streaming",
                "load_operations": {feed or self.feed: [{"type": "load", "file": "streaming"}]}, "trigger": trigger}

    def make_live(self, feed=None):
        return self.server.api("POST", "/api/v0/couriers", self.courier(feed=feed))["id"]

    def send(self, *bodies):
        """The receipts."""
        connection = self.server.connect()
        receipts = []
        for body in bodies:
            connection.request("POST", f"/stream/v0/data/{self.stream}", body=json.dumps(body),
                               headers={"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/json"})
            answer = connection.getresponse()
            receipts.append(json.loads(answer.read())["request_id"])
            self.assertEqual(answer.status, 202)
        connection.close()
        return receipts

    def ids(self):
        rows = self.server.api("POST", "/api/v0/query", {"sql": 'SELECT id FROM "Live:Records" ORDER BY id'})["rows"]
        return [int(row[0]) for row in rows]

    def count(self):
        sql = 'SELECT count(*), count(DISTINCT id) FROM "Live:Records"'
        return [int(n) for n in self.server.api("POST", "/api/v0/query", {"sql": sql})["rows"][0]]

    def live(self, courier):
        return self.server.api("GET", f"/api/v0/couriers/{courier}")["live"]

    def runs(self):
        return self.server.api("GET", "/api/v0/workflow/runs?limit=100")["items"]

    def test_rows_come_by_themselves_and_the_list_of_runs_stays_short(self):
        self.make_live()
        for number in range(1, 5):
            self.send({"id": number})
            eventually(lambda: number in self.ids())
        self.assertEqual(self.ids(), [1, 2, 3, 4])
        self.assertLessEqual(len(self.runs()), 2)  # two where midnight passed
        self.assertGreaterEqual(sum(run["rounds"] for run in self.runs()), 4)

    def test_a_record_that_is_no_row_does_not_hold_the_others_up(self):
        courier = self.make_live()
        self.send({"id": 1}, {"id": "one"}, {"id": 2})
        eventually(lambda: self.ids() == [1, 2])
        detail = eventually(lambda: [task["detail"] for task in self.server.api(
            "GET", f"/api/v0/workflow/runs/{self.live(courier)['run_id']}")["tasks"]
                                     if task["kind"] == "load" and "all_rounds" in task["detail"]])[0]
        self.assertEqual(detail["all_rounds"]["errors"], 1)

    def test_a_live_table_may_have_the_time_and_the_receipt_of_its_records(self):
        feed = self.server.api("POST", "/api/v0/feeds",
                               {"source": "Live", "name": "Traced", "primary_key": ["id"],
                                "fields": [{"name": "id", "type": "integer"}, {"name": "_received_at", "type": "datetime"},
                                           {"name": "_request_id", "type": "string"}]})["id"]
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        self.server.api("POST", "/api/v0/ingest-queries",
                        {"name": "Traced", "sql": "SELECT id, _received_at, _request_id FROM streaming"})
        courier = self.courier(feed=feed)
        courier["load_operations"] = {feed: [{"type": "spark-sql", "spark-sql-query": "Traced",
                                              "spark-sql-files": [{"file": "streaming"}]}]}
        self.server.api("POST", "/api/v0/couriers", courier)
        receipt = self.send({"id": 1})[0]
        rows = eventually(lambda: self.server.api("POST", "/api/v0/query", {
            "sql": 'SELECT _request_id, _received_at IS NOT NULL FROM "Live:Traced"'})["rows"])
        self.assertEqual(rows, [[receipt, True]])

    def test_what_fails_waits_visibly_until_it_is_mended(self):
        feed = self.server.api("POST", "/api/v0/feeds",
                               {"source": "Live", "name": "Later", "primary_key": ["id"],
                                "fields": [{"name": "id", "type": "integer"}]})["id"]
        courier = self.make_live(feed)
        self.send({"id": 1}, {"id": 2})
        state = eventually(lambda: self.live(courier)["failures"] > 0 and self.live(courier))
        self.assertIn("activate", state["error"])
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        self.server.api("PUT", f"/api/v0/couriers/{courier}", self.courier(feed=feed))
        eventually(lambda: self.live(courier)["waiting_batches"] == 0)
        rows = self.server.api("POST", "/api/v0/query", {"sql": 'SELECT count(*) FROM "Live:Later"'})["rows"]
        self.assertEqual(int(rows[0][0]), 2)

    def test_after_any_kill_every_202_is_in_the_table_exactly_once(self):
        courier = self.make_live()
        load = Load(self.server, self.stream, self.token, connections=3)
        moments = random.Random(20270302)
        for _ in range(KILLS):
            stop = threading.Event()
            threads = load.run_until(stop)
            time.sleep(moments.uniform(0.2, 2.5))  # batches of a second, or of 200 records, and their rounds
            self.server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            self.server.start()
        self.assertGreater(len(load.acknowledged), KILLS)
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        eventually(lambda: self.live(courier)["waiting_batches"] == 0, 60)
        in_files = sum(batch["records"] for batch in self.server.batches(self.stream))
        self.assertEqual(self.count(), [in_files, in_files])
        lost = set(load.acknowledged) - set(self.all_ids())
        self.assertFalse(lost, f"{len(lost)} acknowledged records are not in the table: {sorted(lost)[:10]}")
        counts = [task["detail"]["all_rounds"] for run in self.runs()
                  for task in self.server.api("GET", f"/api/v0/workflow/runs/{run['id']}")["tasks"]
                  if task["kind"] == "load" and "all_rounds" in task["detail"]]
        self.assertEqual(sum(one["read"] for one in counts), in_files)

    def all_ids(self):
        """In pages, since one answer is bounded."""
        ids, last = [], 0
        while True:
            sql = f'SELECT id FROM "Live:Records" WHERE id > {last} ORDER BY id LIMIT 5000'
            page = [int(row[0]) for row in self.server.api("POST", "/api/v0/query", {"sql": sql})["rows"]]
            if not page:
                return ids
            ids += page
            last = page[-1]


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
