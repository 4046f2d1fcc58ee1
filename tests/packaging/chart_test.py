#!/usr/bin/env python3
"""The Helm chart, rendered by Helm and held against the schemas of Kubernetes; the container's recipe and the compose file by their
own checkers. No container is run: there is no runtime where this is tested (what its scripts do is in deb_test.py).

    .deps/charts/bin/python tests/packaging/chart_test.py      (after script/setup --checks)
"""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
CHART = ROOT / "packaging/helm/weir"
HELM = ROOT / ".deps/charts/bin/helm"
HADOLINT = ROOT / ".deps/charts/bin/hadolint"
# From the oldest that Chart.yaml allows to the newest whose schemas are there.
KUBERNETES = ("1.25", "1.30", "1.37")

ALL = ("image.pullSecrets[0]=registry", "image.tag=0.1.0-3", "settings.existingSecret=weir-settings", "tls.secretName=weir-tls",
       "oidc.existingSecret=weir-oidc", "environmentSecret=weir-keys", "serviceAccountName=weir",
       "storage.className=fast", "storage.filesClaim=files", "service.type=LoadBalancer",
       "service.annotations.a=b", "ingress.enabled=true", "ingress.className=nginx", "ingress.tlsSecretName=weir-host",
       "ingress.annotations.a=b", "podDisruptionBudget.enabled=true", "podAnnotations.a=b", "nodeSelector.disk=fast",
       "tolerations[0].key=weir", "tolerations[0].operator=Exists",
       "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key=a",
       "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator=Exists")


def helm(*arguments, release="acme"):
    done = subprocess.run([HELM, *arguments[:1], *([release] if arguments[0] == "template" else []), CHART, *arguments[1:]],
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def rendered(*settings, release="acme"):
    code, out, error = helm("template", *(part for one in settings for part in ("--set", one)), release=release)
    assert code == 0, error
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(out) if one}


def pod(objects):
    return next(one for (kind, _), one in objects.items() if kind == "StatefulSet")["spec"]["template"]["spec"]


class ChartTest(unittest.TestCase):
    def test_helm_has_nothing_against_it(self):
        code, out, error = helm("lint", "--strict")
        self.assertEqual(code, 0, out + error)

    def test_what_is_rendered_is_what_kubernetes_takes(self):
        for settings in ((), ALL, ("settings.toml=[http]\nthreads = 2\n",)):
            for version in KUBERNETES:
                for name, one in rendered(*settings).items():
                    with self.subTest(settings=settings, version=version, object=name):
                        kubernetes_validate.validate(one, version, strict=True)

    def test_the_schemas_refuse_a_field_that_is_misspelt(self):
        one = rendered()["StatefulSet", "acme-weir"]
        one["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(one, KUBERNETES[-1], strict=True)

    def test_values_that_mean_nothing_are_refused_by_name(self):
        for setting, said in (("replicas=2", "replicas"), ("storage.size=50", "size"), ("tenant=Acme Inc", "tenant"),
                              ("service.type=Cluster", "type"), ("settings.tml=a", "tml"), ("image.repository=", "repository")):
            with self.subTest(setting):
                code, _, error = helm("template", "--set", setting)
                self.assertNotEqual(code, 0)
                self.assertIn(said, error)

    def test_by_default_there_is_one_replica_one_claim_and_nothing_that_was_not_asked_for(self):
        objects = rendered()
        self.assertEqual(sorted(objects), [("ConfigMap", "acme-weir"), ("Service", "acme-weir"), ("Service", "acme-weir-pods"),
                                           ("StatefulSet", "acme-weir")])
        spec = objects["StatefulSet", "acme-weir"]["spec"]
        self.assertEqual(spec["replicas"], 1)
        self.assertEqual([claim["spec"]["accessModes"] for claim in spec["volumeClaimTemplates"]], [["ReadWriteOnce"]])

    def test_secrets_are_named_and_never_rendered(self):
        objects = rendered(*ALL)
        self.assertNotIn("Secret", {kind for kind, _ in objects})
        self.assertNotIn("ConfigMap", {kind for kind, _ in objects})
        volumes = {volume["name"]: volume for volume in pod(objects)["volumes"]}
        self.assertEqual(volumes["settings"]["secret"]["secretName"], "weir-settings")
        self.assertEqual(volumes["tls"]["secret"]["secretName"], "weir-tls")
        container = pod(objects)["containers"][0]
        self.assertIn({"name": "WEIR_OIDC_CLIENT_SECRET",
                       "valueFrom": {"secretKeyRef": {"name": "weir-oidc", "key": "client-secret"}}}, container["env"])
        self.assertEqual(container["envFrom"], [{"secretRef": {"name": "weir-keys"}}])
        self.assertEqual(container["readinessProbe"]["httpGet"]["scheme"], "HTTPS")

    def test_settings_reach_the_file_as_they_are_and_changing_them_restarts_the_pod(self):
        text = "[http]\nthreads = 2\n\n[batch]\nage_s = 5\n"
        one, other = rendered(f"settings.toml={text}"), rendered()
        self.assertEqual(one["ConfigMap", "acme-weir"]["data"]["weir.toml"].rstrip("\n"), text.rstrip("\n"))
        sums = [objects["StatefulSet", "acme-weir"]["spec"]["template"]["metadata"]["annotations"]["checksum/settings"]
                for objects in (one, other)]
        self.assertNotEqual(*sums)

    def test_the_longest_name_of_a_release_still_names_objects(self):
        for release in ("r" * 53, "weir", "my-weir-2"):
            for (kind, name), one in rendered(release=release).items():
                # A label of its pods is the set's name and a sum of ten digits.
                self.assertLessEqual(len(name), 63 - len("-0123456789") if kind == "StatefulSet" else 63)
                kubernetes_validate.validate(one, KUBERNETES[-1], strict=True)

    def test_the_container_may_write_to_its_volume_and_tmp_only_and_is_not_root(self):
        for settings in ((), ALL):
            spec = pod(rendered(*settings))
            container = spec["containers"][0]
            self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                            "capabilities": {"drop": ["ALL"]}})
            writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
            self.assertEqual(writable, {"/var/lib/weir", "/tmp"})
            self.assertIs(spec["automountServiceAccountToken"], False)


class RecipeTest(unittest.TestCase):
    def test_hadolint_has_nothing_against_the_recipe(self):
        done = subprocess.run([HADOLINT, ROOT / "packaging/Containerfile"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_chart_recipe_compose_file_and_build_say_the_same(self):
        recipe = (ROOT / "packaging/Containerfile").read_text()
        version = re.search(r"^project\(weir VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]
        compose = yaml.safe_load((ROOT / "packaging/compose.yaml").read_text())
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        self.assertEqual((chart["appVersion"], compose["services"]["weir"]["image"]), (version, f"weir:{version}"))
        user = pod(rendered())["securityContext"]["runAsUser"]
        self.assertIn(f"USER {user}:{user}\n", recipe)
        self.assertIn(f"--uid {user} ", recipe)
        for path in re.findall(r"packaging/container/\S+", recipe):
            self.assertTrue(os.access(ROOT / path, os.X_OK), path)

    @unittest.skipUnless(shutil.which("docker-compose"), "docker-compose is not installed (script/setup --packages)")
    def test_the_compose_file_is_one_and_what_it_mounts_is_there(self):
        environment = {**os.environ, "GRAFANA_PASSWORD": "x"}
        done = subprocess.run(["docker-compose", "-f", "packaging/compose.yaml", "config"], cwd=ROOT, env=environment,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        for service in yaml.safe_load(done.stdout)["services"].values():
            for volume in service["volumes"]:
                source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
                self.assertTrue(not source.startswith("/") or Path(source).exists(), source)
        without = subprocess.run(["docker-compose", "-f", "packaging/compose.yaml", "config"], cwd=ROOT,
                                 env={key: value for key, value in os.environ.items() if key != "GRAFANA_PASSWORD"},
                                 capture_output=True, text=True)
        self.assertNotEqual(without.returncode, 0)
        self.assertIn("GRAFANA_PASSWORD", without.stderr)


if __name__ == "__main__":
    unittest.main()
