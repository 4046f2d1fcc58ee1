#!/usr/bin/env python3
"""Links of invitations and resets in real mails, through a real SMTP server with TLS and log-in, to a password that signs in.

    tests/e2e/mail_test.py --weir build/release/bin/weir
"""

import email
import email.policy
import json
import re
import ssl
import subprocess
import unittest
import urllib.error
import urllib.request

from mailbox import Mailbox
from weir_server import ApiError, Server, ServerTest, take_binary

WEIR = take_binary()
PASSWORDS = ["correct horse battery", "another horse battery"]


class MailTest(ServerTest):
    def setUp(self):
        super().setUp()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2", "-nodes",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.folder / "mail.key",
                        "-out", self.folder / "mail.pem"], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.folder / "mail.pem", self.folder / "mail.key")
        self.mailbox = Mailbox(tls=tls, login=("weir", "pass word"))
        self.addCleanup(self.mailbox.close)
        self.server = Server(WEIR, self.folder / "data", [
            "http.public_url=https://weir.example.org", f"alerts.smtp_url={self.mailbox.url}", "alerts.smtp_from=weir@example.org",
            "alerts.smtp_user=weir", "alerts.smtp_password=pass word", f"alerts.ca_file={self.folder}/mail.pem"]).start()

    def mail(self):
        """The last one, as a mail program reads it."""
        sender, recipients, data, secure, who = self.mailbox.mails[-1]
        self.assertTrue(secure)
        self.assertEqual((who, sender, recipients),
                         (("weir", "pass word"), "MAIL FROM:<weir@example.org>", ["RCPT TO:<ada@example.org>"]))
        read = email.message_from_bytes(data, policy=email.policy.default)
        self.assertEqual(read.defects, [])
        self.assertEqual((read["To"], read["From"]), ("ada@example.org", "Weir <weir@example.org>"))
        return read

    def code_of(self, mail):
        links = re.findall(r"https://\S+", mail.get_content())
        self.assertEqual(len(links), 1)
        address, _, code = links[0].partition("#")
        self.assertEqual(address, "https://weir.example.org/ui/password")
        return code

    def post(self, path, body):
        """As a person does, without a token."""
        asked = urllib.request.Request(f"http://{self.server.host}:{self.server.port}{path}", json.dumps(body).encode(),
                                       {"Content-Type": "application/json", "Origin": "https://weir.example.org",
                                        "Sec-Fetch-Site": "same-origin"})
        with urllib.request.urlopen(asked) as answer:
            return json.load(answer)

    def test_an_invited_person_comes_in_by_the_mailed_link_and_again_after_a_reset(self):
        invited = self.server.api("POST", "/api/v0/users", {"name": "Ada", "email": "ada@example.org", "policies": []})
        self.assertEqual((invited["mailed_to"], invited["link"], invited["code"]), ("ada@example.org", None, None))
        mail = self.mail()
        self.assertEqual(mail["Subject"], "Your invitation to Weir")
        self.post("/api/v0/passwords", {"code": self.code_of(mail), "password": PASSWORDS[0]})
        self.post("/api/v0/session", {"name": "Ada", "password": PASSWORDS[0]})
        with self.assertRaises(urllib.error.HTTPError, msg="a link works once"):
            self.post("/api/v0/passwords", {"code": self.code_of(mail), "password": PASSWORDS[1]})
        reset = self.server.api("POST", f"/api/v0/users/{invited['user']['id']}/reset", {})
        self.assertEqual(reset["mailed_to"], "ada@example.org")
        mail = self.mail()
        self.assertEqual(mail["Subject"], "Your password for Weir")
        self.post("/api/v0/passwords", {"code": self.code_of(mail), "password": PASSWORDS[1]})
        self.post("/api/v0/session", {"name": "Ada", "password": PASSWORDS[1]})
        self.assertEqual(len(self.mailbox.mails), 2)
        for data in self.folder.glob("data.log"):
            self.assertNotIn(self.code_of(mail), data.read_text())

    def test_a_mail_that_is_not_taken_leaves_the_link_to_who_invites(self):
        self.mailbox.refuse = 1
        invited = self.server.api("POST", "/api/v0/users", {"name": "Ada", "email": "ada@example.org", "policies": []})
        self.assertIn("#", invited["link"])
        self.assertIn("451", invited["mail_error"])

    def test_no_address_adds_a_header_or_a_recipient(self):
        for address in ("ada@example.org\r\nBcc: eve@example.org", "ada@example.org, eve@example.org", "ada@example.org>\r\nDATA",
                        "ada@example.org eve@example.org"):
            with self.assertRaises(ApiError, msg=address) as refused:
                self.server.api("POST", "/api/v0/users", {"name": "Ada", "email": address, "policies": []})
            self.assertEqual(refused.exception.status, 400)
        self.assertEqual(self.mailbox.mails, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
