#!/usr/bin/env python3
"""API keys and tokens with the real process: what is changed bites on every thread, through every connection, at once.

    tests/e2e/keys_test.py --weir build/release/bin/weir
"""

import datetime
import json
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from weir_server import ApiError, Server, take_binary

WEIR = take_binary()
KEYS = "/api/v0/admin/api-keys"
WRITE, OPERATE, ISSUE = "streaming-ingest-api:write", "datagrid:operate", "api-keys:issue"


class KeysTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="weir-keys-"))
        cls.server = Server(WEIR, cls.folder / "data", ["http.threads=4", "keys.last_used_s=1"]).start()
        cls.stream = cls.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"]
        # Connections are spread over the threads as they come: these reach every one.
        cls.connections = [cls.server.connect() for _ in range(8)]
        for connection in cls.connections:
            connection.request("GET", "/healthz")
            connection.getresponse().read()

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        shutil.rmtree(cls.folder)
        assert code == 0, code

    def key(self, *policies):
        return self.server.api("POST", KEYS, {"name": "k", "policies": list(policies)})["id"]

    def token(self, key, by=None, **more):
        return self.server.api("POST", f"{KEYS}/{key}/tokens", more, token=by)["token"]

    def codes(self, token):
        """What every thread says to a payload with this token."""
        seen = set()
        for connection in self.connections:
            connection.request("POST", f"/stream/v0/data/{self.stream}", body='{"a":1}',
                               headers={"Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            seen.add(answer.status)
        return seen

    def refused(self, code, *call, **more):
        with self.assertRaises(ApiError) as refusal:
            self.server.api(*call, **more)
        self.assertEqual(refusal.exception.status, code)

    def test_a_policy_change_bites_on_every_thread_within_a_second(self):
        key = self.key(WRITE)
        token = self.token(key)
        self.assertEqual(self.codes(token), {202})
        for policies, code in (([OPERATE], 403), ([WRITE, OPERATE], 202), ([ISSUE], 403)):
            begun = time.monotonic()
            self.server.api("PATCH", f"{KEYS}/{key}", {"policies": policies})
            while (seen := self.codes(token)) != {code}:
                self.assertLess(time.monotonic() - begun, 1, f"still {seen}")

    def test_rotation_keeps_one_deposed_secret(self):
        key = self.key(WRITE)
        first = self.token(key)
        self.server.api("POST", f"{KEYS}/{key}/rotate")
        second = self.token(key)
        self.assertEqual((self.codes(first), self.codes(second)), ({202}, {202}))
        self.server.api("POST", f"{KEYS}/{key}/rotate")
        third = self.token(key)
        self.assertEqual([self.codes(one) for one in (first, second, third)], [{401}, {202}, {202}])

    def test_a_token_may_come_with_a_rotation(self):
        key = self.key(WRITE)
        before = self.token(key)
        after = self.token(key, rotate=True)
        self.assertEqual((self.codes(before), self.codes(after)), ({202}, {202}))
        self.server.api("POST", f"{KEYS}/{key}/revoke", {"all": False})
        self.assertEqual((self.codes(before), self.codes(after)), ({401}, {202}))

    def test_all_tokens_are_revoked_and_new_ones_can_be_had(self):
        key = self.key(WRITE)
        tokens = [self.token(key), self.token(key, rotate=True)]
        self.server.api("POST", f"{KEYS}/{key}/revoke", {"all": True})
        self.assertEqual([self.codes(token) for token in tokens], [{401}, {401}])
        self.assertEqual(self.codes(self.token(key)), {202})

    def test_a_deleted_key_is_gone_with_its_tokens(self):
        key = self.key(WRITE)
        token = self.token(key)
        self.assertEqual(self.codes(token), {202})
        self.server.api("DELETE", f"{KEYS}/{key}")
        self.assertEqual(self.codes(token), {401})
        self.refused(404, "GET", f"{KEYS}/{key}")
        self.assertNotIn(key, [item["id"] for item in self.server.api("GET", f"{KEYS}?limit=1000")["items"]])

    def test_an_expiry_is_kept_to_the_second(self):
        key = self.key(WRITE)
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
        made = self.server.api("POST", f"{KEYS}/{key}/tokens", {"expires-at": soon.strftime("%Y-%m-%dT%H:%M:%SZ")})
        self.assertEqual(self.codes(made["token"]), {202}, "and from then on it is in the caches")
        end = datetime.datetime.fromisoformat(made["expires-at"].replace("Z", "+00:00"))
        while datetime.datetime.now(datetime.timezone.utc) < end:
            time.sleep(0.05)
        self.assertEqual(self.codes(made["token"]), {401})
        days = self.server.api("POST", f"{KEYS}/{key}/tokens", {"expires-in-days": 3})
        ends = datetime.datetime.fromisoformat(days["expires-at"].replace("Z", "+00:00"))
        left = ends - datetime.datetime.now(datetime.timezone.utc)
        self.assertLess(abs(left - datetime.timedelta(days=3)), datetime.timedelta(minutes=1))

    def test_an_issuer_refreshes_tokens_its_own_too(self):
        issuer, writer = self.key(ISSUE), self.key(WRITE)
        by = self.token(issuer)
        self.assertEqual(self.codes(self.token(writer, by=by)), {202})
        for _ in range(3):
            by = self.token(issuer, by=by)  # of itself, again and again
        self.assertEqual(self.codes(self.token(writer, by=by)), {202})
        self.assertEqual(self.codes(by), {403}, "an issuer does not write")
        self.refused(403, "GET", KEYS, token=by)
        self.refused(403, "POST", f"{KEYS}/{writer}/tokens", {"rotate": True}, token=by)
        self.refused(403, "POST", f"{KEYS}/{issuer}/tokens", {}, token=self.token(writer))

    def test_the_last_use_is_real(self):
        used, unused = self.key(WRITE), self.key(WRITE)

        def last_used(key):
            found = {item["id"]: item for item in self.server.api("GET", f"{KEYS}?limit=1000")["items"]}
            return found[key]["last_used_at"]
        token = self.token(used)
        self.assertIsNone(last_used(used), "to have a token is not to use it")
        for _ in range(2):
            begun = datetime.datetime.now(datetime.timezone.utc)
            self.assertEqual(self.codes(token), {202})
            end = time.monotonic() + 20
            while time.monotonic() < end:
                told = last_used(used)
                if told and datetime.datetime.fromisoformat(told.replace("Z", "+00:00")) >= begun:
                    break
                time.sleep(0.05)
            else:
                self.fail(f"used at {begun}, told {told}")
        self.assertIsNone(last_used(unused))
        item = self.server.api("GET", f"{KEYS}/{used}")
        self.assertEqual({"id", "name", "policies", "status", "created_at", "last_used_at"}, set(item))
        self.assertEqual(item["status"], "active")

    def test_no_secret_or_token_is_found_in_what_others_may_read(self):
        key = self.key(WRITE)
        token = self.token(key)
        self.codes(token)
        for file in self.folder.rglob("*"):
            if file.is_file() and token.split(".")[2].encode() in file.read_bytes():
                self.fail(f"the token stands in {file}")
        for file in (self.folder / "data").glob("catalog.db*"):
            self.assertEqual(file.stat().st_mode & 0o077, 0, f"{file} holds secrets and others may read it")

    def test_the_command_line_does_all_of_it(self):
        def weir(*words):
            done = subprocess.run([WEIR, "--url", f"http://127.0.0.1:{self.server.port}", "--token",
                                   self.server.admin, *words], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout.strip()
        key = weir("key", "create", "--name", "tills")
        first = weir("token", "create", key, "--days", "3")
        self.assertEqual(self.codes(first), {202})
        second = weir("token", "create", key, "--rotate")
        weir("key", "revoke", key)
        self.assertEqual((self.codes(first), self.codes(second)), ({401}, {202}))
        weir("key", "update", key, "--policy", OPERATE)
        self.assertEqual(self.codes(second), {403})
        self.assertIn(key, weir("key", "list"))
        weir("key", "rotate", key)
        weir("key", "revoke", key, "--all")
        weir("key", "delete", key)
        self.assertEqual(json.loads(weir("key", "list", "--json"))["items"][0]["name"], "Administrator")


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
