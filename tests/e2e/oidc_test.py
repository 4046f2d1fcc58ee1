#!/usr/bin/env python3
"""Signing in with a real OpenID Connect provider (oidc-provider, of npm), with the real server; a browser's part is played here.

    tests/e2e/oidc_test.py --weir build/release/bin/weir
"""

import html.parser
import http.client
import json
import os
import socket
import subprocess
import sys
import unittest
import urllib.parse
from pathlib import Path

from weir_server import Server, ServerTest, take_binary

WEIR = take_binary()
ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".deps/node/bin/node"
PACKAGES = ROOT / ".deps/oidc-provider"
SECRET = "s:e&cret"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and what it holds already."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = given.get("action")
        if tag == "input" and given.get("name"):
            self.fields[given["name"]] = given.get("value") or ""


class Browser:
    """Follows redirects and keeps cookies, each for its own port."""

    def __init__(self):
        self.jars = {}

    def ask(self, method, url, body=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        jar = self.jars.setdefault(parts.port, {})
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
        sent = {"Host": parts.netloc, **(headers or {})}
        if jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body=body, headers=sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            if "Max-Age=0" in line or not value:
                jar.pop(name, None)
            else:
                jar[name] = value
        return answer.status, answer.headers, text

    def go(self, url, login, until):
        """Through redirects and the provider's forms to an address that `until` takes, which is not asked for."""
        for _ in range(20):
            if until(url):
                return url
            status, headers, text = self.ask("GET", url)
            while status == 200:
                form = Form(text)
                fields = {**form.fields, **({"login": login, "password": "x"} if "login" in form.fields else {})}
                url = urllib.parse.urljoin(url, form.action)
                status, headers, text = self.ask("POST", url, urllib.parse.urlencode(fields))
            if status not in (302, 303):
                raise AssertionError(f"{url}: {status} {text[:300]}")
            url = urllib.parse.urljoin(url, headers["Location"])
        raise AssertionError("too many redirects")


class OidcTest(ServerTest):
    def setUp(self):
        super().setUp()
        port, provider_port = free_port(), free_port()
        self.put_in_groups(ada=["staff", "others"])
        self.url = f"http://127.0.0.1:{port}"
        self.provider = subprocess.Popen(
            [NODE, Path(__file__).with_name("oidc") / "provider.mjs", PACKAGES, str(provider_port),
             f"{self.url}/api/v0/oidc/callback", self.folder / "groups.json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.assertEqual(self.provider.stdout.readline(), "ready\n")
        secret = self.folder / "secret"
        secret.write_text(SECRET + "\n")
        self.server = Server(WEIR, self.folder / "data", settings=[
            f"http.public_url={self.url}", f"oidc.issuer=http://127.0.0.1:{provider_port}", "oidc.client_id=weir",
            f"oidc.client_secret_file={secret}", "oidc.scopes=openid profile email groups", "oidc.tenant=acme",
            "oidc.policy_claim=groups", "oidc.policies=staff=datagrid-operator,admins=user-administration",
            "oidc.label=Example"])
        self.server.port = port
        self.server.start()

    def tearDown(self):
        self.provider.kill()
        self.provider.wait()
        self.provider.stdout.close()
        super().tearDown()

    def put_in_groups(self, **groups):
        (self.folder / "groups.json").write_text(json.dumps(groups))

    def at_the_end(self, url):
        return url.startswith(self.url + "/ui/")

    def sign_in(self, login):
        """The browser, and where it was led."""
        browser = Browser()
        return browser, browser.go(f"{self.url}/api/v0/oidc/start?to=/sources", login, self.at_the_end)

    def me(self, browser):
        status, _, text = browser.ask("GET", f"{self.url}/api/v0/me")
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def test_people_of_the_provider_sign_in_with_the_policies_of_their_groups(self):
        status, _, text = Browser().ask("GET", f"{self.url}/api/v0/session")
        self.assertEqual((status, json.loads(text)["provider"]), (200, "Example"))
        browser, end = self.sign_in("ada")
        self.assertEqual(end, f"{self.url}/ui/sources")
        ada = self.me(browser)
        self.assertEqual((ada["name"], ada["tenant"], ada["policies"]), ("ada", "acme", ["datagrid-operator"]))
        self.put_in_groups(ada=["admins"])
        again, _ = self.sign_in("ada")
        self.assertEqual((self.me(again)["id"], self.me(again)["policies"]), (ada["id"], ["user-administration"]))
        grace, _ = self.sign_in("grace")
        self.assertEqual(self.me(grace)["policies"], [])
        self.server.api("POST", f"/api/v0/users/{self.me(grace)['id']}/disable", {})
        self.assertEqual(self.sign_in("grace")[1], f"{self.url}/ui/login?failed=nobody")
        users = self.server.api("GET", "/api/v0/users")["items"]
        self.assertEqual([(user["name"], user["email"]) for user in users],
                         [("ada", "ada@example.org"), ("grace", "grace@example.org")])

    def test_a_code_is_of_no_use_elsewhere(self):
        browser = Browser()
        callback = browser.go(f"{self.url}/api/v0/oidc/start", "ada", lambda url: "/oidc/callback?" in url)
        status, headers, _ = Browser().ask("GET", callback)
        self.assertEqual((status, headers["Location"], headers["Set-Cookie"]), (302, "/ui/login?failed=refused", None))
        status, headers, _ = browser.ask("GET", callback)
        self.assertEqual(headers["Location"], "/ui/login?failed=refused", "the state was used up")
        begun = browser.go(f"{self.url}/api/v0/oidc/start", "ada", lambda url: "/oidc/callback?" in url)
        forged = urllib.parse.urlsplit(begun)
        query = dict(urllib.parse.parse_qsl(forged.query), code="guess")
        status, headers, _ = browser.ask("GET", f"{self.url}{forged.path}?{urllib.parse.urlencode(query)}")
        self.assertEqual(headers["Location"], "/ui/login?failed=refused")
        self.assertEqual(self.server.api("GET", "/api/v0/users")["items"], [])

    def test_a_provider_that_is_away_keeps_nobody_else_out_and_no_secret_is_logged(self):
        self.sign_in("ada")
        self.provider.kill()
        self.provider.wait()
        self.server.kill()
        self.server.start()
        status, headers, _ = Browser().ask("GET", f"{self.url}/api/v0/oidc/start")
        self.assertEqual((status, headers["Location"]), (302, "/ui/login?failed=provider"))
        self.assertEqual(self.server.api("GET", "/api/v0/streams")["items"], [])
        said = self.server.said(10_000)
        self.assertIn("A sign-in with the provider was refused", said)
        for secret in (SECRET, urllib.parse.quote(SECRET, safe=""), "code=", "id_token"):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    if not (PACKAGES / "node_modules/oidc-provider").exists():
        print(f"skipped: no {PACKAGES}; script/setup --checks fetches it", file=sys.stderr)
        os._exit(77)
    unittest.main()
