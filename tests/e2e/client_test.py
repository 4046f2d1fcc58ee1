#!/usr/bin/env python3
"""The client tools against a real server: send, resumed after a kill; bench; the generated samples, run as they are.

    tests/e2e/client_test.py --weir build/release/bin/weir
"""

import collections
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

from weir_server import Server, ServerTest, take_binary

WEIR = take_binary()


class ClientTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data").start()
        self.token = self.server.ingest_token()
        self.stream = self.new_stream()

    def new_stream(self, payload_type=None):
        return self.server.api("POST", "/api/v0/streams", {"name": f"s{time.monotonic_ns()}", "description": "",
                                                           "payload_type": payload_type})["id"]

    def weir(self, *words, token=None):
        return [WEIR, "--url", f"http://127.0.0.1:{self.server.port}", "--tenant", "acme", "--token",
                token or self.token, *map(str, words)]

    def run_weir(self, *words, token=None):
        return subprocess.run(self.weir(*words, token=token), capture_output=True, text=True, timeout=120)

    def stored(self, stream=None):
        stream = stream or self.stream
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        return [line for batch in self.server.batches(stream) for line in self.server.file(batch).splitlines()]

    def test_ndjson_arrives_line_by_line(self):
        events = self.folder / "events.ndjson"
        events.write_text("".join(json.dumps({"n": n}) + "\n" for n in range(500)))
        done = self.run_weir("send", self.stream, events, "--concurrency", 8)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "500 accepted, 0 refused, 0 given up after retries\n")
        self.assertEqual(sorted(json.loads(line)["n"] for line in self.stored()), list(range(500)))

    def test_a_sending_that_was_killed_goes_on_and_nothing_is_missing(self):
        events, state = self.folder / "events.ndjson", self.folder / "state"
        total = 20000
        events.write_text("".join(json.dumps({"n": n}) + "\n" for n in range(total)))
        words = ("send", self.stream, events, "--resume", state)
        sending = subprocess.Popen(self.weir(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end and (not state.exists() or json.loads(state.read_text())["done"] == 0):
            time.sleep(0.02)
        sending.kill()
        sending.wait()
        before = json.loads(state.read_text())["done"]
        self.assertGreater(before, 0)
        if before == total:
            self.skipTest("it was done before it could be killed")
        done = self.run_weir(*words, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(said["done_before"], before)
        self.assertEqual(said["accepted"], total - before)
        counts = collections.Counter(json.loads(line)["n"] for line in self.stored())
        self.assertEqual(set(counts), set(range(total)))
        self.assertTrue(all(counts[n] == 1 for n in range(before)), "what was done is not sent again")

    def test_xml_files_of_a_directory_arrive(self):
        folder = self.folder / "documents"
        folder.mkdir()
        for number in range(3):
            (folder / f"{number}.xml").write_text(f"<order><id>{number}</id></order>")
        stream = self.new_stream("xml")
        done = self.run_weir("send", stream, folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        self.assertEqual(self.server.api("GET", f"/api/v0/streams/{stream}")["counts"]["in_files"], 3)

    def test_bench_asks_for_a_rate_and_gets_it(self):
        done = self.run_weir("bench", self.stream, "--rate", 200, "--seconds", 1, "--bytes", 256, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(said["answers"], {"202": 200})
        self.assertEqual(len(self.stored()), 200)
        latency = said["latency_us"]
        self.assertLessEqual(latency["p50"], latency["p99"])
        self.assertLessEqual(latency["p99"], latency["max"])
        text = self.run_weir("bench", self.stream, "--rate", 50, "--seconds", 0.2)
        for word in ("p50", "p99.9", "202", "begun late"):
            self.assertIn(word, text.stdout)
        refused = self.run_weir("bench", "is-none", "--rate", 50, "--seconds", 0.2)
        self.assertEqual(refused.returncode, 4)

    def samples(self, stream):
        said = {}
        for form in ("postman", "curl", "http", "python"):
            done = self.run_weir("stream", "samples", stream, "--format", form, token=self.server.admin)
            self.assertEqual(done.returncode, 0, done.stderr)
            said[form] = done.stdout
        return said

    def test_samples_work_as_they_are(self):
        for payload_type in ("json", "xml"):
            stream = self.new_stream(payload_type)
            samples = self.samples(stream)
            environment = {**os.environ, "WEIR_TOKEN": self.token}
            program = self.folder / "send.py"
            program.write_text(samples["python"])
            done = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True,
                                  timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            receipt = self.server.api("GET", f"/api/v0/receipts/{done.stdout.strip()}")
            self.assertEqual(receipt["stream_id"], stream)
            sent = 1
            if shutil.which("curl"):
                done = subprocess.run(["sh", "-c", samples["curl"]], env=environment, capture_output=True, text=True,
                                      timeout=60)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                sent += 1
            self.send_raw(samples["http"].replace("{{token}}", self.token))
            self.send_postman(json.loads(samples["postman"]))
            self.server.api("POST", f"/api/v0/streams/{stream}/flush")
            self.assertEqual(self.server.api("GET", f"/api/v0/streams/{stream}")["counts"]["in_files"], sent + 2)

    def send_raw(self, text):
        head, _, body = text.rstrip("\n").partition("\n\n")
        connection = self.server.connect()
        connection.connect()
        connection.sock.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body.encode())
        self.assertIn(b" 202 ", connection.sock.recv(4096))
        connection.close()

    def send_postman(self, collection):
        """As Postman would: refreshes the token with the issuer's, then posts with it."""
        key = self.server.api("POST", "/api/v0/admin/api-keys",
                              {"name": "p", "policies": ["streaming-ingest-api:write", "api-keys:issue"]})["id"]
        variables = {v["key"]: v["value"] for v in collection["variable"]}
        variables.update(api_key_id=key, issuer_token=self.server.admin)
        variables["$guid"] = "0f8fad5b-d9cb-469f-a165-70867728950e"

        def filled(text):
            for name, value in variables.items():
                text = text.replace("{{" + name + "}}", value)
            return text

        def run(item):
            request = item["request"]
            headers = {filled(h["key"]): filled(h["value"]) for h in request["header"]}
            headers["Authorization"] = "Bearer " + filled(request["auth"]["bearer"][0]["value"])
            connection = self.server.connect()
            connection.request(request["method"], filled(request["url"]["raw"]).removeprefix(variables["base_url"]),
                               body=filled(request["body"]["raw"]), headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

        sending, refreshing = collection["item"]
        status, body = run(refreshing)
        self.assertEqual(status, 201, body)
        variables["token"] = body["token"]
        status, body = run(sending)
        self.assertEqual(status, 202, body)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
