#!/usr/bin/env python3
"""Live events with the real process: payloads as they come, coming back after a kill, a thousand followers, and who is out.

    tests/e2e/live_events_test.py --weir build/release/bin/weir
"""

import datetime
import json
import os
import socket
import time
import unittest
import urllib.parse

from weir_server import Server, ServerTest, eventually, take_binary

WEIR = take_binary()


class Follower:
    """An open GET /api/v0/live, read event by event."""

    def __init__(self, server, topics, token=None, cookie=None, last_id=None):
        query = "topics=" + urllib.parse.quote(",".join(urllib.parse.quote(topic, safe="") for topic in topics))
        if last_id:
            query += "&last_event_id=" + urllib.parse.quote(last_id)
        who = f"Cookie: {cookie}" if cookie else f"Authorization: Bearer {token or server.admin}"
        self.socket = socket.create_connection((server.host, server.port), timeout=30)
        self.socket.sendall(f"GET /api/v0/live?{query} HTTP/1.1\r\nHost: h\r\n{who}\r\n\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass
        self.last_id = last_id

    def next(self):
        """(event, data); None at the end."""
        name, data = None, None
        while line := self.file.readline():
            text = line.decode().rstrip("\n")
            if text.startswith("event: "):
                name = text[7:]
            elif text.startswith("id: "):
                self.last_id = text[4:]
            elif text.startswith("data: "):
                data = json.loads(text[6:])
            elif not text and name:
                return name, data
        return None

    def wait_for(self, wanted, is_it=lambda data: True):
        while event := self.next():
            if event[0] == wanted and is_it(event[1]):
                return event[1]
        raise AssertionError(f"no {wanted} came")

    def close(self):
        self.file.close()
        self.socket.close()


class LiveEventsTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data", settings=["http.idle_s=2", "http.connections=2000"])
        self.server.start()
        self.stream = self.server.api("POST", "/api/v0/streams", {"name": "Orders"})["id"]
        self.ingest = self.server.ingest_token()

    def send(self, payload):
        connection = self.server.connect()
        connection.request("POST", f"/stream/v0/data/{self.stream}", json.dumps(payload),
                           {"Authorization": f"Bearer {self.ingest}", "X-Amperity-Tenant": "acme",
                            "Content-Type": "application/json"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 202)
        receipt = json.load(answer)["request_id"]
        connection.close()
        return receipt

    def payloads(self, event):
        return [json.loads(line["payload"]) for line in event["payloads"]]

    def test_payloads_are_shown_as_they_come_and_outlive_idle(self):
        follower = Follower(self.server, [f"tail:{self.stream}:total > 5", "rates", "runs", "needs-you"])
        follower.wait_for("tail-from")
        time.sleep(4)  # idle connections are closed after 2 s
        self.send({"total": 3})
        self.send({"total": 7})
        event = follower.wait_for("tail", lambda data: data["payloads"])
        self.assertEqual(self.payloads(event), [{"total": 7}])
        self.assertEqual(event["topic"], f"tail:{self.stream}:total > 5")
        receipt = event["payloads"][0]["receipt"]
        self.assertEqual(self.server.api("GET", f"/api/v0/receipts/{receipt}")["stream_id"], self.stream)
        self.send({"total": 3})  # the rates that knew of the others may have come before the tail did
        rates = follower.wait_for("rates", lambda data: any(s["per_second"] > 0 for s in data["streams"]))
        self.assertEqual([s["stream_id"] for s in rates["streams"]], [self.stream])
        follower.close()

    def test_a_kill_and_a_restart_lose_and_double_no_line(self):
        follower = Follower(self.server, [f"tail:{self.stream}"])
        follower.wait_for("tail-from")
        self.send({"n": 1})
        self.assertEqual(self.payloads(follower.wait_for("tail", lambda data: data["payloads"])), [{"n": 1}])
        follower.close()
        self.send({"n": 2})
        self.server.kill()
        self.server.start()
        self.send({"n": 3})
        back = Follower(self.server, [f"tail:{self.stream}"], last_id=follower.last_id)
        seen = []
        while len(seen) < 2:
            seen += self.payloads(back.wait_for("tail"))
        self.send({"n": 4})
        seen += self.payloads(back.wait_for("tail", lambda data: data["payloads"]))
        self.assertEqual(seen, [{"n": 2}, {"n": 3}, {"n": 4}])
        back.close()

    def test_a_state_comes_whole_and_then_as_it_changes(self):
        follower = Follower(self.server, ["runs", "needs-you"])
        self.assertEqual(follower.wait_for("runs"), {"whole": True, "runs": []})
        courier = self.server.api("POST", "/api/v0/couriers", {
            "name": "C", "stream_id": self.stream, "file_format": "NDJSON", "file_tag": "s",
            "load_operations": {"df-xxxxxx": [{"type": "load", "file": "s"}]}})["id"]
        run = self.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]
        changed = follower.wait_for("runs", lambda data: any(r["state"] == "failed" for r in data["runs"]))
        self.assertFalse(changed["whole"])
        def of_objects(data):  # a machine short of disk needs a person too, and says nothing of this server
            return [item for item in data["items"] if item["object_id"]]

        needs = of_objects(follower.wait_for("needs-you", of_objects))
        self.assertEqual([(item["kind"], item["object_id"]) for item in needs], [("failed_run", run)])
        self.assertEqual(of_objects(self.server.api("GET", "/api/v0/needs-you")), needs)
        follower.close()

    def test_what_is_in_no_file_yet_is_told_and_shown_to_who_comes_later(self):
        """The batch age is a minute: these stay in the log."""
        before = time.time()
        receipts = [self.send({"n": n}) for n in range(3)]
        follower = Follower(self.server, ["rates"])
        rate = follower.wait_for("rates")["streams"][0]
        follower.close()
        self.assertIsNotNone(rate["last_payload_at"], "the catalog does not know the payloads yet")
        told = datetime.datetime.fromisoformat(rate["last_payload_at"].replace("Z", "+00:00")).timestamp()
        self.assertLess(abs(told - before), 10)
        waiting = self.server.api("GET", f"/api/v0/streams/{self.stream}/waiting?limit=2")
        self.assertEqual(waiting["waiting"], 3)
        self.assertEqual([item["receipt"] for item in waiting["items"]], receipts[:0:-1])
        self.assertEqual(json.loads(waiting["items"][0]["payload"]), {"n": 2})
        shown = self.server.api("GET", f"/api/v0/receipts/{receipts[0]}/payload")
        self.assertEqual((shown["form"], json.loads(shown["body"])), ("as_sent", {"n": 0}))
        self.server.kill()
        self.server.start()
        self.assertEqual(self.server.api("GET", f"/api/v0/streams/{self.stream}/waiting")["waiting"], 3)
        self.server.api("POST", f"/api/v0/streams/{self.stream}/flush")
        self.assertEqual(self.server.api("GET", f"/api/v0/streams/{self.stream}/waiting")["items"], [])

    def test_who_is_revoked_is_out(self):
        key = self.server.api("POST", "/api/v0/admin/api-keys", {"name": "K", "policies": ["datagrid:operate"]})["id"]
        token = self.server.api("POST", f"/api/v0/admin/api-keys/{key}/tokens", {})["token"]
        follower = Follower(self.server, ["rates"], token=token)
        follower.wait_for("rates")
        self.server.api("POST", f"/api/v0/admin/api-keys/{key}/revoke", {"all": True})
        self.assertEqual(follower.wait_for("end")["status"], 401)
        self.assertIsNone(follower.next())

    def status(self, name):
        with open(f"/proc/{self.server.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))

    def test_a_thousand_followers_hold_no_thread_and_little_memory(self):
        for warm in [Follower(self.server, ["rates", f"tail:{self.stream}"]) for _ in range(50)]:
            warm.wait_for("rates")
            warm.close()
        threads, memory = self.status("Threads"), self.status("VmRSS")
        followers = [Follower(self.server, ["rates", f"tail:{self.stream}"]) for _ in range(1000)]
        self.assertEqual({follower.status for follower in followers}, {200})
        for follower in followers:
            follower.wait_for("tail-from")
        self.send({"n": 1})
        for follower in followers:
            follower.wait_for("tail", lambda data: data["payloads"])
        each = (self.status("VmRSS") - memory) / 1000
        print(f"{each:.1f} KiB a follower")
        self.assertEqual(self.status("Threads"), threads)
        if "ASAN_OPTIONS" not in os.environ and "TSAN_OPTIONS" not in os.environ:
            self.assertLess(each, 20)
        self.assertEqual(self.server.api("GET", "/healthz")["status"], "ok")
        for follower in followers:
            follower.close()
        eventually(lambda: self.open_files() < 200)

    def open_files(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
