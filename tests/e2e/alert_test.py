#!/usr/bin/env python3
"""Alerts of a real server to a real HTTP receiver and a real SMTP server: signed, tried again with the same id, delivered after kill -9.

    tests/e2e/alert_test.py --weir build/release/bin/weir
"""

import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import quopri
import re
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import unittest
from pathlib import Path

from mailbox import Mailbox
from weir_server import ApiError, Server, ServerTest, content_fold, eventually, take_binary

WEIR = take_binary()


class Webhooks:
    """Takes webhooks and verifies each by itself. `script` says what to do with the next ones: a status, "hang up", or a
    function that is called before 200 is answered."""

    def __init__(self):
        self.secret = None
        self.script = []
        self.received = []  # (id, timestamp, body, path, time)
        self.bad = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.take(self)

            def do_GET(self):
                receiver.bad.append(("GET", self.path))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        ident, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        self.received.append((ident, timestamp, body, request.path, time.time()))
        if self.secret:
            key = base64.b64decode(self.secret.removeprefix("whsec_"), validate=True)
            mac = hmac.new(key, ident.encode() + b"." + timestamp.encode() + b"." + body, hashlib.sha256).digest()
            if request.headers["webhook-signature"] != "v1," + base64.b64encode(mac).decode():
                self.bad.append(("signature", body))
        if abs(int(timestamp) - time.time()) > 60:
            self.bad.append(("timestamp", timestamp))
        answer = self.script.pop(0) if self.script else 200
        if callable(answer):
            answer()
            answer = 200
        if answer == "hang up":
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        request.send_response(answer)
        if answer == 302:
            request.send_header("Location", "/elsewhere")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class AlertTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.hooks = Webhooks()
        self.addCleanup(self.hooks.close)

    def serve(self, *settings):
        self.server = Server(WEIR, self.folder / "data", ["alerts.retry_s=1", *settings]).start()

    def webhook(self, **more):
        added = self.server.api("POST", "/api/v0/alerts", {"name": "Hook", "channel": "webhook",
                                                           "target": self.hooks.url, **more})
        self.hooks.secret = added["secret"]
        return added["id"]

    def fail_a_run(self, name="Orders"):
        stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        courier = self.server.api("POST", "/api/v0/couriers",
                                  {"name": name, "stream_id": stream, "file_format": "NDJSON", "file_tag": "t",
                                   "load_operations": {"df-none": [{"type": "load", "file": "t"}]}})["id"]
        run = self.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True})["id"]
        eventually(lambda: self.server.api("GET", f"/api/v0/workflow/runs/{run}")["state"] == "failed")
        return run, courier

    def deliveries(self, alert):
        return self.server.api("GET", f"/api/v0/alerts/{alert}/deliveries")["items"]

    def history(self, message):
        return self.server.api("GET", f"/api/v0/alert-deliveries/{message}")["history"]

    def delivered(self, alert):
        return eventually(lambda: [one for one in self.deliveries(alert) if one["state"] == "delivered"], 60)

    # Mail to people

    def invite(self, name, host):
        """What is answered to an invitation that is asked for under some Host."""
        connection = self.server.connect()
        try:
            connection.request("POST", "/api/v0/users",
                               json.dumps({"name": name, "email": f"{name}@example.org", "policies": []}),
                               {"Host": host, "Authorization": f"Bearer {self.server.admin}"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def test_an_invitation_is_mailed_with_the_servers_own_address_whatever_the_host_said(self):
        mailbox = Mailbox()
        self.addCleanup(mailbox.close)
        self.serve(f"alerts.smtp_url={mailbox.url}", "alerts.smtp_from=weir@example.org", "alerts.smtp_tls=off",
                   "http.public_url=https://weir.example.org")
        status, link = self.invite("ada", "evil.example")
        self.assertEqual((status, link["mailed_to"], link["link"], link["code"]), (201, "ada@example.org", None, None))
        _, recipients, data, _, _ = mailbox.mails[0]
        self.assertEqual(recipients, ["RCPT TO:<ada@example.org>"])
        text = quopri.decodestring(data).decode()
        self.assertIn("https://weir.example.org/ui/password#", text)
        self.assertNotIn("evil.example", text)
        mailbox.close()
        status, link = self.invite("grace", "evil.example")
        self.assertTrue(link["link"].startswith("https://weir.example.org/ui/password#"), link)
        self.assertIn("did not take it", link["mail_error"])

    def test_without_an_address_of_its_own_the_server_mails_no_links(self):
        mailbox = Mailbox()
        self.addCleanup(mailbox.close)
        self.serve(f"alerts.smtp_url={mailbox.url}", "alerts.smtp_from=weir@example.org", "alerts.smtp_tls=off")
        status, link = self.invite("ada", "evil.example")
        self.assertEqual((status, link["mailed_to"]), (201, None))
        self.assertIn("/ui/password#", link["link"])
        self.assertEqual(mailbox.mails, [])

    # Webhooks

    def test_a_failed_run_is_told_by_webhook_and_by_mail_once(self):
        mailbox = Mailbox()
        self.addCleanup(mailbox.close)
        self.serve(f"alerts.smtp_url={mailbox.url}", "alerts.smtp_from=weir@example.org", "alerts.smtp_tls=off")
        hook = self.webhook()
        self.server.api("POST", "/api/v0/alerts", {"name": "Mail", "channel": "email", "target": "ops@example.org"})
        run, courier = self.fail_a_run("Auftr\u00e4ge \u20ac")
        self.delivered(hook)
        eventually(lambda: mailbox.mails)
        time.sleep(3)  # nothing more comes
        self.assertEqual(len(self.hooks.received), 1)
        self.assertEqual(len(mailbox.mails), 1)
        self.assertEqual(self.hooks.bad, [])
        ident, _, body, path, _ = self.hooks.received[0]
        told = json.loads(body)
        self.assertEqual(told["type"], "failure")
        self.assertEqual((told["data"]["run_id"], told["data"]["courier_id"]), (run, courier))
        self.assertEqual(path, "/hook")
        self.assertEqual(self.deliveries(hook)[0]["id"], ident)
        sender, recipients, data, _, _ = mailbox.mails[0]
        self.assertTrue(sender.startswith("MAIL FROM:<weir@example.org>"), sender)
        self.assertEqual(recipients, ["RCPT TO:<ops@example.org>"])
        mail = email.message_from_bytes(data, policy=email.policy.default)
        self.assertEqual(mail["Subject"], "[Weir acme] Run of Auftr\u00e4ge \u20ac failed")
        self.assertEqual((mail["From"], mail["To"]), ("Weir <weir@example.org>", "ops@example.org"))
        self.assertEqual(mail.get_content_type(), "text/plain")
        self.assertIn(run, mail.get_content())
        self.assertIn("has no batches at all", mail.get_content())
        self.assertRegex(mail["Message-ID"], r"^<alm-[A-Za-z0-9]{16}@example\.org>$")
        self.assertLess(abs(mail["Date"].datetime.timestamp() - time.time()), 120)
        self.assertEqual(mail.defects, [])

    def test_a_receiver_that_fails_gets_it_again_with_the_same_id_and_no_redirect_is_followed(self):
        self.serve()
        hook = self.webhook()
        self.hooks.script = [500, 302, "hang up", 204]
        self.fail_a_run()
        message = self.delivered(hook)[0]
        self.assertEqual([one["status"] for one in self.history(message["id"])], [500, 302, 0, 204])
        self.assertEqual({received[0] for received in self.hooks.received}, {message["id"]})
        self.assertEqual(len({received[2] for received in self.hooks.received}), 1, "the same body")
        self.assertEqual({received[3] for received in self.hooks.received}, {"/hook"})
        self.assertEqual(self.hooks.bad, [])
        times = [received[4] for received in self.hooks.received]
        self.assertGreater(times[3] - times[2], times[1] - times[0] - 1.5)
        self.server.api("POST", f"/api/v0/alert-deliveries/{message['id']}/redeliver")
        eventually(lambda: len(self.hooks.received) == 5)
        self.assertEqual(self.hooks.received[4][0], message["id"])

    def test_the_webhook_that_the_manual_shows_verifies(self):
        manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
        secret = re.search("with the secret `(whsec_[^`]+)`", manual)[1]
        head, body = re.search("```http\n(.*?)\n\n(.*?)\n```", manual, re.DOTALL).groups()
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
        self.assertEqual(int(headers["Content-Length"]), len(body.encode()))
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], "v1," + mac)
        self.assertEqual(json.loads(body)["type"], "failure")

    def test_410_switches_it_off(self):
        self.serve()
        hook = self.webhook()
        self.hooks.script = [410]
        self.fail_a_run()
        eventually(lambda: self.server.api("GET", f"/api/v0/alerts/{hook}")["state"] == "gone")
        self.fail_a_run()
        time.sleep(2)
        self.assertEqual(len(self.hooks.received), 1)
        with self.assertRaises(ApiError) as refused:
            self.server.api("POST", f"/api/v0/alerts/{hook}/test")
        self.assertEqual(refused.exception.status, 409)
        self.server.api("PUT", f"/api/v0/alerts/{hook}", {"name": "Hook", "target": self.hooks.url})
        self.server.api("POST", f"/api/v0/alerts/{hook}/test")
        eventually(lambda: len(self.hooks.received) == 2)

    def test_kill_9_while_it_is_sent_or_waits_loses_nothing(self):
        self.serve()
        hook = self.webhook()
        killed = threading.Event()

        def kill():
            self.server.kill()
            killed.set()
        self.hooks.script = [kill]
        try:
            self.fail_a_run()
        except OSError:
            pass  # the server died while we asked how the run is
        killed.wait(60)
        self.server.start()
        message = self.delivered(hook)[0]
        self.assertEqual([received[0] for received in self.hooks.received], [message["id"]] * 2)
        self.assertEqual(self.hooks.bad, [])
        self.hooks.script = [503] * 3
        self.fail_a_run()
        eventually(lambda: len(self.hooks.received) >= 3)
        self.server.kill()
        self.server.start()
        eventually(lambda: len(self.delivered(hook)) == 2, 60)
        self.assertEqual(len({received[0] for received in self.hooks.received}), 2)

    def test_an_endpoint_hears_of_what_it_wants(self):
        self.serve()
        run_of = self.webhook(kinds=["stopped", "success"])
        self.fail_a_run()
        stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        courier = self.server.api("POST", "/api/v0/couriers",
                                  {"name": "Nothing", "stream_id": stream, "file_format": "NDJSON", "file_tag": "t",
                                   "load_operations": {}})["id"]
        run = self.server.api("POST", f"/api/v0/couriers/{courier}/runs", {"all": True, "skip_missing": True})["id"]
        eventually(lambda: self.server.api("GET", f"/api/v0/workflow/runs/{run}")["state"] == "succeeded")
        message = self.delivered(run_of)[0]
        self.assertEqual((message["type"], message["run_id"]), ("success", run))
        self.assertEqual(len(self.hooks.received), 1)

    def test_what_comes_into_the_quarantine_is_told(self):
        self.serve()
        hook = self.webhook(kinds=["quarantine"])
        stream = self.server.api("POST", "/api/v0/streams", {"name": "Invoices", "payload_type": "xml"})["id"]
        token = self.server.ingest_token()
        connection = self.server.connect()
        for body in ("<a>", "<b></c>"):
            connection.request("POST", f"/stream/v0/data/{stream}", body=body,
                               headers={"Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/xml"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 202)
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        message = self.delivered(hook)[0]
        self.assertEqual(message["stream_id"], stream)
        self.assertEqual(message["title"], "2 payloads of stream Invoices came into the quarantine")

    def test_a_breach_of_conservation_is_told(self):
        self.serve("conservation.check_s=1")
        hook = self.webhook(kinds=["conservation"])
        stream = self.server.api("POST", "/api/v0/streams", {"name": "s"})["id"]
        token = self.server.ingest_token()
        connection = self.server.connect()
        for _ in range(2):
            connection.request("POST", f"/stream/v0/data/{stream}", body="{}",
                               headers={"Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme",
                                        "Content-Type": "application/json", "Idempotency-Key": "k"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 202)
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        self.server.stop()
        with sqlite3.connect(self.folder / "data" / "catalog.db") as catalog:
            catalog.create_function("weir_fold", -1, content_fold)
            catalog.execute("DELETE FROM duplicates")
        catalog.close()
        self.server.start()
        message = self.delivered(hook)[0]
        self.assertEqual(message["stream_id"], stream)
        self.assertIn("2 records accepted, 1 accounted for", message["text"])
        time.sleep(3)
        self.assertEqual(len(self.hooks.received), 1)

    def test_private_addresses_can_be_forbidden(self):
        self.serve("alerts.private_addresses=forbidden")
        hook = self.webhook()
        self.server.api("POST", f"/api/v0/alerts/{hook}/test")
        message = eventually(lambda: [one for one in self.deliveries(hook) if one["tries"] > 0])[0]
        self.assertIn("private", self.history(message["id"])[0]["error"])
        self.assertEqual(self.hooks.received, [])

    # Mail

    def tls(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", self.folder / "mail.key", "-out", self.folder / "mail.pem"],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "mail.pem", self.folder / "mail.key")
        return context

    def test_mail_goes_over_starttls_with_the_login_and_is_tried_again(self):
        mailbox = Mailbox(tls=self.tls(), login=("weir", "pass word"))
        self.addCleanup(mailbox.close)
        mailbox.refuse = 1
        self.serve(f"alerts.smtp_url={mailbox.url}", "alerts.smtp_from=weir@example.org", "alerts.smtp_user=weir",
                   "alerts.smtp_password=pass word", f"alerts.ca_file={self.folder}/mail.pem")
        alert = self.server.api("POST", "/api/v0/alerts", {"name": "Mail", "channel": "email",
                                                           "target": "ops@example.org"})["id"]
        self.server.api("POST", f"/api/v0/alerts/{alert}/test")
        message = self.delivered(alert)[0]
        self.assertEqual([one["status"] for one in self.history(message["id"])], [451, 250])
        self.assertEqual(len(mailbox.mails), 1)
        self.assertTrue(mailbox.mails[0][3], "encrypted")
        self.assertEqual(mailbox.mails[0][4], ("weir", "pass word"))
        self.assertIn(message["id"].encode(), mailbox.mails[0][2])

    def test_mail_is_not_sent_in_the_clear_unless_that_is_allowed(self):
        mailbox = Mailbox()
        self.addCleanup(mailbox.close)
        self.serve(f"alerts.smtp_url={mailbox.url}", "alerts.smtp_from=weir@example.org")
        alert = self.server.api("POST", "/api/v0/alerts", {"name": "Mail", "channel": "email",
                                                           "target": "ops@example.org"})["id"]
        self.server.api("POST", f"/api/v0/alerts/{alert}/test")
        eventually(lambda: [one for one in self.deliveries(alert) if one["tries"] > 1])
        self.assertEqual(mailbox.mails, [])

    def test_a_server_without_mail_says_so(self):
        self.serve()
        with self.assertRaises(ApiError) as refused:
            self.server.api("POST", "/api/v0/alerts", {"name": "Mail", "channel": "email", "target": "a@example.org"})
        self.assertEqual(refused.exception.status, 409)
        self.assertIn("alerts.smtp_url", refused.exception.body)

    # The command line

    def test_the_command_line_does_all_of_it(self):
        self.serve()

        def weir(*words, code=0):
            done = subprocess.run([WEIR, "--url", f"http://127.0.0.1:{self.server.port}", "--token", self.server.admin,
                                   "alert", *words], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, code, done.stderr)
            return done.stdout
        added = weir("add", "--name", "Hook", "--webhook", self.hooks.url, "--kind", "failure", "--kind", "stopped")
        alert, secret = added.split()[0], added.split("once: ")[1].split()[0]
        self.hooks.secret = secret
        self.assertNotIn(secret, weir("show", alert) + weir("list"))
        message = weir("test", alert).split()[0]
        eventually(lambda: self.hooks.received)
        eventually(lambda: "delivered" in weir("deliveries", alert, "--state", "delivered"))
        self.assertIn("200", weir("delivery", message))
        weir("redeliver", message)
        eventually(lambda: len(self.hooks.received) == 2)
        self.assertEqual(self.hooks.received[0][0], self.hooks.received[1][0])
        self.assertEqual(self.hooks.bad, [])
        self.assertIn("off", weir("edit", alert, "--off", "--name", "Other"))
        self.assertIn("Other", weir("list"))
        weir("add", "--name", "x", code=2)
        weir("edit", alert, "--email", "a@example.org", code=2)
        weir("delete", alert, "--yes")
        self.assertIn("no alerts yet", weir("list"))


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
