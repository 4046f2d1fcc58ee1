#!/usr/bin/env python3
"""Runs that really fail on a real server, and every resolution that applies to them.

    tests/e2e/runs_test.py --weir build/release/bin/weir
"""

import json
import unittest

from weir_server import ApiError, Server, ServerTest, eventually, take_binary

WEIR = take_binary()
DAY = "2001-01-01"  # of which nothing was received


class RunsTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data", ["batch.age_s=1"]).start()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        self.token = self.server.ingest_token()
        self.names = 0

    def send(self, *records):
        for record in records:
            connection = self.server.connect()
            body = json.dumps(record)
            connection.request("POST", f"/stream/v0/data/{self.stream}", body=body,
                               headers={"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 202)
            connection.close()
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")

    def feed(self, active=True):
        self.names += 1
        feed = self.server.api("POST", "/api/v0/feeds", {
            "source": "Shop", "name": f"F{self.names}", "fields": [{"name": "id", "type": "integer"}],
            "primary_key": ["id"]})["id"]
        if active:
            self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        return feed

    def rows(self, number):
        return self.server.api("POST", "/api/v0/query", {"sql": f'SELECT count(*) FROM "Shop:F{number}"'})["rows"][0][0]

    def courier(self, operations):
        self.names += 1
        return self.server.api("POST", "/api/v0/couriers", {
            "name": f"C{self.names}", "stream_id": self.stream, "file_format": "NDJSON", "file_tag": "streaming",
            "load_operations": operations})["id"]

    @staticmethod
    def load(*feeds):
        return {feed: [{"type": "load", "file": "streaming"}] for feed in feeds}

    def run_of(self, courier, body=None):
        return self.server.api("POST", f"/api/v0/couriers/{courier}/runs", body or {"all": True})["id"]

    def over(self, run, state):
        seen = eventually(lambda: [one for one in [self.server.api("GET", f"/api/v0/workflow/runs/{run}")]
                                   if one["state"] in ("succeeded", "failed", "stopped")], seconds=60)[0]
        self.assertEqual(seen["state"], state, seen)
        return seen

    def resolve(self, run, resolution, **more):
        return self.server.api("POST", f"/api/v0/workflow/runs/{run}/resolve", {"resolution": resolution, **more})

    def offered(self, run):
        return {offer["resolution"] for offer in run["resolutions"]}

    def test_files_that_are_missing_are_ignored_skipped_or_looked_for_again(self):
        feed = self.feed()
        courier = self.courier(self.load(feed))
        run = self.run_of(courier, {"day": DAY})
        failed = self.over(run, "failed")
        self.assertEqual(self.offered(failed), {"ignore_missing_file", "retry_task", "skip_task", "restart_workflow"})
        self.resolve(run, "retry_task")
        self.over(run, "failed")
        self.resolve(run, "ignore_missing_file")
        done = self.over(run, "succeeded")
        self.assertEqual(done["warnings"], 1)
        self.assertFalse(done["skip_missing"])
        skipped = self.run_of(courier, {"day": DAY})
        self.over(skipped, "failed")
        self.resolve(skipped, "skip_task")
        self.over(skipped, "succeeded")
        late = self.run_of(courier)
        self.over(late, "failed")
        self.send({"id": 1}, {"id": 2})
        self.resolve(late, "retry_task")
        done = self.over(late, "succeeded")
        self.assertEqual(self.rows(1), 2)
        batches = self.server.api("GET", f"/api/v0/workflow/runs/{late}/batches")["items"]
        self.assertEqual(sum(batch["records"] for batch in batches), 2)
        kinds = [notice["kind"] for notice in done["notices"]]
        for kind in ("requested", "waiting", "failed", "resolved", "found", "loading", "progress", "committing",
                     "completed"):
            self.assertIn(kind, kinds)

    def test_a_feed_that_is_not_there_is_made_and_the_run_restarted(self):
        self.send({"id": 1})
        courier = self.courier(self.load("df-xxxxxx"))
        run = self.run_of(courier)
        failed = self.over(run, "failed")
        self.assertIn('Cannot find required feeds: "df-xxxxxx"', failed["error"])
        feed = self.feed()
        with_feed = self.server.api("GET", f"/api/v0/couriers/{courier}")
        self.server.api("PUT", f"/api/v0/couriers/{courier}", {
            **{name: with_feed[name] for name in ("name", "stream_id", "file_format", "file_tag")},
            "load_operations": self.load(feed)})
        self.resolve(run, "retry_task")
        self.over(run, "failed")
        self.send({"id": 2})
        self.resolve(run, "restart_workflow")
        self.over(run, "succeeded")
        self.assertEqual(self.rows(2), 1, "what it had found")

    def test_an_inactive_feed_is_activated_or_skipped(self):
        self.send({"id": 1})
        good, bad = self.feed(), self.feed(active=False)
        run = self.run_of(self.courier(self.load(bad, good)))
        self.over(run, "failed")
        self.resolve(run, "skip_task")
        self.assertEqual(self.over(run, "succeeded")["warnings"], 1)
        self.assertEqual(self.rows(1), 1)
        again = self.run_of(self.courier(self.load(bad)))
        self.over(again, "failed")
        self.server.api("POST", f"/api/v0/feeds/{bad}/activate")
        self.resolve(again, "retry_task")
        self.over(again, "succeeded")

    def test_a_threshold_is_raised_for_one_run(self):
        self.send({"id": 1}, {"id": "x"}, {"id": 2})
        feed = self.feed()
        run = self.run_of(self.courier(self.load(feed)))
        failed = self.over(run, "failed")
        self.assertIn("update_error_threshold", self.offered(failed))
        with self.assertRaises(ApiError) as refused:
            self.resolve(run, "ignore_missing_file")
        self.assertEqual(refused.exception.status, 409)
        self.resolve(run, "update_error_threshold", error_threshold=10)
        self.over(run, "failed")
        self.resolve(run, "update_error_threshold", error_threshold=34)
        self.over(run, "succeeded")
        self.assertEqual(self.rows(1), 2)
        self.assertEqual(self.server.api("GET", f"/api/v0/feeds/{feed}")["error_threshold"], 1)

    def test_a_damaged_file_is_put_back_and_the_load_retried(self):
        self.send({"id": 1}, {"id": 2})
        path = self.folder / "data" / "store" / self.server.batches(self.stream)[0]["path"]
        whole = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(whole[:-2] + b"~" + whole[-1:])
        run = self.run_of(self.courier(self.load(self.feed())))
        failed = self.over(run, "failed")
        self.assertIn(path.name, failed["error"])
        self.assertEqual(self.offered(failed), {"retry_task", "skip_task", "restart_workflow"})
        self.resolve(run, "retry_task")
        self.over(run, "failed")
        self.assertEqual(self.rows(1), 0, "nothing of it is loaded")
        path.write_bytes(whole)
        self.resolve(run, "retry_task")
        self.over(run, "succeeded")
        self.assertEqual(self.rows(1), 2)

    def test_a_groups_run_is_restarted_with_the_settings_of_now(self):
        self.send({"id": 1})
        courier = self.courier(self.load("df-xxxxxx"))
        group = self.server.api("POST", "/api/v0/courier-groups",
                                {"name": "G", "couriers": [{"courier_id": courier}]})["id"]
        run = self.server.api("POST", f"/api/v0/courier-groups/{group}/runs", {"all": True})["id"]
        failed = self.over(run, "failed")
        self.assertEqual(self.offered(failed), {"skip_task", "restart_workflow"})
        feed = self.feed()
        before = self.server.api("GET", f"/api/v0/couriers/{courier}")
        self.server.api("PUT", f"/api/v0/couriers/{courier}", {
            **{name: before[name] for name in ("name", "stream_id", "file_format", "file_tag")},
            "load_operations": self.load(feed)})
        self.resolve(run, "restart_workflow")
        self.over(run, "succeeded")
        self.assertEqual(self.rows(2), 1)

    def test_a_query_is_mended_and_the_job_restarted(self):
        self.send({"id": 1}, {"id": 2})
        query = self.server.api("POST", "/api/v0/ingest-queries",
                                {"name": "Q", "sql": "SELECT id FROM streaming WHERE id = 1"})["id"]
        feed = self.feed()
        run = self.run_of(self.courier({feed: [{"type": "spark-sql", "spark-sql-query": "Q",
                                                "spark-sql-files": [{"file": "streaming"}]}]}))
        self.over(run, "succeeded")
        self.assertEqual(self.rows(1), 1)
        self.send({"id": 3})
        self.server.api("PUT", f"/api/v0/ingest-queries/{query}", {"sql": "SELECT id FROM streaming"})
        job = self.server.api("POST", f"/api/v0/ingest/jobs/isj-{run[3:]}/restart", {})
        self.assertEqual(job["restarts"], f"isj-{run[3:]}")
        self.over(job["run_id"], "succeeded")
        self.assertEqual(self.rows(1), 2, "its files, and no later ones")
        counts = self.server.api("GET", f"/api/v0/ingest/jobs/{job['id']}")["feeds"][0]
        self.assertEqual((counts["read"], counts["inserted"]), (2, 1))

    def test_a_run_goes_on_after_kill_9_with_what_it_was_started_with(self):
        self.send({"id": 1})
        feed = self.feed()
        courier = self.courier(self.load(feed))
        runs = [self.run_of(courier) for _ in range(5)]
        self.server.kill()
        self.server.start()
        for run in runs:
            done = self.over(run, "succeeded")
            self.assertEqual([task["state"] for task in done["tasks"]], ["succeeded"] * 3)
        self.assertEqual(self.rows(1), 1)


if __name__ == "__main__":
    unittest.main()
