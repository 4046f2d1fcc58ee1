#!/usr/bin/env python3
"""Users with the real process: the first one by the code that it prints, sessions over sockets and a restart, and nothing secret
on the disk.

    tests/e2e/users_test.py --weir build/release/bin/weir
"""

import json
import statistics
import time
import unittest

from weir_server import ApiError, Server, ServerTest, take_binary

WEIR = take_binary()
PASSWORD = "correct horse battery"


class UsersTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = Server(WEIR, self.folder / "data").start()
        self.code = self.code_of_setup()

    def code_of_setup(self):
        self.server.process.stdout.readline()
        return self.server.process.stdout.readline().split("--code ")[1].split()[0]

    def ask(self, method, path, body=None, cookie=None, csrf=None):
        """Status, headers, body."""
        headers = {"Content-Type": "application/json"}
        if cookie:
            headers["Cookie"] = cookie
        if csrf:
            headers["X-CSRF-Token"] = csrf
        connection = self.server.connect()
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return answer.status, answer.headers, json.loads(text) if text else None

    def sign_in(self, name="ada", password=PASSWORD):
        status, headers, body = self.ask("POST", "/api/v0/session", {"name": name, "password": password})
        self.assertEqual(status, 201, body)
        return headers["Set-Cookie"].split(";")[0], body["csrf_token"]

    def set_up(self):
        body = {"code": self.code, "name": "ada", "password": PASSWORD}
        self.assertEqual(self.ask("POST", "/api/v0/setup", body)[0], 201)
        self.assertEqual(self.ask("POST", "/api/v0/setup", body)[0], 409)

    def test_a_session_outlives_a_restart_and_not_its_user(self):
        self.set_up()
        cookie, csrf = self.sign_in()
        self.assertEqual(self.ask("POST", "/api/v0/streams", {"name": "S"}, cookie, csrf)[0], 201)
        self.assertEqual(self.ask("POST", "/api/v0/streams", {"name": "S"}, cookie)[0], 403)
        link = self.ask("POST", "/api/v0/users", {"name": "grace", "policies": ["datagrid-operator"]}, cookie, csrf)[2]
        self.ask("POST", "/api/v0/passwords", {"code": link["code"], "password": PASSWORD})
        hers, _ = self.sign_in("grace")
        self.server.kill()
        self.server.start()
        self.assertEqual(self.ask("GET", "/api/v0/streams", cookie=hers)[0], 200)
        self.server.api("POST", f"/api/v0/users/{link['user']['id']}/disable", {})
        self.assertEqual(self.ask("GET", "/api/v0/streams", cookie=hers)[0], 401)
        self.assertEqual(self.ask("GET", "/api/v0/streams", cookie=cookie)[0], 200)
        types = [event["event_type"] for event in self.server.api("GET", "/api/v0/audit-events")["items"]]
        self.assertEqual(types, ["user/disable", "user/sign-in", "user/password-set", "user/created", "stream/created",
                                 "user/sign-in", "user/set-up", "api-key/created"])

    def test_nothing_secret_is_on_the_disk(self):
        self.set_up()
        cookie, csrf = self.sign_in()
        key = self.server.api("POST", "/api/v0/admin/api-keys", {"name": "k", "policies": ["datagrid:operate"]})["id"]
        client = self.server.api("POST", f"/api/v0/admin/api-keys/{key}/oauth-credentials", {})
        link = self.ask("POST", "/api/v0/users", {"name": "grace", "policies": []}, cookie, csrf)[2]
        secrets = [PASSWORD, cookie.split("=")[1], csrf, client["client_secret"], link["code"], self.code]
        self.server.stop()
        kept = b"".join(file.read_bytes() for file in self.folder.rglob("*") if file.is_file())
        for secret in secrets:
            self.assertNotIn(secret.encode(), kept)
        self.server.start()

    def test_a_name_that_nobody_has_takes_as_long(self):
        self.set_up()
        took = {"ada": [], "nobody": []}
        for _ in range(4):
            for name, times in took.items():
                begun = time.monotonic()
                self.assertEqual(self.ask("POST", "/api/v0/session", {"name": name, "password": "wrong"})[0], 401)
                times.append(time.monotonic() - begun)
        known, unknown = (statistics.median(times) for times in took.values())
        self.assertGreater(unknown, known / 4, took)
        self.assertLess(unknown, known * 4, took)

    def test_a_large_body_of_a_stranger_is_not_read(self):
        status, _, body = self.ask("POST", "/api/v0/session", {"name": "x" * 100_000, "password": "x"})
        self.assertEqual(status, 413, body)
        with self.assertRaises(ApiError) as refusal:
            self.server.api("GET", "/api/v0/users", token="x")
        self.assertEqual(refusal.exception.status, 401)


if __name__ == "__main__":
    unittest.main(verbosity=2)
