#!/usr/bin/env python3
"""Idempotency keys, receipts, conservation, sealed hours and the quarantine, with the real process.

    tests/e2e/conservation_test.py --weir build/release/bin/weir
"""

import hashlib
import json
import random
import sqlite3
import subprocess
import time
import unittest
from pathlib import Path

from weir_server import ApiError, Server, ServerTest, clock_library, content_fold, eventually, take_binary

WEIR = take_binary()


class ConservationTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"

    def serve(self, *settings, environment=None):
        self.server = Server(WEIR, self.data, ("conservation.check_s=1", "metrics.token=m", *settings), environment=environment).start()
        self.token = self.server.ingest_token()
        return self.server

    def add_stream(self, payload_type="json"):
        return self.server.api("POST", "/api/v0/streams", {"name": "s", "description": "", "payload_type": payload_type})["id"]

    def post(self, stream, body, key=None, content_type="application/json"):
        """The receipt of a 202."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Amperity-Tenant": "acme", "Content-Type": content_type}
        if key:
            headers["Idempotency-Key"] = key
        connection = self.server.connect()
        try:
            connection.request("POST", f"/stream/v0/data/{stream}", body=body, headers=headers)
            answer = connection.getresponse()
            reply = json.loads(answer.read())
        finally:
            connection.close()
        self.assertEqual(answer.status, 202, reply)
        return reply["request_id"]

    def flush(self, stream):
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")

    def receipt(self, receipt):
        return self.server.api("GET", f"/api/v0/receipts/{receipt}")

    def bytes_of(self, fate):
        """What the file has where the receipt says that the record is."""
        place = fate["byte_range"]
        return self.server.file(fate["batch"])[place["offset"]:place["offset"] + place["bytes"]]

    def lines(self, stream):
        return [line for batch in self.server.batches(stream) for line in self.server.file(batch).splitlines()]

    def metrics(self):
        connection = self.server.connect()
        try:
            connection.request("GET", "/metrics", headers={"Authorization": "Bearer m"})
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in text.splitlines()
                                                       if not line.startswith("#"))}

    def weir(self, *arguments, stdin=""):
        """The command line, as a user has it."""
        done = subprocess.run([WEIR, "--url", f"http://{self.server.host}:{self.server.port}",
                               "--token", self.server.admin, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=60)
        return done.returncode, done.stdout, done.stderr

    def cli(self, *arguments, stdin=""):
        """The document it prints, where it succeeds."""
        code, out, err = self.weir(*arguments, "--json", stdin=stdin)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def restart(self, kill=True):
        (self.server.kill if kill else self.server.stop)()
        self.server.start()

    def alter_catalog(self, *statements):
        """As nobody should: the server is down meanwhile."""
        with sqlite3.connect(self.data / "catalog.db") as catalog:
            catalog.create_function("weir_fold", -1, content_fold)
            for statement, rows in statements:
                catalog.executemany(statement, rows)
        catalog.close()

    def rows_of(self, table):
        with sqlite3.connect(self.data / "catalog.db") as catalog:
            rows = catalog.execute(f"SELECT * FROM {table}").fetchall()
        catalog.close()
        return rows

    # Idempotency keys and receipts

    def test_retries_with_a_key_are_one_record_whenever_the_server_is_killed(self):
        self.serve()
        stream = self.add_stream()
        bodies = {f"key-{n}": json.dumps({"n": n}, separators=(",", ":")) for n in range(30)}
        tries = {key: [] for key in bodies}
        for attempt in range(4):
            for key, body in bodies.items():
                tries[key].append(self.post(stream, body, key))
            if attempt == 1:
                self.flush(stream)  # what is decided in the files, and what is decided again from the log
            self.restart()
        without_key = self.post(stream, bodies["key-0"])
        self.flush(stream)
        self.assertEqual(sorted(self.lines(stream)),
                         sorted(body.encode() for body in [*bodies.values(), bodies["key-0"]]))
        for key, receipts in tries.items():
            first = self.receipt(receipts[0])
            self.assertEqual(first["state"], "in_file")
            self.assertEqual(self.bytes_of(first), bodies[key].encode() + b"\n")
            for later in receipts[1:]:
                fate = self.receipt(later)
                self.assertEqual((fate["state"], fate["duplicate_of"]), ("duplicate", receipts[0]))
        self.assertEqual(self.receipt(without_key)["state"], "in_file")
        counts = self.server.api("GET", f"/api/v0/streams/{stream}")["counts"]
        self.assertEqual((counts["in_files"], counts["duplicates"]), (31, 90))
        self.assertEqual(self.weir("doctor")[0], 0)

    def test_a_key_with_another_body_goes_to_the_quarantine_and_says_why(self):
        self.serve()
        stream = self.add_stream()
        first = self.post(stream, '{"n":1}', "k")
        self.restart()
        other = self.post(stream, '{"n":2}', "k")
        self.flush(stream)
        fate = self.receipt(other)
        self.assertEqual(fate["state"], "quarantined")
        self.assertIn(first, fate["reason"])
        self.assertIn("another body", fate["reason"])
        self.assertEqual(self.lines(stream), [b'{"n":1}'])
        self.assertEqual(self.cli("quarantine", "show", other)["body"], '{"n":2}')

    def test_keys_are_forgotten_with_their_window(self):
        self.serve("idempotency.window_s=1")
        stream = self.add_stream()
        self.post(stream, "{}", "k")
        self.post(stream, "{}", "k")
        time.sleep(1.1)
        self.post(stream, "{}", "k")
        self.flush(stream)
        self.assertEqual(len(self.lines(stream)), 2)
        self.assertEqual(self.metrics()["weir_batcher_duplicates_total"], 1)

    def test_a_receipt_that_was_never_given_is_not_found(self):
        self.serve()
        stream = self.add_stream()
        real = self.post(stream, "{}")
        self.assertEqual(self.receipt(real)["state"], "in_log")
        wrong = real[:-1] + ("0" if real[-1] != "0" else "1")
        for receipt in (wrong, "nonsense"):
            with self.assertRaises(ApiError) as refused:
                self.receipt(receipt)
            self.assertEqual(refused.exception.status, 404)

    def test_a_receipt_follows_its_record_from_the_log_into_the_table(self):
        self.serve()
        stream = self.add_stream()
        receipt = self.post(stream, '{"id":"a"}')
        self.assertEqual(self.receipt(receipt)["state"], "in_log")
        self.flush(stream)
        self.assertEqual(self.receipt(receipt)["tables"], [])
        feed = self.server.api("POST", "/api/v0/feeds", {"source": "Shop", "name": "Orders", "primary_key": ["id"],
                                                         "fields": [{"name": "id", "type": "string"}]})["id"]
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        courier = self.server.api("POST", "/api/v0/couriers",
                                  {"name": "Orders", "stream_id": stream, "file_format": "NDJSON", "file_tag": "t",
                                   "load_operations": {feed: [{"type": "load", "file": "t"}]}})["id"]
        run = self.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]
        later = self.post(stream, '{"id":"b"}')
        eventually(lambda: self.receipt(receipt)["tables"][0]["state"] == "loaded")
        [loaded] = self.receipt(receipt)["tables"]
        self.assertEqual((loaded["table"], loaded["run_id"], loaded["rows"]),
                         ("Shop:Orders", run, [{"state": "loaded", "_pk": "a"}]))
        self.flush(stream)
        [later] = self.receipt(later)["tables"]
        self.assertEqual(later["state"], "not_loaded", "of a file the run has not seen")

    # conservation

    def test_conservation_holds_is_measured_and_shown_by_the_doctor(self):
        self.serve()
        stream = self.add_stream("xml")
        for body in ("<a>1</a>", "<a>", "<a>2</a>"):
            self.post(stream, body, content_type="application/xml")
        self.post(stream, "<a>1</a>", "k", "application/xml")
        self.post(stream, "<a>1</a>", "k", "application/xml")

        def account(state):
            name = f'weir_conservation_records{{stream="{stream}",part="{state}"}}'
            return self.metrics().get(name)
        eventually(lambda: account("in_log") == 5)
        self.flush(stream)
        eventually(lambda: account("in_log") == 0)
        self.assertEqual(account("accepted"), 5)
        self.assertEqual(self.metrics()["weir_conservation_holds"], 1)
        parts = {name.split('part="')[1][:-2]: value for name, value in self.metrics().items()
                 if name.startswith("weir_conservation_hour_records")}
        self.assertEqual(parts, {"accepted": 5, "in_files": 3, "duplicates": 1, "quarantined": 1})
        code, out, _ = self.weir("doctor")
        self.assertEqual(code, 0, out)
        self.assertIn("conservation", out)
        hours = self.cli("hour", "list", "--stream", stream)["items"]
        self.assertEqual([hours[0][part] for part in ("accepted", "in_files", "duplicates", "quarantined")],
                         [5, 3, 1, 1])

    def test_a_row_that_is_altered_is_an_alarm_everywhere(self):
        self.serve()
        stream = self.add_stream()
        self.post(stream, "{}", "k")
        duplicate = self.post(stream, "{}", "k")
        self.flush(stream)
        self.server.stop()
        kept = self.rows_of("duplicates")
        self.alter_catalog(("DELETE FROM duplicates", [()]))
        self.server.start()
        eventually(lambda: self.metrics().get("weir_conservation_holds") == 0)
        self.assertEqual(self.metrics()[f'weir_conservation_differences{{stream="{stream}"}}'], 1)
        self.assertIn("CONSERVATION DOES NOT HOLD", self.server.said())
        code, out, err = self.weir("doctor")
        self.assertNotEqual(code, 0)
        self.assertIn("2 records accepted, 1 accounted for", out)
        self.assertIn("alarm", out)
        self.assertIn("not all is well", err)
        with self.assertRaises(ApiError) as refused:
            self.receipt(duplicate)
        self.assertEqual(refused.exception.status, 500)
        self.server.stop()
        self.alter_catalog(("INSERT INTO duplicates VALUES (?, ?, ?, ?, ?, ?)", kept))
        self.server.start()
        eventually(lambda: self.metrics().get("weir_conservation_holds") == 1)
        self.assertEqual(self.weir("doctor")[0], 0)

    def test_a_start_without_its_catalog_is_refused_and_makes_none(self):
        self.serve()
        self.post(self.add_stream(), "{}")
        self.server.stop()
        catalog = self.data / "catalog.db"
        whole = catalog.read_bytes()
        for damage in (catalog.unlink, lambda: catalog.write_bytes(b""), lambda: catalog.write_bytes(whole[:4096])):
            damage()
            done = subprocess.run([WEIR, "serve", "--data", self.data, "--listen", "127.0.0.1:0"], capture_output=True,
                                  text=True, timeout=60)
            self.assertEqual(done.returncode, 7, done.stderr)
            self.assertIn("Restore catalog.db from a backup", done.stderr)
            self.assertLessEqual(catalog.stat().st_size if catalog.exists() else 0, 4096)
        catalog.write_bytes(whole)
        self.server.start()

    # Sealed hours

    def serve_ahead(self, *settings):
        """A server whose calendar a restart can put ahead."""
        return self.serve(*settings, environment=clock_library(self.folder))

    def pass_hours(self, hours):
        ahead = int(self.server.environment["CLOCK_AHEAD_S"]) + 3600 * hours
        self.server.environment["CLOCK_AHEAD_S"] = str(ahead)
        self.restart()

    def hours(self, stream):
        return self.server.api("GET", f"/api/v0/hours?stream_id={stream}")["items"]

    def verify(self):
        done = subprocess.run([WEIR, "verify", self.data, "--json"], capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout), done.stderr

    def test_an_hour_that_is_over_is_sealed_with_all_that_is_in_it(self):
        self.serve_ahead()
        stream = self.add_stream()
        receipts = [self.post(stream, json.dumps({"n": n}), f"k{n % 4}" if n else None) for n in range(4)]
        self.post(stream, '{"n": 1}', "k1")
        self.flush(stream)
        receipts.append(self.post(stream, '{"n": 9}'))
        self.flush(stream)
        self.assertFalse(self.hours(stream)[0]["sealed"])
        self.pass_hours(1)
        hour = eventually(lambda: [one for one in self.hours(stream) if one["sealed"]])[0]
        manifest_bytes = (self.data / "store" / hour["manifest"]["path"]).read_bytes()
        self.assertEqual(hashlib.sha256(manifest_bytes).hexdigest(), hour["manifest"]["sha256"])
        manifest = json.loads(manifest_bytes)
        self.assertEqual([manifest[part] for part in ("accepted", "records", "duplicates", "quarantined")], [6, 5, 1, 0])
        self.assertEqual((manifest["first_receipt"], manifest["last_receipt"]), (receipts[0], receipts[-1]))
        sums = ""
        for file in manifest["files"]:
            content = (self.data / "store" / file["path"]).read_bytes()
            self.assertEqual((file["bytes"], file["sha256"]), (len(content), hashlib.sha256(content).hexdigest()))
            sums += f"{file['sha256']}  {file['path']}\n"
        self.assertEqual(manifest["sha256"], hashlib.sha256(sums.encode()).hexdigest())
        self.assertEqual(sum(file["records"] for file in manifest["files"]), len(self.lines(stream)))

    def test_verify_names_what_is_missing_or_altered(self):
        self.serve_ahead()
        stream = self.add_stream()
        for hour in range(3):
            self.post(stream, json.dumps({"hour": hour}))
            self.flush(stream)
            self.pass_hours(1)
        eventually(lambda: len([one for one in self.hours(stream) if one["sealed"]]) == 3)
        code, report, remark = self.verify()
        self.assertEqual((code, report["findings"], report["sealed_hours"], report["records"]), (0, [], 3, 3))
        self.assertIn("A server runs on it", remark)
        manifests = [one["manifest"]["path"] for one in self.hours(stream)]
        files = [batch["path"] for batch in self.server.batches(stream)]
        self.server.stop()
        code, report, remark = self.verify()
        self.assertEqual((code, report["findings"], remark), (0, [], ""))

        def expect(path, kind, alter):
            object_path = self.data / "store" / path
            before = object_path.read_bytes()
            alter(object_path)
            code, report, _ = self.verify()
            self.assertEqual(code, 7)
            self.assertIn((kind, path), [(one["kind"], one["path"]) for one in report["findings"]])
            self.assertEqual(len(report["findings"]), 1, report)
            object_path.write_bytes(before)

        def flip(path):
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        expect(files[1], "altered", flip)
        expect(files[1], "altered", lambda path: path.write_bytes(path.read_bytes() + b"{}\n"))
        expect(files[2], "missing", Path.unlink)
        for manifest in manifests:  # the first, one between, the newest
            expect(manifest, "altered", flip)
            expect(manifest, "missing", Path.unlink)
        self.assertEqual(self.verify()[0], 0)
        self.server.start()
        self.assertEqual(self.weir("doctor")[0], 0)

    def test_hours_are_sealed_whole_however_often_the_server_is_killed(self):
        seed = random.SystemRandom().randrange(1 << 32)
        moments = random.Random(seed)
        self.serve_ahead("batch.age_s=1")
        stream = self.add_stream()
        with self.subTest(seed=seed):
            for hour in range(6):
                for number in range(5):
                    self.post(stream, json.dumps({"hour": hour, "n": number}), f"{hour}-{number % 4}")
                self.pass_hours(1)
                for _ in range(3):
                    time.sleep(moments.uniform(0, 0.15))  # filing, sealing, starting
                    self.restart()
            eventually(lambda: len([one for one in self.hours(stream) if one["sealed"]]) == 6)
            self.assertEqual(len(self.lines(stream)), 6 * 4)
            self.assertEqual(self.weir("doctor")[0], 0)
            self.server.stop()
            code, report, _ = self.verify()
            self.assertEqual((code, report["findings"], report["sealed_hours"], report["records"]), (0, [], 6, 24))

    # The quarantine

    def test_what_is_in_quarantine_is_seen_mended_replayed_once_and_dropped(self):
        self.serve()
        stream = self.add_stream("xml")
        kept, mended, dropped = [self.post(stream, body, content_type="application/xml")
                                 for body in ("<sale>1</sale>", "<sale>2</sail>", "<sale>")]
        self.flush(stream)
        items = self.cli("quarantine", "list", "--stream", stream)["items"]
        self.assertEqual([one["receipt"] for one in items], [mended, dropped])
        self.assertTrue(all(one["reason"] for one in items))
        shown = self.cli("quarantine", "show", mended)
        self.assertEqual(shown["body"], "<sale>2</sail>")
        self.assertIn("line 1", shown["reason"])

        code, _, err = self.weir("quarantine", "replay", mended)
        self.assertEqual(code, 2, "as it is, it still does not parse")
        self.assertIn("still does not parse", err)
        replayed = self.cli("quarantine", "replay", mended, "--file", "-", stdin="<sale>2</sale>")
        self.assertEqual(replayed["state"], "replayed")
        code, _, err = self.weir("quarantine", "replay", mended, "--file", "-", stdin="<sale>2</sale>")
        self.assertNotEqual(code, 0)
        self.assertIn("replayed already", err)

        self.cli("quarantine", "drop", dropped)
        self.assertEqual(self.cli("quarantine", "list", "--stream", stream)["items"], [])
        self.flush(stream)
        fate = self.receipt(mended)
        self.assertEqual((fate["state"], fate["quarantine"]), ("quarantined", "replayed"))
        self.assertEqual(self.receipt(fate["replayed_as"])["state"], "in_file")
        self.assertEqual(self.receipt(dropped)["quarantine"], "dropped")
        self.assertEqual(self.receipt(kept)["state"], "in_file")
        counts = self.server.api("GET", f"/api/v0/streams/{stream}")["counts"]
        self.assertEqual((counts["in_files"], counts["quarantined"]), (2, 2), "settled ones stay counted")
        self.assertEqual(self.weir("doctor")[0], 0)

    def test_beyond_its_bound_the_quarantine_stands_in_files_and_goes_from_them(self):
        self.serve("quarantine.bytes=20")
        stream = self.add_stream("xml")
        bodies = ["<sale>secret-%d" % n for n in range(4)]
        receipts = [self.post(stream, body, content_type="application/xml") for body in bodies]
        self.flush(stream)
        folder = self.data / "store" / "quarantine"

        def files():
            return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]

        def quarantine():
            checks = self.server.api("GET", "/api/v0/doctor")["checks"]
            return next(check for check in checks if check["name"] == "quarantine")
        self.assertEqual(files(), ["".join(bodies).encode()])
        self.assertEqual(quarantine()["state"], "warning")
        self.assertEqual(self.metrics()['weir_quarantine_bytes{place="files"}'], 4 * len(bodies[0]))
        self.assertEqual(self.metrics()['weir_quarantine_bytes{place="catalog"}'], 0)
        items = self.cli("quarantine", "list", "--stream", stream)["items"]
        self.assertEqual([item["body_bytes"] for item in items], [len(bodies[0])] * 4)

        self.cli("quarantine", "drop", receipts[1])
        self.restart()
        self.assertNotIn(b"secret-1", files()[0])
        self.assertEqual(self.weir("quarantine", "show", receipts[1], "--body")[1], "")
        self.assertEqual(self.weir("quarantine", "show", receipts[2], "--body")[1], bodies[2])
        self.cli("quarantine", "replay", receipts[2], "--file", "-", stdin="<sale/>")
        self.server.stop()
        code, report, _ = self.verify()
        self.assertEqual((code, report["findings"], report["quarantined_payloads"]), (0, [], 2))
        path = next(path for path in folder.rglob("*") if path.is_file())
        path.write_bytes(path.read_bytes().replace(b"secret-3", b"secret-4"))
        code, report, _ = self.verify()
        self.assertEqual((code, [one["kind"] for one in report["findings"]]), (7, ["altered"]))
        self.server.start()
        with self.assertRaises(ApiError) as damaged:
            self.server.api("GET", f"/api/v0/quarantine/{receipts[3]}")
        self.assertEqual(damaged.exception.status, 500)
        self.cli("quarantine", "drop", receipts[3])
        self.cli("quarantine", "drop", receipts[0])
        self.assertEqual(files(), [])
        self.assertEqual(quarantine()["state"], "ok")
        counts = self.server.api("GET", f"/api/v0/streams/{stream}")["counts"]
        self.assertEqual(counts["quarantined"], 4, "settled ones stay counted")

    def test_a_replay_whose_answer_was_lost_makes_no_second_record(self):
        self.serve()
        stream = self.add_stream("xml")
        broken = self.post(stream, "<a>", content_type="application/xml")
        self.flush(stream)
        self.cli("quarantine", "replay", broken, "--file", "-", stdin="<a/>")
        self.server.kill()
        # As if it had died before the row said that it was replayed.
        self.alter_catalog(("UPDATE quarantine SET state = 'held', settled_at = NULL, replayed_as = NULL", [()]))
        self.server.start()
        again = self.cli("quarantine", "replay", broken, "--file", "-", stdin="<a/>")
        self.flush(stream)
        self.assertEqual(self.receipt(again["replayed_as"])["state"], "duplicate")
        self.assertEqual(sum(batch["records"] for batch in self.server.batches(stream)), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
