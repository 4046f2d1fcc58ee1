#!/usr/bin/env python3
"""The control API keeps to its document, api/control.yaml, whatever is sent: a property-based run finds no 500, no status
and no answer that the document does not have.

    tests/e2e/api_test.py --weir build/release/bin/weir [--seconds 60] [--seed 7] [--operation getStream]

Schemathesis is installed by script/setup --checks; where it is missing, the test is skipped (exit code 77). It prints its
seed, and WEIR_SEED takes it back.
"""

import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

from weir_server import Server, ServerTest, eventually, take_binary

ROOT = Path(__file__).resolve().parents[2]
SCHEMATHESIS = Path(os.environ.get("SCHEMATHESIS", ROOT / ".deps/schemathesis/bin/schemathesis"))
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


def take_option(name, otherwise):
    if name not in sys.argv:
        return otherwise
    at = sys.argv.index(name)
    value = sys.argv[at + 1]
    del sys.argv[at:at + 2]
    return value


WEIR = take_binary()
SECONDS = int(take_option("--seconds", "60"))
SEED = take_option("--seed", os.environ.get("WEIR_SEED", str(time.time_ns() % 1_000_000)))
OPERATION = take_option("--operation", "")


class ApiTest(ServerTest):
    def make_things(self):
        """One of everything, so that paths lead somewhere: the id of each by the beginning of its path."""
        api = self.server.api
        stream = api("POST", "/api/v0/streams", {"name": "orders"})["id"]
        connection = self.server.connect()
        connection.request("POST", f"/stream/v0/data/{stream}", body='{"id":1,"total":12.5}',
                           headers={"Authorization": f"Bearer {self.server.ingest_token()}",
                                    "Content-Type": "application/json"})
        receipt = json.loads(connection.getresponse().read())["request_id"]
        connection.close()
        api("POST", f"/api/v0/streams/{stream}/flush")
        query = api("POST", "/api/v0/ingest-queries", {"name": "q", "sql": "SELECT id FROM r"})["id"]
        feed = api("POST", "/api/v0/feeds", {"source": "Shop", "name": "Orders", "primary_key": ["id"],
                                             "fields": [{"name": "id", "type": "integer"},
                                                        {"name": "total", "type": "decimal"}]})["id"]
        api("POST", f"/api/v0/feeds/{feed}/activate")
        courier = api("POST", "/api/v0/couriers",
                      {"name": "c", "stream_id": stream, "file_format": "NDJSON", "file_tag": "s",
                       "load_operations": {feed: [{"type": "load", "file": "s"}]}})["id"]
        run = api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]
        eventually(lambda: api("GET", f"/api/v0/workflow/runs/{run}")["ended_at"])
        key = api("POST", "/api/v0/admin/api-keys", {"name": "k", "policies": ["datagrid:operate"]})["id"]
        user = api("POST", "/api/v0/users", {"name": "Ada", "policies": ["datagrid-operator"]})["user"]["id"]
        group = api("POST", "/api/v0/courier-groups", {"name": "g", "couriers": [{"courier_id": courier}]})["id"]
        return {"/api/v0/streams/": stream, "/api/v0/receipts/": receipt, "/api/v0/ingest-queries/": query,
                "/api/v0/feeds/": feed, "/api/v0/couriers/": courier, "/api/v0/workflow/runs/": run,
                "/api/v0/admin/api-keys/": key, "/api/v0/users/": user, "/api/v0/courier-groups/": group,
                "/api/v0/ingest/jobs/": "isj-" + run[3:], "/api/v0/tables/": "Shop:Orders"}

    def configuration(self, things):
        file = self.folder / "schemathesis.toml"
        # 503 says that a little later it may pass, and has Retry-After.
        lines = ["[checks.not_a_server_error]", 'expected-statuses = ["2xx", "3xx", "4xx", 503]']
        for path, thing in things.items():
            name = "name" if "tables" in path else "id"
            lines += ["[[operations]]", f'include-path-regex = "^{path}"', f'parameters = {{ "path.{name}" = "{thing}" }}']
        file.write_text("\n".join(lines) + "\n")
        return file

    def test_whatever_is_sent_is_answered_as_the_document_says(self):
        self.server = Server(WEIR, self.folder / "data").start()
        things = self.make_things()
        command = [SCHEMATHESIS, "--config-file", self.configuration(things), "run", ROOT / "api/control.yaml",
                   "--url", f"http://{self.server.host}:{self.server.port}", "--header",
                   f"Authorization: Bearer {self.server.admin}", "--checks", ",".join(CHECKS), "--phases",
                   "examples,coverage,fuzzing", "--max-time", str(SECONDS), "--seed", SEED, "--continue-on-failure",
                   "--no-shrink", "--warnings", "off", "--suppress-health-check", "all", "--max-examples", "20",
                   # It would wait for the answer of a mail server, or end the key that the run is made with.
                   "--exclude-operation-id", "testAlert"]
        if OPERATION:
            command += ["--include-operation-id", OPERATION]
        print(f"WEIR_SEED={SEED}", file=sys.stderr)
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=self.folder,
                              timeout=SECONDS + 240)
        self.assertEqual(done.returncode, 0, done.stdout[-20_000:] + done.stderr[-2000:])
        self.assertIsNone(self.server.process.poll(), "the server ended")


if __name__ == "__main__":
    if not SCHEMATHESIS.exists():
        print(f"{SCHEMATHESIS} is missing: script/setup --checks installs it", file=sys.stderr)
        sys.exit(77)
    unittest.main()
