#!/usr/bin/env python3
"""What an operator relies on, with the real process: TLS, signals, systemd's protocol, probes, metrics, logs.

    tests/e2e/operations_test.py --weir build/release/bin/weir
"""

import http.client
import json
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import time
import unittest
from pathlib import Path

from weir_server import Server, ServerTest, eventually, take_binary

WEIR = take_binary()


class OperationsTest(ServerTest):
    def serve(self, *settings, **more):
        self.server = Server(WEIR, self.folder / "data", settings, **more).start()
        return self.server

    def make_certificate(self, name, serial):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                        "-set_serial", str(serial), "-keyout", self.folder / f"{name}.key",
                        "-out", self.folder / f"{name}.pem"], check=True, capture_output=True)

    def serve_tls(self, *settings, **more):
        self.make_certificate("served", 1)
        context = ssl.create_default_context(cafile=self.folder / "served.pem")
        return self.serve(f"tls.certificate={self.folder}/served.pem", f"tls.key={self.folder}/served.key", *settings,
                          tls=context, **more)

    def log_lines(self):
        return Path(f"{self.server.data}.log").read_text().splitlines()

    def get(self, path, token=""):
        connection = self.server.connect()
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metrics(self):
        status, text = self.get("/metrics")
        self.assertEqual(status, 200)
        return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))

    def stream(self):
        return self.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"]

    def post(self, connection, stream, token, body):
        connection.request("POST", f"/stream/v0/data/{stream}", body=body,
                           headers={"Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme",
                                    "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    # TLS

    def test_https_is_spoken_from_1_2_on(self):
        server = self.serve_tls()
        stream, token = self.stream(), server.ingest_token()
        connection = server.connect()
        for number in range(3):
            self.assertEqual(self.post(connection, stream, token, json.dumps({"n": number}))[0], 202)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            server.tls.minimum_version = server.tls.maximum_version = version
            self.assertEqual(self.get("/healthz")[0], 200)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertWarns(DeprecationWarning):
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection((server.host, server.port)) as plain, self.assertRaises(ssl.SSLError):
            old.wrap_socket(plain)

    def test_a_new_certificate_is_served_on_sighup_and_open_connections_stay(self):
        server = self.serve_tls()
        stream, token = self.stream(), server.ingest_token()
        before = server.connect()
        self.assertEqual(self.post(before, stream, token, "{}")[0], 202)
        self.make_certificate("served", 77)
        os.kill(server.process.pid, signal.SIGHUP)

        def serial():
            return int(ssl.create_default_context(cafile=self.folder / "served.pem").wrap_socket(
                socket.create_connection((server.host, server.port)),
                server_hostname="localhost").getpeercert()["serialNumber"], 16)

        def serial_or_none():
            try:
                return serial()
            except ssl.SSLError:
                return None  # still the old one, which the new file does not vouch for
        self.assertEqual(eventually(serial_or_none), 77)
        self.assertEqual(self.post(before, stream, token, "{}")[0], 202)
        (self.folder / "served.pem").write_text("rubbish")
        os.kill(server.process.pid, signal.SIGHUP)
        eventually(lambda: any("served.pem" in line and "not reloaded" in line for line in self.log_lines()))
        self.assertEqual(self.post(before, stream, token, "{}")[0], 202)

    def test_a_certificate_that_cannot_be_used_ends_the_start(self):
        Server(WEIR, self.folder / "data")
        done = subprocess.run([WEIR, "serve", "--data", self.folder / "data", "--listen", "127.0.0.1:0", "--set",
                               "tls.certificate=/nowhere.pem", "--set", "tls.key=/nowhere.key"], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere.pem", done.stderr)

    # SIGTERM

    def test_sigterm_answers_what_is_in_flight_and_exits_with_zero(self):
        server = self.serve("http.grace_s=20")
        stream, token = self.stream(), server.ingest_token()
        slow = socket.create_connection((server.host, server.port))
        slow.settimeout(20)
        body = json.dumps({"half": "x" * 1000}).encode()
        head = (f"POST /stream/v0/data/{stream} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n"
                f"X-Amperity-Tenant: acme\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        idle = server.connect()
        self.assertEqual(self.post(idle, stream, token, "{}")[0], 202)
        slow.sendall(head.encode() + body[:500])
        eventually(lambda: self.metrics()["weir_http_connections"] >= "3")
        os.kill(server.process.pid, signal.SIGTERM)

        def refused():
            try:
                socket.create_connection((server.host, server.port), timeout=1).close()
                return False
            except OSError:
                return True
        eventually(refused)
        self.assertIsNone(server.process.poll(), "it waits for the request that is on its way")
        slow.sendall(body[500:])
        answer = slow.recv(4096).decode()
        self.assertIn(" 202 ", answer.splitlines()[0])
        receipt = json.loads(answer.split("\r\n\r\n")[1])["request_id"]
        self.assertEqual(server.process.wait(timeout=20), 0)
        server.start()
        self.assertEqual(server.api("GET", f"/api/v0/receipts/{receipt}")["state"], "in_log")
        server.api("POST", f"/api/v0/streams/{stream}/flush")
        self.assertEqual(server.api("GET", f"/api/v0/streams/{stream}")["counts"]["in_files"], 2)

    def test_sigterm_does_not_wait_longer_than_the_grace_time(self):
        server = self.serve("http.grace_s=1")
        stream, token = self.stream(), server.ingest_token()
        stuck = socket.create_connection((server.host, server.port))
        stuck.sendall((f"POST /stream/v0/data/{stream} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n"
                       "X-Amperity-Tenant: acme\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{")
                      .encode())
        self.metrics()
        begun = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - begun, 15)

    # SIGHUP

    def test_sighup_takes_over_the_settings_of_the_file(self):
        config = self.folder / "weir.toml"
        config.write_text('[log]\nlevel = "info"\n')
        server = self.serve("runs.parallel=3", options=["--config", str(config), "--log-format", "json"])
        self.get("/api/v0/streams")
        server.api("GET", "/api/v0/streams")
        config.write_text('[log]\nlevel = "debug"\n[batch]\nage_s = 5\n[runs]\nparallel = 1\n')
        os.kill(server.process.pid, signal.SIGHUP)

        def reloaded():
            return [line for line in map(json.loads, self.log_lines()) if "reloaded" in line["message"]]
        said = eventually(reloaded)[0]
        self.assertEqual(said["taken"], ["log.level"], "--set goes above the file")
        self.assertEqual(said["after_a_restart"], ["batch.age_s"])
        server.api("GET", "/api/v0/streams")
        debug = [line for line in map(json.loads, self.log_lines()) if line["level"] == "debug"]
        self.assertIn("/api/v0/streams", [line.get("path") for line in debug])
        config.write_text("[batch]\nagee_s = 5\n")
        os.kill(server.process.pid, signal.SIGHUP)
        refused = eventually(lambda: [line for line in reloaded() if line["level"] == "error"])[0]
        self.assertIn("batch.agee_s", refused["reason"])
        self.assertEqual(self.get("/healthz")[0], 200)

    # The service manager

    def test_the_service_manager_is_told_how_we_are(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.settimeout(20)
        manager.bind(str(self.folder / "notify"))
        server = self.serve(environment={"NOTIFY_SOCKET": str(self.folder / "notify")})

        def heard():
            return manager.recv(4096).decode()
        self.assertEqual(heard(), "READY=1")
        self.assertEqual(self.get("/readyz")[0], 200, "ready means that requests are served")
        self.assertRegex(heard(), f"STATUS=Serving on http://127.0.0.1:{server.port}")
        os.kill(server.process.pid, signal.SIGHUP)
        self.assertRegex(heard(), r"RELOADING=1\nMONOTONIC_USEC=\d+")
        self.assertEqual(heard(), "READY=1")
        os.kill(server.process.pid, signal.SIGTERM)
        self.assertEqual(heard(), "STOPPING=1")
        self.assertEqual(server.process.wait(timeout=30), 0)
        manager.close()

    # Probes, metrics, logs

    def test_a_log_that_failed_to_write_makes_it_unready_but_alive(self):
        server = self.serve("log.segment_bytes=16777216", options=["--log-format", "json"])
        stream, token = self.stream(), server.ingest_token()
        connection = server.connect()
        self.assertEqual(self.post(connection, stream, token, "{}")[0], 202)
        self.assertEqual(self.get("/readyz")[0], 200)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
        self.assertEqual(self.post(connection, stream, token, "{}")[0], 503)
        status, body = self.get("/readyz")
        self.assertEqual(status, 503)
        self.assertIn("restart", json.loads(body)["message"])
        self.assertEqual(self.get("/healthz")[0], 200)
        self.assertEqual(self.metrics()["weir_log_ready"], "0")

    def test_idle_connections_take_no_descriptor_that_a_file_needs(self):
        server = self.serve("log.segment_bytes=16777216", files_max=(300, 300))
        self.assertIn("at most 172 connections", server.said())
        stream, token = self.stream(), server.ingest_token()
        sender = server.connect()
        self.assertEqual(self.post(sender, stream, token, "{}")[0], 202)
        idle = [socket.create_connection((server.host, server.port)) for _ in range(400)]
        body = json.dumps({"pad": "x" * 200_000})
        statuses = {self.post(sender, stream, token, body)[0] for _ in range(300)}  # several segments
        self.assertLessEqual(statuses, {202, 503})
        for connection in idle:
            connection.close()
        eventually(lambda: self.post(sender, stream, token, "{}")[0] == 202)
        self.assertEqual(self.get("/readyz")[0], 200)

    def test_the_limit_of_open_files_is_raised_as_far_as_it_may_be(self):
        server = self.serve("http.connections=500", files_max=(100, 4096))
        soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        self.assertEqual((soft, hard), (4096, 4096))
        self.assertNotIn("connections are kept", server.said())

    def test_metrics_are_for_who_has_the_token_and_without_one_name_no_stream(self):
        server = self.serve()
        stream, token = self.stream(), server.ingest_token()
        self.assertEqual(self.post(server.connect(), stream, token, "{}")[0], 202)
        eventually(lambda: self.metrics().get('weir_conservation_records{part="accepted"}') == "1")
        self.assertNotIn(stream, self.get("/metrics")[1])
        server.stop()
        server.settings += ["--set", "metrics.token=scrape"]
        server.start()
        self.assertEqual(self.get("/metrics")[0], 401)
        self.assertEqual(self.get("/metrics", token=server.admin)[0], 401)
        status, text = self.get("/metrics", token="scrape")
        self.assertEqual(status, 200)
        eventually(lambda: f'{{stream="{stream}",part="accepted"}} 1' in self.get("/metrics", token="scrape")[1])

    def test_metrics_have_an_address_of_their_own_where_one_is_set(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        server = self.serve(f"metrics.listen=127.0.0.1:{port}")
        self.assertEqual(self.get("/metrics")[0], 404)
        self.assertEqual(self.get("/healthz")[0], 200)

        def at_own(method, path):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        self.assertIn(b"weir_log_ready 1", at_own("GET", "/metrics")[1])
        self.assertEqual(at_own("HEAD", "/metrics"), (200, b""))
        self.assertEqual(at_own("GET", "/api/v0/streams")[0], 404)
        self.assertEqual(server.stop(), 0)

    def test_probes_answer_head(self):
        server = self.serve()
        for path in ("/healthz", "/readyz", "/metrics"):
            connection = server.connect()
            connection.request("HEAD", path)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (200, b""))
            self.assertGreater(int(answer.headers["Content-Length"]), 10)

    def test_a_host_that_is_none_is_refused_and_the_log_shows_what_was_sent_without_obeying(self):
        server = self.serve()
        answers = []
        for head in (b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", b"GET /%1b%5b2Jx%ff%0d%0afake HTTP/1.1\r\nHost: h\r\n\r\n"):
            with socket.create_connection((server.host, server.port)) as plain:
                plain.sendall(head)
                answers.append(plain.recv(4096).split(b" ", 2)[1])
        self.assertEqual(answers, [b"400", b"404"])
        server.stop()
        raw = Path(f"{server.data}.log").read_bytes()
        self.assertIn(rb'path="/\x1b[2Jx\xff\x0d\x0afake"', raw)
        self.assertNotIn(b"\x1b", raw)
        raw.decode()

    def test_urls_lead_to_where_the_server_was_asked_or_is_said_to_be(self):
        server = self.serve()
        stream = self.stream()

        def ingest_url(host):
            connection = server.connect()
            connection.request("GET", f"/api/v0/streams/{stream}",
                               headers={"Authorization": f"Bearer {server.admin}", "Host": host})
            return json.loads(connection.getresponse().read())["ingest_url"]
        self.assertEqual(ingest_url("weir.internal:8080"), f"http://weir.internal:8080/stream/v0/data/{stream}")
        server.stop()
        server.settings += ["--set", "http.public_url=https://weir.example.org/"]
        server.start()
        self.assertEqual(ingest_url("weir.internal:8080"), f"https://weir.example.org/stream/v0/data/{stream}")

    def test_metrics_tell_what_was_done(self):
        server = self.serve("http.threads=2")
        stream, token = self.stream(), server.ingest_token()
        connection = server.connect()
        for number in range(50):
            self.assertEqual(self.post(connection, stream, token, json.dumps({"n": number}))[0], 202)
        self.assertEqual(self.post(connection, stream, token, "[1]")[0], 400)
        server.api("POST", f"/api/v0/streams/{stream}/flush")
        seen = self.metrics()
        self.assertEqual(seen['weir_gateway_replies_total{code="202"}'], "50")
        self.assertEqual(seen['weir_gateway_replies_total{code="400"}'], "1")
        for stage, least in (("gateway", 50), ("log", 1), ("batcher", 1), ("control", 3)):
            self.assertGreaterEqual(int(seen[f'weir_stage_seconds_count{{stage="{stage}"}}']), least, stage)
        buckets = [int(value) for key, value in seen.items()
                   if key.startswith('weir_stage_seconds_bucket{stage="gateway"')]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(buckets[-1], 50)
        self.assertGreaterEqual(int(seen["weir_log_commit_bytes_count"]), 1)
        self.assertGreater(float(seen["weir_log_disk_bytes"]), 0)
        self.assertGreaterEqual(int(seen["weir_gateway_token_cache_hits_total"]), 40)
        self.assertGreaterEqual(int(seen["weir_gateway_token_cache_misses_total"]), 1)
        for name in ("weir_batcher_oldest_unbatched_age_seconds", "weir_batcher_lag_bytes",
                     "weir_batcher_quarantined_total", "weir_log_kept_bytes"):
            self.assertIn(name, seen)

    def test_lines_of_the_log_are_json_with_the_request_id_that_was_answered(self):
        server = self.serve(options=["--log-format", "json"])
        status, body = self.get("/api/v0/streams/is-unknown")
        self.assertEqual(status, 401)
        request_id = json.loads(body)["request_id"]
        self.assertEqual(server.stop(), 0)
        lines = [json.loads(line) for line in self.log_lines()]
        mine = [line for line in lines if line.get("request_id") == request_id]
        self.assertEqual([(line["status"], line["path"], line["method"]) for line in mine],
                         [(401, "/api/v0/streams/is-unknown", "GET")])
        for line in lines:
            self.assertTrue(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), line)

    # Settings

    def test_what_is_no_setting_is_refused(self):
        Server(WEIR, self.folder / "data")
        config = self.folder / "weir.toml"
        config.write_text("[http]\nthread = 2\n")
        for wrong in (["--set", "http.thread=2"], ["--config", str(config)], ["--set", "log.format=xml"]):
            done = subprocess.run([WEIR, "serve", "--data", self.folder / "data", "--listen", "127.0.0.1:0", *wrong],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertRegex(done.stderr, r"http\.thread|text\|json")


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
