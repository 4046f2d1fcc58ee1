#!/usr/bin/env python3
"""The alert rules and the dashboard, held against a real Weir by Prometheus itself and by Grafana's own schema.

    .deps/packaging/bin/python tests/packaging/monitoring_test.py --weir build/release/bin/weir     (after script/setup --checks)
"""

import json
import re
import socket
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
from weir_server import Server, ServerTest, eventually, take_binary  # noqa: E402

WEIR = take_binary()
PROMETHEUS = ROOT / ".deps/prometheus/usr/bin/prometheus"
PROMTOOL = ROOT / ".deps/prometheus/usr/bin/promtool"
FOLDER = ROOT / "packaging/prometheus"
RULES = yaml.safe_load((FOLDER / "weir-alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "packaging/grafana/weir.json").read_text())

# What has no series before something went wrong, or was made.
EMPTY_AT_FIRST = {"Payloads refused, by reason", "Hours sealed", "Runs ended", "Runs at work", "Time of a run",
                  "Live tables: 202 to row", "Records into files", "Batch files", "Schedules"}


def promtool(*arguments):
    done = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def expressions():
    """(panel, expression) of the dashboard, with Grafana's variables put in as Grafana would."""
    found = [("annotation", one["expr"]) for one in DASHBOARD["annotations"]["list"]]
    found += [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
    return [(title, expr.replace("$__rate_interval", "5m").replace("$instance", ".*")) for title, expr in found]


def lost_of(ours, theirs, place="dashboard"):
    """What of `ours` is not in `theirs`."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if key in theirs:
                yield from lost_of(value, theirs[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}"
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs)):
            yield from lost_of(one, other, f"{place}[{number}]")
    elif ours != theirs:
        yield f"{place}: {ours!r} becomes {theirs!r}"


class RulesTest(unittest.TestCase):
    def test_promtool_takes_the_rules_and_its_unit_tests_of_them_pass(self):
        code, said = promtool("test", "rules", FOLDER / "weir-alerts_test.yaml")
        self.assertEqual(code, 0, said)
        code, said = promtool("check", "config", FOLDER / "prometheus.yml")
        self.assertEqual(code, 0, said)
        self.assertNotIn("FAILED", said)

    def test_each_alert_has_a_test_that_fires_it(self):
        fired = set()
        for test in yaml.safe_load((FOLDER / "weir-alerts_test.yaml").read_text())["tests"]:
            fired |= {one["alertname"] for one in test.get("alert_rule_test", []) if one["exp_alerts"]}
            for query in test.get("promql_expr_test", []):
                fired |= {re.search(r'alertname="(\w+)"', one["labels"])[1] for one in query["exp_samples"]}
        self.assertEqual(fired, {rule["alert"] for rule in RULES})

    def test_each_alert_says_what_to_do_and_names_a_section_that_is_there(self):
        operations = (ROOT / "docs/operations.md").read_text()
        anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
                   for title in re.findall(r"^##+ (.+)$", operations, re.M)}
        for rule in RULES:
            with self.subTest(rule["alert"]):
                self.assertIn(rule["labels"]["severity"], ("page", "ticket"))
                self.assertEqual(set(rule["annotations"]), {"summary", "description", "runbook"})
                page, _, anchor = rule["annotations"]["runbook"].partition("#")
                self.assertEqual(page, "docs/operations.md")
                self.assertIn(anchor, anchors)


class DashboardTest(unittest.TestCase):
    def test_grafanas_own_schema_knows_every_member(self):
        """Its reader leaves out what it does not know: what is gone after reading and writing was misspelt."""
        register_default_plugins()
        theirs = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(DASHBOARD)))
        self.assertEqual(list(lost_of(DASHBOARD, theirs)), [])

    def test_no_panel_lies_on_another_and_none_shares_an_id(self):
        seen, ids = set(), [panel["id"] for panel in DASHBOARD["panels"]]
        self.assertEqual(len(ids), len(set(ids)))
        for panel in DASHBOARD["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            self.assertFalse(cells & seen, panel["title"])
            seen |= cells


class RealPrometheusTest(ServerTest):
    """A Prometheus that scrapes a Weir with the files of packaging/."""

    def setUp(self):
        super().setUp()
        self.prometheus = None
        self.server = Server(WEIR, self.folder / "data", ["metrics.token=sesame", "batch.age_s=1"]).start()
        stream, token = self.server.api("POST", "/api/v0/streams", {"name": "s", "description": ""})["id"], self.server.ingest_token()
        connection = self.server.connect()
        for number in range(50):
            connection.request("POST", f"/stream/v0/data/{stream}", body=json.dumps({"number": number}), headers={
                "Authorization": f"Bearer {token}", "X-Amperity-Tenant": "acme", "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 202)
        connection.request("GET", "/metrics", headers={"Authorization": "Bearer sesame"})
        self.scraped = connection.getresponse().read().decode()
        connection.close()

    def tearDown(self):
        if self.prometheus:
            self.prometheus.terminate()
            self.prometheus.wait(timeout=30)
        super().tearDown()

    def start_prometheus(self):
        config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(FOLDER / "weir-alerts.yaml")]
        config["scrape_configs"][0]["static_configs"] = [{"targets": [f"127.0.0.1:{self.server.port}"]}]
        config["scrape_configs"][0]["authorization"] = {"credentials": "sesame"}
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.prometheus = subprocess.Popen(
            [PROMETHEUS, f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
             f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"], stderr=subprocess.DEVNULL)
        eventually(lambda: len(self.ask("query", query="count_over_time(weir_log_ready[5m]) > 4")["result"]) == 1, 60)

    def ask(self, path, **parameters):
        """The data of an answer of Prometheus's API; nothing while it starts."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:  # it is starting
                return {"result": []}
            self.fail(f"{parameters}: {error.read().decode()}")
        except OSError:
            return {"result": []}

    def test_each_metric_that_is_named_is_one_of_weirs(self):
        told = set()
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", self.scraped, re.M):
            told |= {name + part for part in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
        asked = "\n".join([rule["expr"] for rule in RULES] + [expr for _, expr in expressions()])
        named = set(re.findall(r"\b(?:weir|process)_[a-z0-9_]+", asked))
        self.assertGreater(len(named), 40)
        self.assertEqual(named - told, set())

    def test_promtool_finds_nothing_wrong_with_the_metrics(self):
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=self.scraped, capture_output=True, text=True)
        # What is counted there are hours.
        said = [line for line in (done.stdout + done.stderr).splitlines() if "weir_batcher_hours_sealed_total" not in line]
        self.assertEqual(said, [])

    def test_prometheus_evaluates_each_rule_and_each_panel_on_a_server_at_work(self):
        self.start_prometheus()
        rules = eventually(lambda: [rule for group in self.ask("rules").get("groups", []) for rule in group["rules"]
                                    if rule["health"] != "unknown"], 60)
        self.assertEqual({rule["name"]: rule.get("lastError", "") for rule in rules},
                         {rule["alert"]: "" for rule in RULES})
        self.assertEqual([rule["name"] for rule in rules if rule["state"] == "firing"], [])
        # Some metrics come with the first check of conservation, and are there once Prometheus has asked again.
        end = time.monotonic() + 60
        while (empty := self.empty_panels()) and time.monotonic() < end:
            time.sleep(0.5)
        self.assertEqual(empty, set())

    def empty_panels(self):
        empty = {title for title, expr in expressions() if not self.ask("query", query=expr)["result"]}
        return empty - EMPTY_AT_FIRST - {"annotation"}


if __name__ == "__main__":
    unittest.main()
