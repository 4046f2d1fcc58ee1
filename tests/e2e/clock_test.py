#!/usr/bin/env python3
"""A clock that jumps, with the real process: nothing is filed under a wrong day, everybody is told, and there is a way back.

    tests/e2e/clock_test.py --weir build/release/bin/weir
"""

import datetime
import json
import struct
import subprocess
import time
import unittest

from weir_server import Server, ServerTest, clock_library, eventually, take_binary

WEIR = take_binary()
WEEK_S = 7 * 86_400


class ClockTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.jump_file = self.folder / "jump"
        self.jump(0)

    def jump(self, seconds):
        with open(self.jump_file, "r+b" if self.jump_file.exists() else "wb") as file:
            file.write(struct.pack("l", seconds))

    def serve(self, *settings):
        environment = clock_library(self.folder) | {"CLOCK_AHEAD_FILE": str(self.jump_file)}
        self.server = Server(WEIR, self.folder / "data", ("metrics.token=m", *settings), environment=environment).start()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        self.token = self.server.ingest_token()

    def post(self, body="{}"):
        connection = self.server.connect()
        try:
            connection.request("POST", f"/stream/v0/data/{self.stream}", body=body,
                               headers={"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def get(self, path, token=""):
        connection = self.server.connect()
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metric(self, name):
        lines = dict(line.rsplit(" ", 1) for line in self.get("/metrics", "m")[1].splitlines() if line[0] != "#")
        return float(lines[name])

    def doctor(self):
        return {check["name"]: check for check in self.server.api("GET", "/api/v0/doctor")["checks"]}

    def days(self):
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        return {hour["day"]: hour["accepted"] for hour in
                self.server.api("GET", f"/api/v0/hours?stream_id={self.stream}")["items"]}

    @staticmethod
    def day(ahead=0):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=ahead)
        return now.strftime("%Y-%m-%d")

    def test_three_seconds_of_a_wrong_clock_leave_no_trace_but_the_alarm(self):
        self.serve()
        today = {self.day()}
        self.assertEqual(self.post(), 202)
        self.jump(WEEK_S)
        time.sleep(3)  # and no payload meanwhile
        self.assertEqual(self.post(), 503)
        status, body = self.get("/readyz")
        self.assertEqual(status, 503)
        self.assertIn("clock has jumped ahead", json.loads(body)["message"])
        self.assertGreater(self.metric("weir_clock_ahead_seconds"), WEEK_S - 60)
        self.assertEqual(self.doctor()["clock"]["state"], "alarm")
        eventually(lambda: "THE CLOCK JUMPED AHEAD" in self.server.said())
        self.jump(0)
        self.assertEqual(self.post(), 202)
        self.assertEqual(self.get("/readyz")[0], 200)
        self.assertEqual(self.metric("weir_clock_jumps_total"), 1)
        self.assertEqual(self.doctor()["clock"]["state"], "warning")
        self.server.stop()
        self.server.start()
        self.assertEqual(self.post(), 202)
        today |= {self.day()}  # should this run at midnight
        self.assertEqual(sum(self.days().values()), 3)
        self.assertLessEqual(set(self.days()), today)

    def test_a_clock_that_stands_where_it_jumped_to_is_taken_for_true(self):
        self.serve("clock.jump_wait_s=2")
        self.jump(WEEK_S)
        self.assertEqual(self.post(), 503)
        eventually(lambda: self.post() == 202)
        self.assertLessEqual(set(self.days()), {self.day(WEEK_S), self.day(WEEK_S + 60)})

    def test_another_partition_is_the_way_back(self):
        self.serve()
        self.server.stop()
        self.jump(WEEK_S)
        self.server.start()  # the machine has started with a wrong clock
        self.assertEqual(self.post(), 202)
        self.server.stop()
        self.jump(0)
        self.server.start()
        self.assertEqual(self.post(), 202)
        self.assertGreater(self.metric("weir_log_stamps_ahead_seconds"), WEEK_S - 60)
        self.assertEqual(self.doctor()["clock"]["state"], "alarm")
        eventually(lambda: "THE CLOCK WAS AHEAD ONCE" in self.server.said())
        self.assertEqual(self.get("/readyz")[0], 200)
        wrong = self.days()
        self.assertEqual(sum(wrong.values()), 2)
        self.assertEqual(self.post(), 202)
        self.server.kill()  # what came last is in no file
        self.server.settings += ["--set", "log.partition=1"]
        refused = subprocess.run([WEIR, "serve", "--data", self.server.data, "--listen", "127.0.0.1:0",
                                  *self.server.settings], capture_output=True, text=True, timeout=60)
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn("records that are in no file yet", refused.stderr)
        self.server.settings = self.server.settings[:-2]
        self.server.start()
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        self.server.stop()
        self.server.settings += ["--set", "log.partition=1"]
        self.server.start()
        self.assertEqual(self.metric("weir_log_stamps_ahead_seconds"), 0)
        self.assertEqual(self.doctor()["clock"]["state"], "ok")
        for _ in range(4):
            self.assertEqual(self.post(), 202)
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        hours = self.server.api("GET", f"/api/v0/hours?stream_id={self.stream}")["items"]
        ahead = [hour for hour in hours if hour["partition"] == 0]
        self.assertEqual(sum(hour["accepted"] for hour in ahead), 3)
        self.assertTrue(all(hour["sealed"] for hour in ahead), ahead)
        now = [hour for hour in hours if hour["partition"] == 1]
        self.assertEqual(sum(hour["accepted"] for hour in now), 4)
        self.assertLessEqual({hour["day"] for hour in now}, {self.day(), self.day(-3600)})
        page = self.server.api("GET", f"/api/v0/hours?stream_id={self.stream}&limit=1")
        seen = list(page["items"])
        while page["next_token"]:
            page = self.server.api("GET", f"/api/v0/hours?stream_id={self.stream}&limit=1&next_token={page['next_token']}")
            seen += page["items"]
        self.assertEqual(len(seen), len(hours))
        self.assertEqual(self.doctor()["conservation"]["state"], "ok")
        self.server.stop()
        verified = subprocess.run([WEIR, "verify", self.server.data], capture_output=True, text=True, timeout=60)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
