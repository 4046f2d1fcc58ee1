#!/usr/bin/env python3
"""Several tenants in one real server: made, limited and disabled by who operates it while it runs, each at its own host.

    tests/e2e/tenants_test.py --weir build/release/bin/weir
"""

import json
import os
import stat
import subprocess
import unittest

from weir_server import ApiError, Server, ServerTest, take_binary

WEIR = take_binary()
DOMAIN = "weir.example.org"


class TenantsTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data", settings=[f"http.domain={DOMAIN}"]).start()

    def stream_of(self, admin):
        """A stream of that tenant, and a token that sends to it."""
        stream = self.server.api("POST", "/api/v0/streams", {"name": "S"}, admin)
        key = self.server.api("POST", "/api/v0/admin/api-keys",
                              {"name": "sender", "policies": ["streaming-ingest-api:write"]}, admin)
        token = self.server.api("POST", f"/api/v0/admin/api-keys/{key['id']}/tokens", {"expires-in-days": 1}, admin)["token"]
        return stream, token

    def send(self, stream, token, tenant=None, body=b'{"a":1}', host=None):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if tenant:
            headers["X-Amperity-Tenant"] = tenant
        if host:
            headers["Host"] = host
        connection = self.server.connect()
        try:
            connection.request("POST", f"/stream/v0/data/{stream['id']}", body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def get(self, path, host, token=None):
        connection = self.server.connect()
        try:
            connection.request("GET", path, headers={"Host": host, **({"Authorization": f"Bearer {token}"} if token else {})})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def test_tenants_of_one_server_share_nothing(self):
        rival = self.server.add_tenant("rival")
        ours, token = self.stream_of(self.server.admin)
        theirs, their_token = self.stream_of(rival)
        self.assertEqual(self.send(ours, token, "acme")[0], 202)
        self.assertEqual(self.send(theirs, their_token, "rival")[0], 202)
        self.assertEqual(self.send(theirs, token, "acme")[0], 404)
        self.assertEqual(self.send(theirs, token, "rival")[0], 403)
        self.server.api("POST", f"/api/v0/streams/{theirs['id']}/flush", {}, rival)
        batch = self.server.api("GET", "/api/v0/batches", token=rival)["items"][0]
        self.assertTrue(batch["path"].startswith("ingest/stream/rival/"))
        self.assertEqual(self.server.api("GET", "/api/v0/batches")["items"], [])
        with self.assertRaises(ApiError) as unknown:
            self.server.api("GET", f"/api/v0/streams/{theirs['id']}")
        self.assertEqual(unknown.exception.status, 404)
        with self.assertRaises(ApiError) as forbidden:
            self.server.api("POST", "/api/v0/tenants", {"name": "third"})
        self.assertEqual(forbidden.exception.status, 403)

    def test_limits_hold_from_the_next_request_on(self):
        stream, token = self.stream_of(self.server.admin)
        large = json.dumps({"a": "x" * 1_000_000}).encode()
        self.assertEqual(self.send(stream, token, "acme", large)[0], 413)
        self.server.operate("set", "acme", "--payload-bytes", str(5 * 1024 * 1024))
        self.assertEqual(self.send(stream, token, "acme", large)[0], 202)
        self.server.operate("set", "acme", "--rate", "1", "--burst", "2")
        statuses = [self.send(stream, token, "acme")[0] for _ in range(6)]
        self.assertEqual(statuses[:2], [202, 202])
        self.assertIn(429, statuses)
        self.server.operate("set", "acme", "--rate", "0", "--payload-bytes", "1000")
        self.assertEqual([self.send(stream, token, "acme")[0] for _ in range(6)], [202] * 6)
        self.assertEqual(self.send(stream, token, "acme", large)[0], 413)
        refused = self.server.operate("set", "acme", "--payload-bytes", str(5 * 1024 * 1024 + 1), check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("5242880", refused.stderr)

    def test_a_disabled_tenant_is_out_until_it_is_enabled_and_across_a_restart(self):
        stream, token = self.stream_of(self.server.admin)
        self.assertEqual(self.send(stream, token, "acme")[0], 202)
        self.server.operate("disable", "acme")
        self.assertEqual(self.send(stream, token, "acme")[0], 401)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.send(stream, token, "acme")[0], 401)
        with self.assertRaises(ApiError) as refused:
            self.server.api("GET", "/api/v0/streams")
        self.assertEqual(refused.exception.status, 401)
        self.server.operate("enable", "acme")
        self.assertEqual(self.send(stream, token, "acme")[0], 202)

    def test_a_sandbox_has_keys_and_rates_of_its_own(self):
        sandbox = self.server.add_tenant("acme-test", "--sandbox-of", "acme")
        stream, token = self.stream_of(self.server.admin)
        trial, trial_token = self.stream_of(sandbox)
        self.server.operate("set", "acme-test", "--rate", "1", "--burst", "1")
        self.assertEqual(self.send(trial, trial_token, "acme-test")[0], 202)
        self.assertEqual(self.send(trial, trial_token, "acme-test")[0], 429)
        self.assertEqual(self.send(stream, token, "acme")[0], 202)
        self.assertEqual(self.send(trial, token, "acme-test")[0], 403)
        self.assertEqual(self.send(trial, token, "acme")[0], 404)
        self.assertEqual(self.send(stream, trial_token, "acme")[0], 403)
        listed = json.loads(self.server.operate("list").stdout)["items"]
        self.assertEqual([(each["name"], each["sandbox_of"]) for each in listed], [("acme", None), ("acme-test", "acme")])

    def test_a_tenant_has_a_host(self):
        self.server.add_tenant("rival")
        stream, token = self.stream_of(self.server.admin)
        self.assertEqual(stream["ingest_url"],
                         f"http://acme.{DOMAIN}:{self.server.port}/stream/v0/data/{stream['id']}")
        self.assertEqual(self.send(stream, token, host=f"acme.{DOMAIN}")[0], 202)
        status, body = self.send(stream, token, "acme", host=f"rival.{DOMAIN}")
        self.assertEqual(status, 403)
        self.assertIn("The host is that of tenant", body["message"])
        self.assertEqual(self.send(stream, token, host=f"nobody.{DOMAIN}")[0], 404)
        for path in ("/api/v0/session", "/ui/login", "/"):
            self.assertEqual(self.get(path, f"nobody.{DOMAIN}")[0], 404, path)
            self.assertNotEqual(self.get(path, f"acme.{DOMAIN}")[0], 404, path)
        self.assertEqual(self.get("/healthz", f"nobody.{DOMAIN}")[0], 200)
        self.assertEqual(self.get("/api/v0/streams", f"acme.{DOMAIN}", self.server.admin)[0], 200)
        self.assertEqual(self.get("/api/v0/streams", f"rival.{DOMAIN}", self.server.admin)[0], 403)

    def test_who_operates_the_server_is_who_can_read_its_data_directory(self):
        file = self.server.data / "operator.json"
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        token = json.loads(file.read_text())["token"]
        self.assertEqual(len(self.server.api("GET", "/api/v0/tenants", token=token)["items"]), 1)
        for path in ("/api/v0/streams", "/api/v0/users", "/api/v0/audit-events"):
            with self.assertRaises(ApiError) as refused:
                self.server.api("GET", path, token=token)
            self.assertEqual(refused.exception.status, 403, path)
        self.server.kill()
        self.server.start()
        with self.assertRaises(ApiError) as stale:
            self.server.api("GET", "/api/v0/tenants", token=token)
        self.assertEqual(stale.exception.status, 401)
        self.server.stop()
        self.assertFalse(file.exists())
        without = subprocess.run([WEIR, "tenant", "list", "--data", str(self.server.data)], capture_output=True, text=True)
        self.assertIn("weir serve --data", without.stderr)
        self.assertNotIn(token, (self.folder / "data.log").read_text())


if __name__ == "__main__":
    unittest.main()
