#!/usr/bin/env python3
"""What docs/security.md says of a real server: headers, cookies, other sites' pages, planted sessions, guessing.

    tests/e2e/security_test.py --weir build/release/bin/weir
"""

import json
import socket
import unittest

from weir_server import Server, ServerTest, take_binary

WEIR = take_binary()
PASSWORD = "correct horse battery"


class SecurityTest(ServerTest):
    def serve(self, *settings):
        self.server = Server(WEIR, self.folder / "data", settings).start()
        for line in self.server.process.stdout:
            if "--code " in line:
                break
        self.code = line.split("--code ")[1].split()[0]
        return self.ask("POST", "/api/v0/setup", {"code": self.code, "name": "ada", "password": PASSWORD})

    def ask(self, method, path, body=None, **headers):
        """Status, headers, text."""
        connection = self.server.connect()
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body),
                               headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def sign_in(self, **headers):
        return self.ask("POST", "/api/v0/session", {"name": "ada", "password": PASSWORD}, **headers)

    def test_the_cookie_is_for_this_server_alone(self):
        _, headers, _ = self.serve()
        plain = headers["Set-Cookie"]
        for part in ("weir_session=", "; HttpOnly", "; SameSite=Strict", "; Path=/"):
            self.assertIn(part, plain)
        self.assertNotIn("Domain", plain)
        self.server.stop()
        self.server.settings = ["--set", "http.public_url=https://weir.example"]
        self.server.start()
        secure = self.sign_in()[1]["Set-Cookie"]
        self.assertTrue(secure.startswith("__Host-weir_session="))
        self.assertIn("; Secure", secure)

    def test_answers_are_kept_by_no_cache_and_taken_for_no_page(self):
        _, headers, _ = self.serve()
        cookie = headers["Set-Cookie"].split(";")[0]
        for path in ("/api/v0/session", "/api/v0/me", "/api/v0/streams", "/api/v0/users", "/api/v0/nothing"):
            _, headers, _ = self.ask("GET", path, Cookie=cookie)
            self.assertEqual(headers["Cache-Control"], "no-store", path)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff", path)
        status, headers, _ = self.ask("GET", "/ui/")
        self.assertEqual(status, 200)
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])

    def test_a_planted_session_opens_nothing_and_signing_in_makes_a_new_one(self):
        self.serve()
        planted = "weir_session=" + "a" * 43
        self.assertEqual(self.ask("GET", "/api/v0/streams", Cookie=planted)[0], 401)
        cookie = self.sign_in(Cookie=planted)[1]["Set-Cookie"].split(";")[0]
        self.assertNotEqual(cookie, planted)
        self.assertEqual(self.ask("GET", "/api/v0/streams", Cookie=planted)[0], 401)
        again = self.sign_in(Cookie=cookie)[1]["Set-Cookie"].split(";")[0]
        self.assertNotEqual(again, cookie)
        self.assertEqual(self.ask("GET", "/api/v0/streams", Cookie=cookie)[0], 401)

    def test_pages_of_others_change_nothing_and_sign_nobody_in(self):
        _, headers, body = self.serve()
        cookie, csrf = headers["Set-Cookie"].split(";")[0], json.loads(body)["csrf_token"]
        stream = {"name": "S"}
        self.assertEqual(self.ask("POST", "/api/v0/streams", stream, Cookie=cookie)[0], 403)
        self.assertEqual(self.ask("POST", "/api/v0/streams", stream, Cookie=cookie, X_CSRF_Token="x" * 64)[0], 403)
        self.assertEqual(self.ask("POST", "/api/v0/streams", stream, Cookie=cookie, X_CSRF_Token=csrf)[0], 201)
        self.assertEqual(self.sign_in(Origin="http://evil.example")[0], 403)
        self.assertEqual(self.sign_in(Sec_Fetch_Site="cross-site")[0], 403)
        self.assertEqual(self.sign_in(Origin=f"http://{self.server.host}:{self.server.port}")[0], 201)
        _, headers, _ = self.ask("OPTIONS", "/api/v0/streams", Origin="http://evil.example",
                                 Access_Control_Request_Method="POST")
        self.assertNotIn("Access-Control-Allow-Origin", headers)

    def test_guessing_is_slowed_and_says_until_when(self):
        self.serve()
        for _ in range(30):
            status, headers, body = self.ask("POST", "/api/v0/session", {"name": "ada", "password": "a wrong password"})
            if status == 429:
                break
            self.assertEqual(status, 401)
        self.assertEqual(status, 429)
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.assertEqual(self.sign_in()[0], 429)  # nor is the right one a way to learn that it is right

    def test_nothing_that_is_sent_becomes_a_header(self):
        self.serve()
        for target in ("/api/v0/streams/x%0d%0aSet-Cookie:%20a=b", "/ui/x%0d%0aSet-Cookie:%20a=b",
                       "/api/v0/streams?limit=1%0d%0aX:%20y"):
            _, headers, _ = self.ask("GET", target)
            self.assertNotIn("Set-Cookie", headers)
            self.assertNotIn("X", headers)
        with socket.create_connection((self.server.host, self.server.port)) as raw:
            raw.sendall(b"GET /readyz HTTP/1.1\r\nHost: evil\r\n\tX: y\r\n\r\n")
            self.assertTrue(raw.recv(4096).startswith(b"HTTP/1.1 400 "))

    def test_no_address_leads_to_another_server(self):
        self.serve()
        for path in ("//evil.example", "/ui//evil.example", "/ui/login?next=//evil.example", "/\\evil.example"):
            status, headers, _ = self.ask("GET", path)
            self.assertNotIn("Location", headers, path)
            self.assertNotIn(status, range(300, 400), path)
        for path in ("/", "/api", "/api/", "/api?to=//evil.example"):
            status, headers, _ = self.ask("GET", path)
            self.assertEqual(status, 303)
            self.assertTrue(headers["Location"].startswith("/ui/"), headers["Location"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
