#!/usr/bin/env python3
"""Receipts to the end with a real server: what became of each accepted record in its domain table, and back.

    tests/e2e/receipts_test.py --weir build/release/bin/weir
"""

import json
import subprocess
import unittest

from weir_server import Server, ServerTest, eventually, take_binary

WEIR = take_binary()


class ReceiptsTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data").start()
        self.token = self.server.ingest_token()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "shop"})["id"]
        self.feed = self.server.api("POST", "/api/v0/feeds",
                                    {"source": "Shop", "name": "Orders", "primary_key": ["id"], "error_threshold": 100,
                                     "fields": [{"name": "id", "type": "integer"}, {"name": "total", "type": "decimal"},
                                                {"name": "day", "type": "date"}]})["id"]
        self.server.api("POST", f"/api/v0/feeds/{self.feed}/activate")
        self.server.api("POST", "/api/v0/ingest-queries",
                        {"name": "paid", "description": "",
                         "sql": "SELECT id, total, day FROM streaming WHERE state = 'paid'"})
        operations = {self.feed: [{"type": "spark-sql", "spark-sql-query": "paid", "spark-sql-files": [{"file": "streaming"}]}]}
        self.courier = self.server.api("POST", "/api/v0/couriers",
                                       {"name": "Daily", "stream_id": self.stream, "file_format": "NDJSON",
                                        "file_tag": "streaming", "load_operations": operations})["id"]

    def send(self, **record):
        connection = self.server.connect()
        connection.request("POST", f"/stream/v0/data/{self.stream}", body=json.dumps(record),
                           headers={"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme",
                                    "Content-Type": "application/json"})
        answer = connection.getresponse()
        receipt = json.loads(answer.read())["request_id"]
        self.assertEqual(answer.status, 202)
        connection.close()
        return receipt

    def load(self):
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        run = self.server.api("POST", f"/api/v0/couriers/{self.courier}/runs", {"all": True})["id"]
        return eventually(lambda: (lambda found: found if found["state"] in ("succeeded", "failed") else None)(
            self.server.api("GET", f"/api/v0/workflow/runs/{run}")))

    def table(self, receipt):
        tables = self.server.api("GET", f"/api/v0/receipts/{receipt}")["tables"]
        self.assertEqual([each["table"] for each in tables], ["Shop:Orders"])
        return tables[0]

    def weir(self, *arguments):
        done = subprocess.run([WEIR, "--url", f"http://{self.server.host}:{self.server.port}", "--token", self.server.admin,
                               *arguments], capture_output=True, text=True, timeout=60)
        print("$ weir " + " ".join(arguments) + "\n" + done.stdout + done.stderr, flush=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_every_record_has_its_fate_and_every_row_its_receipt(self):
        good = self.send(id=1, total="10.50", day="2027-03-02", state="paid")
        open_order = self.send(id=2, total="1.00", day="2027-03-02", state="open")
        wrong = self.send(id=3, total="a lot", day="yesterday", state="paid")
        earlier = self.send(id=4, total="4.00", day="2027-03-02", state="paid")
        later = self.send(id=4, total="5.00", day="2027-03-02", state="paid")
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        self.assertEqual(self.table(good)["state"], "not_loaded")

        run = self.load()
        task = next(each for each in run["tasks"] if each["kind"] == "load")["detail"]
        self.assertEqual((task["records"], task["read"], task["inserted"], task["rejected"], task["errors"]), (5, 4, 2, 1, 1))
        loaded = self.table(good)
        self.assertEqual((loaded["state"], loaded["rows"][0]["_pk"], loaded["run_id"]), ("loaded", "1", run["id"]))
        self.assertEqual(self.table(open_order)["state"], "dropped")
        error = self.table(wrong)
        self.assertEqual(error["state"], "error")
        self.assertEqual([each["field"] for each in error["rows"][0]["errors"]], ["total", "day"])
        lost = self.table(earlier)
        self.assertEqual((lost["state"], lost["rows"][0]["lost_to"]["receipt"]), ("rejected", later))

        # What was loaded may be replaced; nothing else of what was told changes.
        newer = self.send(id=1, total="11.00", day="2027-03-03", state="paid")
        second = self.load()
        replaced = self.table(good)
        self.assertEqual(replaced["state"], "replaced")
        self.assertEqual(replaced["rows"][0]["lost_to"]["receipt"], newer)
        self.assertEqual(replaced["rows"][0]["lost_to"]["run_id"], second["id"])
        self.assertEqual([self.table(each)["state"] for each in (open_order, wrong, earlier, later, newer)],
                         ["dropped", "error", "rejected", "loaded", "loaded"])
        lineage = self.server.api("GET", "/api/v0/tables/Shop:Orders/lineage?row=4")
        self.assertEqual((lineage["_pk"], lineage["record"]["receipt"]), ("4", later))
        self.assertNotIn("tables", self.server.api("GET", f"/api/v0/receipts/{good}?tables=false"))

        for receipt in (good, open_order, wrong, earlier):
            self.weir("receipt", "show", receipt)
        self.assertIn(newer, self.weir("table", "lineage", "Shop:Orders", "1"))
        self.weir("run", "show", second["id"])
        self.server.api("POST", f"/api/v0/feeds/{self.feed}/truncate")
        gone = self.table(later)
        self.assertEqual(gone["state"], "removed")
        self.assertIn("emptied", gone["why"])
        self.weir("receipt", "show", later)


if __name__ == "__main__":
    unittest.main()
