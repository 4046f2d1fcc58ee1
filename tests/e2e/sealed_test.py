#!/usr/bin/env python3
"""A group that loads a day as soon as its hours are sealed, on a real server whose calendar comes to midnight.

    tests/e2e/sealed_test.py --weir build/release/bin/weir
"""

import datetime
import json
import time
import unittest

from weir_server import Server, ServerTest, clock_library, eventually, take_binary

WEIR = take_binary()
DAY = datetime.timedelta(days=1)
BEFORE_MIDNIGHT_S = 40
RECORDS = 50


class SealedTest(ServerTest):
    def setUp(self):
        super().setUp()
        # The calendar stands a little before the midnight of tomorrow, so that it is ahead and never behind.
        now = datetime.datetime.now(datetime.timezone.utc)
        self.midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + 2 * DAY
        self.ahead = datetime.timedelta(seconds=int((self.midnight - now).total_seconds()) - BEFORE_MIDNIGHT_S)
        environment = clock_library(self.folder) | {"CLOCK_AHEAD_S": str(int(self.ahead.total_seconds()))}
        self.server = Server(WEIR, self.folder / "data", ["batch.age_s=2"], environment=environment).start()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        self.token = self.server.ingest_token()

    def its_time(self):
        return datetime.datetime.now(datetime.timezone.utc) + self.ahead

    def send(self, number):
        connection = self.server.connect()
        connection.request("POST", f"/stream/v0/data/{self.stream}", body=json.dumps({"id": number}),
                           headers={"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme",
                                    "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.assertEqual(answer.status, 202)

    def group(self, name, **more):
        """One that fires at midnight and loads into a feed of its own."""
        feed = self.server.api("POST", "/api/v0/feeds", {
            "source": "Shop", "name": name, "fields": [{"name": "id", "type": "integer"}], "primary_key": ["id"]})["id"]
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        courier = self.server.api("POST", "/api/v0/couriers", {
            "name": name, "stream_id": self.stream, "file_format": "NDJSON", "file_tag": "streaming",
            "load_operations": {feed: [{"type": "load", "file": "streaming"}]}})["id"]
        return self.server.api("POST", "/api/v0/courier-groups", {
            "name": name, "schedule": "0 0 * * *", "couriers": [{"courier_id": courier, **more}]})["id"]

    def runs(self, group):
        return self.server.api("GET", f"/api/v0/workflow/runs?kind=group&group_id={group}")["items"]

    def count(self, name):
        return self.server.api("POST", "/api/v0/query", {"sql": f'SELECT count(*) FROM "Shop:{name}"'})["rows"][0][0]

    def test_a_day_is_loaded_as_soon_as_its_hours_are_sealed(self):
        sealed = self.group("Sealed", as_soon_as_sealed=True)
        self.assertLess(self.its_time(), self.midnight, "this machine is too slow for the test")
        sent = 0
        # Sent also around midnight: what is received after it belongs to the day that is not loaded yet.
        while self.its_time() < self.midnight:
            self.send(sent)
            sent += 1
            time.sleep(BEFORE_MIDNIGHT_S / RECORDS if sent < RECORDS else 0.5)
        day = (self.midnight - DAY).date().isoformat()
        run = eventually(lambda: self.runs(sealed), seconds=30)[0]
        self.assertEqual((run["started_by"], run["scheduled_for"][:16]), ("schedule", self.midnight.isoformat()[:16]))
        seen = eventually(lambda: (found := self.runs(sealed)[0])["state"] in ("succeeded", "failed") and found, 120)
        self.assertEqual(seen["state"], "succeeded", seen)
        took = self.its_time() - self.midnight
        print(f"\n{sent} records sent, loaded {took.total_seconds():.0f} s after midnight")
        hours = self.server.api("GET", f"/api/v0/hours?stream_id={self.stream}")["items"]
        of_day = [hour for hour in hours if hour["day"] == day]
        self.assertTrue(of_day and all(hour["sealed"] for hour in of_day), hours)
        self.assertEqual(self.count("Sealed"), sum(hour["accepted"] for hour in of_day))
        self.assertGreaterEqual(self.count("Sealed"), sent - 1, "one may have been received after midnight")
        self.assertEqual(seen["warnings"], 0)
        loads = self.server.api("GET", f"/api/v0/workflow/runs?parent={run['id']}")["items"]
        self.assertEqual([(load["range_from"], load["state"]) for load in loads], [(day, "succeeded")])

    def test_what_was_missed_while_no_server_was_there_is_counted_and_told(self):
        group = self.group("Missed", as_soon_as_sealed=True)
        self.server.stop()
        ahead = int(self.ahead.total_seconds()) + 3 * 86_400
        self.server.environment["CLOCK_AHEAD_S"] = str(ahead)
        self.server.start()
        run = eventually(lambda: self.runs(group), 30)[0]
        told = self.server.api("GET", f"/api/v0/workflow/runs/{run['id']}")["notices"]
        self.assertIn("missed", [notice["kind"] for notice in told])
        connection = self.server.connect()
        connection.request("GET", "/metrics")
        metrics = connection.getresponse().read().decode()
        connection.close()
        counts = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line.startswith("weir_schedule_"))
        seen = self.server.api("GET", f"/api/v0/courier-groups/{group}")
        # Three midnights: the newest one is made up for, if the day is not older than the window for that.
        self.assertEqual(int(counts["weir_schedule_fired_total"]) + int(counts["weir_schedule_missed_total"]), 3)
        self.assertGreaterEqual(int(counts["weir_schedule_missed_total"]), 2)
        self.assertEqual(seen["missed"], int(counts["weir_schedule_missed_total"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
