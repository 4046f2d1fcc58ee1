#!/usr/bin/env python3
"""The Kafka of the tests does to its brokers what the tests ask: without that, a test of a lost broker could pass with all three alive.

    tests/cluster/kafka_cluster_test.py
"""

import tempfile
import time
import unittest
from pathlib import Path

from kafka_cluster import KafkaCluster, skip_without_kafka


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


if __name__ == "__main__":
    skip_without_kafka()
    unittest.main()
