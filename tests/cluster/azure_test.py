#!/usr/bin/env python3
"""`weir serve` with its batch files in Azure's Blob service (Azurite): the claim of tests/e2e/kill_test.py, and what is said of a wrong account.

    tests/cluster/azure_test.py --weir build/release/bin/weir
"""

import base64
import http.server
import json
import random
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from azure_server import ACCOUNT, AzureServer, skip_without_server  # noqa: E402
from weir_server import Server, ServerTest, take_binary  # noqa: E402

import kill_test  # noqa: E402

WEIR = take_binary()
CONTAINER = "the-container"


class FilesInAzure(Server):
    azure: AzureServer

    def file(self, batch):
        return self.azure.ask("GET", f"/{CONTAINER}/weir/{batch['path']}")


class OnAzure(ServerTest):
    def setUp(self):
        super().setUp()
        self.azure = AzureServer(self.folder / "azure").start()
        self.azure.make_container(CONTAINER)

    def tearDown(self):
        super().tearDown()
        self.azure.kill()

    def server_on(self, container=CONTAINER, key=None):
        self.settings = [f"store.url=azure://{ACCOUNT}/{container}/weir", f"store.endpoint={self.azure.url}"]
        self.environment = key or self.azure.key
        server = FilesInAzure(WEIR, self.folder / "data", ["log.segment_bytes=16777216", "batch.age_s=1", "batch.records=300",
                                                          *self.settings], environment=self.environment)
        server.azure = self.azure
        self.server = server
        return server

    def refused(self, **more):
        """What a server says that does not start."""
        server = self.server_on(**more)
        with self.assertRaises(RuntimeError):
            server.start()
        server.process.stdout.close()
        server.log.close()
        server.process = None
        return server.said()


class AzureTest(OnAzure):
    def test_each_record_is_there_once_through_kills(self):
        seed = random.SystemRandom().randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        moments = random.Random(seed)
        server = self.server_on().start()
        stream = server.api("POST", "/api/v0/streams", {"name": "azure", "description": ""})["id"]
        courier = kill_test.make_table(server, stream)
        load = kill_test.Load(server, stream, server.ingest_token())
        for _ in range(4):
            stop = threading.Event()
            threads = load.run_until(stop)
            time.sleep(moments.uniform(0.5, 1.5))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            server.start()
        total = kill_test.check(server, load, stream, courier)
        self.assertGreater(len(load.acknowledged), 200)
        checks = {check["name"]: check for check in server.api("GET", "/api/v0/doctor")["checks"]}
        self.assertEqual((checks["store"]["state"], checks["conservation"]["state"]), ("ok", "ok"), checks)
        self.assertEqual(server.stop(), 0)
        arguments = [part for setting in self.settings for part in ("--set", setting)]
        done = subprocess.run([WEIR, "verify", str(self.folder / "data"), "--json", *arguments], capture_output=True, text=True,
                              env=self.environment)
        self.assertEqual((done.returncode, json.loads(done.stdout)["findings"]), (0, []), done.stderr)
        print(f"{len(load.acknowledged)} acknowledged, {total} stored", flush=True)

    def test_a_container_that_is_not_there(self):
        self.assertIn('There is no container "another": make it, or correct store.url', self.refused(container="another"))

    def test_a_key_that_is_another_accounts(self):
        said = self.refused(key={"AZURE_STORAGE_KEY": "bm90IHRoZSBrZXk="})
        self.assertIn(f'The key is not that of account "{ACCOUNT}"', said)


class ByTenant(OnAzure):
    """With a container for each tenant, made with its first file."""

    def test_the_files_of_two_tenants_lie_in_containers_of_their_own(self):
        server = self.server_on(container="weir-{tenant}").start()
        tokens = {"acme": server.admin, "globex": server.add_tenant("globex")}
        for tenant, admin in tokens.items():
            stream = server.api("POST", "/api/v0/streams", {"name": "azure", "description": ""}, token=admin)["id"]
            key = server.api("POST", "/api/v0/admin/api-keys", {"name": "k", "policies": ["streaming-ingest-api:write"]}, token=admin)["id"]
            token = server.api("POST", f"/api/v0/admin/api-keys/{key}/tokens", {"expires-at": "2099-01-01T00:00:00Z"}, token=admin)["token"]
            connection = server.connect()
            connection.request("POST", f"/stream/v0/data/{stream}", json.dumps({"of": tenant}), {
                "Authorization": f"Bearer {token}", "X-Amperity-Tenant": tenant, "Content-Type": "application/json"})
            self.assertEqual(connection.getresponse().status, 202)
            connection.close()
            server.api("POST", f"/api/v0/streams/{stream}/flush", token=admin)
            batch, = server.api("GET", f"/api/v0/batches?stream_id={stream}", token=admin)["items"]
            blob = batch["path"].removeprefix(f"ingest/stream/{tenant}/")
            self.assertTrue(blob.startswith(f"{stream}/20"), blob)
            self.assertEqual(json.loads(self.azure.ask("GET", f"/weir-{tenant}/weir/{blob}")), {"of": tenant})
        self.assertEqual(server.stop(), 0)
        arguments = [part for setting in self.settings for part in ("--set", setting)]
        done = subprocess.run([WEIR, "verify", str(self.folder / "data"), "--json", *arguments], capture_output=True, text=True,
                              env=self.environment)
        report = json.loads(done.stdout)
        self.assertEqual((report["findings"], report["files_not_sealed"] + report["files"]), ([], 2), done.stderr)

    def test_each_record_is_in_its_table(self):
        server = self.server_on(container="weir-{tenant}").start()
        stream = server.api("POST", "/api/v0/streams", {"name": "azure", "description": ""})["id"]
        courier = kill_test.make_table(server, stream)
        load = kill_test.Load(server, stream, server.ingest_token(), connections=1)
        stop = threading.Event()
        threads = load.run_until(stop)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        server.file = lambda batch: self.azure.ask("GET", "/weir-acme/weir/" + batch["path"].removeprefix("ingest/stream/acme/"))
        self.assertGreater(kill_test.check(server, load, stream, courier), 20)


class Metadata(http.server.BaseHTTPRequestHandler):
    """A machine's metadata service, which gives what Azurite takes for a token: it looks at issuer, audience and times."""

    asked = []

    def do_GET(self):
        self.asked.append((self.path.partition("?")[0], self.headers["Metadata"]))
        now = int(time.time())
        parts = ({"alg": "none", "typ": "JWT"}, {"iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000001/",
                                                 "aud": "https://storage.azure.com", "iat": now, "nbf": now - 60, "exp": now + 3600})
        token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2lnbmF0dXJl"
        body = json.dumps({"access_token": token, "expires_in": "3599", "token_type": "Bearer"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Identity(OnAzure):
    """Without a key: with tokens of the machine's identity, over https."""

    def setUp(self):
        ServerTest.setUp(self)
        certificate, key = str(self.folder / "certificate.pem"), str(self.folder / "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        self.azure = AzureServer(self.folder / "azure", certificate=(certificate, key)).start()
        self.azure.make_container(CONTAINER)
        self.metadata = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
        threading.Thread(target=self.metadata.serve_forever, daemon=True).start()

    def tearDown(self):
        self.metadata.shutdown()
        self.metadata.server_close()
        super().tearDown()

    def with_identity(self, port):
        server = self.server_on(key={"AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{port}"})
        server.settings += ["--set", f"store.ca_file={self.azure.certificate[0]}"]
        return server

    def test_batches_are_filed_with_tokens_of_the_machines_identity(self):
        server = self.with_identity(self.metadata.server_port).start()
        stream = server.api("POST", "/api/v0/streams", {"name": "azure", "description": ""})["id"]
        courier = kill_test.make_table(server, stream)
        load = kill_test.Load(server, stream, server.ingest_token(), connections=1)
        stop = threading.Event()
        threads = load.run_until(stop)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertGreater(kill_test.check(server, load, stream, courier), 20)
        self.assertEqual(set(Metadata.asked), {("/metadata/identity/oauth2/token", "true")})
        self.assertLess(len(Metadata.asked), 5, "a token serves for an hour")

    def test_neither_key_nor_identity(self):
        server = self.with_identity(1)
        with self.assertRaises(RuntimeError):
            server.start()
        server.process.stdout.close()
        server.log.close()
        server.process = None
        self.assertIn("there is no AZURE_STORAGE_KEY and no AZURE_STORAGE_SAS_TOKEN, and no token of a managed identity", server.said())


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
