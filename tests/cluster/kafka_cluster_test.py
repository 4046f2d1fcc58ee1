#!/usr/bin/env python3
"""The Kafka of the tests does to its brokers what the tests ask: without that, a test of a lost broker could pass with all three alive.

    tests/cluster/kafka_cluster_test.py
"""

import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from kafka_cluster import KafkaCluster, exchange, skip_without_kafka, text


def eventually(check, seconds=60):
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.1)


class KafkaClusterTest(unittest.TestCase):
    def test_one_broker_keeps_its_topic_through_a_kill(self):
        with tempfile.TemporaryDirectory(prefix="weir-kafka.") as folder, KafkaCluster(Path(folder), 1) as kafka:
            kafka.create_topic("a-topic", partitions=3)
            kafka.restart(1)
            self.assertEqual(kafka.metadata()[1]["a-topic"], {0: (1, [1], [1]), 1: (1, [1], [1]), 2: (1, [1], [1])})
            with self.assertRaisesRegex(RuntimeError, "a-topic: error 36"):
                kafka.create_topic("a-topic")

    def test_a_lost_broker_of_three(self):
        with tempfile.TemporaryDirectory(prefix="weir-kafka.") as folder, KafkaCluster(Path(folder), 3) as kafka:
            kafka.create_topic("a-topic", partitions=2)
            for harm, mend in ((kafka.kill, kafka.restart), (kafka.shut_down, kafka.restart), (kafka.pause, kafka.resume)):
                leader = kafka.leader("a-topic", 0)
                harm(leader)
                eventually(lambda: kafka.leader("a-topic", 0) not in (leader, -1))
                eventually(lambda: leader not in kafka.in_sync("a-topic", 0))
                mend(leader)
                kafka.wait_until_ready()
                self.assertEqual(set(kafka.in_sync("a-topic", 0)), {1, 2, 3})


    def test_a_listener_that_wants_tls_and_a_password(self):
        with tempfile.TemporaryDirectory(prefix="weir-kafka.") as folder:
            certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                           check=True, capture_output=True)
            with KafkaCluster(Path(folder), 1, sasl=("weir", "secret"), tls=(certificate, key)) as kafka:
                port = int(kafka.secure_bootstrap.rpartition(":")[2])
                for password, refused in (("secret", 0), ("wrong", 58)):
                    trusted = ssl.create_default_context(cafile=certificate)
                    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain, \
                            trusted.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
                        hello = exchange(connection, struct.pack(">hhi", 17, 1, 1) + text("t") + text("PLAIN"))
                        self.assertEqual(hello.number("h"), 0)
                        proof = f"\0weir\0{password}".encode()
                        answer = exchange(connection, struct.pack(">hhi", 36, 0, 2) + text("t") + struct.pack(">i", len(proof)) + proof)
                        self.assertEqual(answer.number("h"), refused)


if __name__ == "__main__":
    skip_without_kafka()
    unittest.main()
