#!/usr/bin/env python3
"""The memory of a real server while it loads more than engine.memory_mb holds, and what a load is told that needs more.

    tests/e2e/memory_test.py --weir build/release/bin/weir
"""

import json
import unittest

from weir_server import Server, ServerTest, eventually, take_binary

WEIR = take_binary()
MEMORY_MB = 128
ROWS_OF_RECORD = 500
RECORDS = 12_000
# The filter leaves chunks of rows that are not full.
ROWS = f"SELECT id * {ROWS_OF_RECORD} + place AS id, {{}} FROM (SELECT id, POSEXPLODE(SPLIT(REPEAT(',', {ROWS_OF_RECORD}), ',')) " \
       "AS (place, nothing) FROM streaming) WHERE place > 0"


class MemoryTest(ServerTest):
    def start(self, *settings):
        self.server = Server(WEIR, self.folder / "data", [f"engine.memory_mb={MEMORY_MB}", "engine.threads=2", *settings]).start()

    def sent(self, records):
        stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        connection = self.server.connect()
        head = (f"POST /stream/v0/data/{stream} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {self.server.ingest_token()}\r\n"
                "X-Amperity-Tenant: acme\r\nContent-Type: application/json\r\nContent-Length: ")
        connection.connect()
        for first in range(0, records, 100):
            bodies = [json.dumps({"id": number}) for number in range(first, min(first + 100, records))]
            connection.sock.sendall("".join(f"{head}{len(body)}\r\n\r\n{body}" for body in bodies).encode())
            answers = b""
            while answers.count(b"HTTP/1.1 202") < len(bodies) or not answers.endswith(b"}"):
                answers += connection.sock.recv(1 << 16)
        connection.close()
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        return stream

    def loaded(self, stream, sql):
        """The run that ended."""
        self.server.api("POST", "/api/v0/ingest-queries", {"name": "rows", "sql": sql})
        feed = self.server.api("POST", "/api/v0/feeds", {
            "source": "Shop", "name": "Rows", "primary_key": ["id"],
            "fields": [{"name": "id", "type": "integer"}, {"name": "note", "type": "string"}]})["id"]
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        courier = self.server.api("POST", "/api/v0/couriers", {
            "name": "Rows", "stream_id": stream, "file_format": "NDJSON", "file_tag": "streaming",
            "load_operations": {feed: [{"type": "spark-sql", "spark-sql-query": "rows", "spark-sql-files": [{"file": "streaming"}]}]}})["id"]
        run = self.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]

        def ended():
            state = self.server.api("GET", f"/api/v0/workflow/runs/{run}")
            return state if state["state"] in ("succeeded", "failed") else None
        return eventually(ended, seconds=250)

    def count(self):
        return sum(table["rows"] for table in self.server.api("GET", "/api/v0/tables")["items"])

    def test_a_load_larger_than_the_engines_memory_stays_within_it(self):
        self.start()
        stream = self.sent(RECORDS)
        idle = self.server.resident_mb()
        run = self.loaded(stream, ROWS.format("'a note' AS note"))
        self.assertEqual(run["state"], "succeeded", run.get("error"))
        self.assertEqual(self.count(), RECORDS * ROWS_OF_RECORD)
        if self.server.has_memory_of_its_own():
            self.assertLess(self.server.resident_mb("VmHWM"), idle + 1.25 * MEMORY_MB)

    def test_a_load_that_needs_more_memory_is_told_so_and_loads_nothing(self):
        self.start("engine.spill_mb=16")
        stream = self.sent(RECORDS // 10)
        rows = ROWS.format(f"CONCAT({', '.join(['CAST(RAND() AS STRING)'] * 20)}) AS note")
        # Sorted, so that they have to be there together: rows alone go into the table's file as they are made.
        run = self.loaded(stream, f"SELECT id, CONCAT(note, CAST(ROW_NUMBER() OVER (ORDER BY note) AS STRING)) AS note FROM ({rows})")
        self.assertEqual(run["state"], "failed")
        self.assertIn("This needs more memory than the engine has for it (engine.memory_mb", run["error"])
        self.assertNotIn(str(self.folder), run["error"])
        self.assertEqual(self.count(), 0)
        self.assertEqual(self.server.api("POST", "/api/v0/query", {"sql": "SELECT 1"})["rows"], [[1]])


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
