"""Kafka brokers on loopback as child processes, which can be killed, stopped and started again one by one. Standard library only.

    with KafkaCluster(folder, brokers=3) as kafka:
        kafka.create_topic("a-topic", partitions=4)
        kafka.kill(2)
        kafka.restart(2)

Every broker is a controller too (KRaft, combined mode). So with two of three away there is no quorum, and whatever asks the controller waits.
"""

import ctypes
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

DEPS = Path(__file__).resolve().parents[2] / ".deps/cluster/kafka"
LOGGING = Path(__file__).resolve().parent / "kafka/log4j2.xml"
JAVA = ["java", "-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", f"-Dlog4j2.configurationFile={LOGGING}",
        "-cp", f"{DEPS}/jars/*"]
SECONDS_TO_START = 90  # an idle machine needs 3, or 9 for three brokers


def missing():
    """What has to be installed first, or None."""
    if not (DEPS / "installed").exists():
        return f"there is no {DEPS}; `script/setup-cluster kafka` installs it"
    return None if shutil.which("java") else "there is no java; `script/setup-cluster kafka` installs it"


def skip_without_kafka():
    if reason := missing():
        print(f"skipped: {reason}", file=sys.stderr)
        sys.exit(77)


def random_id():
    """As Kafka writes a UUID; one that begins with `-` would be taken for an option."""
    while (text := urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def free_ports(count):
    """Held all at once while they are chosen, so that no two are the same."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def dies_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Broker:
    def __init__(self, number, folder, ports):
        self.number = number
        self.folder = folder
        self.port, self.controller_port, self.secure_port = ports
        self.process = None
        self.is_stopped = False

    @property
    def properties(self):
        return self.folder / "server.properties"

    @property
    def said(self):
        """What the broker wrote, over all its starts."""
        file = self.folder / "broker.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def start(self):
        with open(self.folder / "broker.log", "ab") as out:
            self.process = subprocess.Popen([*JAVA, "kafka.Kafka", self.properties], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            cwd=self.folder, preexec_fn=dies_with_parent)
        self.is_stopped = False


class KafkaCluster:
    """`settings` go into every broker's server.properties, over those that are there. With `sasl`, a (user, password), or `tls`, the PEM files
    (certificate, key), or both, clients find a second listener at `secure_bootstrap` that wants them."""

    def __init__(self, folder: Path, brokers=1, settings=None, sasl=None, tls=None):
        self.folder = Path(folder)
        ports = free_ports(3 * brokers)
        self.brokers = {n + 1: Broker(n + 1, self.folder / f"broker-{n + 1}", ports[3 * n:3 * n + 3]) for n in range(brokers)}
        self.settings = settings or {}
        self.sasl = sasl
        self.tls = tls

    @property
    def bootstrap(self):
        """All brokers' addresses, as clients want them."""
        return ",".join(f"127.0.0.1:{broker.port}" for broker in self.brokers.values())

    @property
    def secure_bootstrap(self):
        return ",".join(f"127.0.0.1:{broker.secure_port}" for broker in self.brokers.values())

    # Life of the cluster.

    def start(self):
        if reason := missing():
            raise RuntimeError(reason)
        for broker in self.brokers.values():
            broker.folder.mkdir(parents=True)
            broker.properties.write_text("".join(f"{name}={value}\n" for name, value in self._properties(broker).items()))
        self._format()
        try:
            for broker in self.brokers.values():
                broker.start()
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """At once: nothing of it is wanted any more."""
        for broker in self.brokers.values():
            if broker.process:
                broker.process.kill()
        for broker in self.brokers.values():
            if broker.process:
                broker.process.wait()
                broker.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def wait_until_ready(self, seconds=SECONDS_TO_START):
        """Until each broker that should run knows all of them, each partition has a leader, and all replicas on them are in sync."""
        running = {number for number, broker in self.brokers.items() if broker.process and not broker.is_stopped}
        deadline = time.monotonic() + seconds
        last = "nothing was asked"
        while time.monotonic() < deadline:
            for number in running:
                if self.brokers[number].process.poll() is not None:
                    raise RuntimeError(f"broker {number} ended with {self.brokers[number].process.returncode}:\n{self.brokers[number].said[-3000:]}")
            try:
                if (last := self._not_ready(running)) is None:
                    return
            except (OSError, EOFError) as error:
                last = repr(error)
            time.sleep(0.1)
        raise RuntimeError(f"Kafka is not ready after {seconds} s: {last}")

    # Harm to single brokers.

    def kill(self, number):
        """kill -9: nothing is written or said any more."""
        self.brokers[number].process.kill()
        self.brokers[number].process.wait()
        self.brokers[number].process = None

    def shut_down(self, number, seconds=60):
        """As an administrator does: leadership is handed over first."""
        self.brokers[number].process.terminate()
        self.brokers[number].process.wait(timeout=seconds)
        self.brokers[number].process = None

    def pause(self, number):
        """SIGSTOP: its connections stay open, and nobody answers."""
        self.brokers[number].process.send_signal(signal.SIGSTOP)
        self.brokers[number].is_stopped = True

    def resume(self, number):
        self.brokers[number].process.send_signal(signal.SIGCONT)
        self.brokers[number].is_stopped = False

    def restart(self, number, wait=True):
        """On the same port with the same files. With `wait`, until all that run are in sync."""
        if self.brokers[number].process:
            self.kill(number)
        self.brokers[number].start()
        if wait:
            self.wait_until_ready()

    # What is asked of it.

    def create_topic(self, name, partitions=1, settings=None, wait=True):
        """Replicated to all brokers (at most three)."""
        settings = {"message.timestamp.type": "LogAppendTime", **(settings or {})}
        body = (struct.pack(">i", 1) + text(name) + struct.pack(">ihi", partitions, min(3, len(self.brokers)), 0)
                + struct.pack(">i", len(settings)) + b"".join(text(key) + text(str(value)) for key, value in settings.items())
                + struct.pack(">i?", 30_000, False))
        answer = self._ask_any(19, 2, body)
        answer.skip(4 + 4)
        answer.text()
        if code := answer.number("h"):
            raise RuntimeError(f"Kafka did not make topic {name}: error {code}, {answer.text()}")
        if wait:
            self.wait_until_ready()

    def leader(self, topic, partition):
        """The number of the broker, or -1."""
        return self.metadata()[1][topic][partition][0]

    def in_sync(self, topic, partition):
        return self.metadata()[1][topic][partition][2]

    def metadata(self, number=None):
        """({numbers of brokers}, {topic: {partition: (leader, replicas, in sync)}}), as one broker (or any) knows it."""
        body = struct.pack(">i", -1)
        answer = self._ask_any(3, 1, body) if number is None else ask(self.brokers[number].port, 3, 1, body)
        known = set()
        for _ in range(answer.number("i")):
            known.add(answer.number("i"))
            answer.text(), answer.number("i"), answer.text()
        answer.number("i")
        topics = {}
        for _ in range(answer.number("i")):
            answer.number("h")
            partitions = topics.setdefault(answer.text(), {})
            answer.number("b")
            for _ in range(answer.number("i")):
                answer.number("h")
                partition, leader = answer.number("i"), answer.number("i")
                partitions[partition] = (leader, answer.numbers(), answer.numbers())
        return known, topics

    # How.

    def _not_ready(self, running):
        """What is still awaited, or None."""
        for number in running:
            known, topics = self.metadata(number)
            if known != running:
                return f"broker {number} knows {known} of {running}"
            for topic, partitions in topics.items():
                for partition, (leader, replicas, in_sync) in partitions.items():
                    if leader not in running or not set(replicas) & running <= set(in_sync):
                        return f"{topic}[{partition}] has leader {leader}, and of the replicas {replicas} those in sync are {in_sync}"
        return None

    def _ask_any(self, *request):
        failure = RuntimeError("no broker runs")
        for broker in self.brokers.values():
            if broker.process and not broker.is_stopped:
                try:
                    return ask(broker.port, *request)
                except (OSError, EOFError) as error:
                    failure = error
        raise failure

    def _properties(self, broker):
        copies = min(3, len(self.brokers))
        enough = 2 if copies == 3 else 1
        return {
            "node.id": broker.number,
            "process.roles": "broker,controller",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": ",".join(f"{b.number}@127.0.0.1:{b.controller_port}" for b in self.brokers.values()),
            "listeners": f"PLAINTEXT://127.0.0.1:{broker.port},CONTROLLER://127.0.0.1:{broker.controller_port}",
            "log.dirs": broker.folder / "data",
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": enough,
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 3,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": enough,
            "transaction.state.log.num.partitions": 3,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": enough,
            "group.initial.rebalance.delay.ms": 0,
            "broker.session.timeout.ms": 6000,  # 9000: how long a silent broker keeps its leadership
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.cleaner.dedupe.buffer.size": 4 << 20,  # 128 MiB of a heap of 256
            **self._secure_listener(broker),
            **self.settings}

    def _secure_listener(self, broker):
        if not self.sasl and not self.tls:
            return {}
        kind = ("SASL_" if self.sasl else "") + ("SSL" if self.tls else "PLAINTEXT")
        listener = {
            "listeners": f"PLAINTEXT://127.0.0.1:{broker.port},SECURE://127.0.0.1:{broker.secure_port},"
                         f"CONTROLLER://127.0.0.1:{broker.controller_port}",
            "listener.security.protocol.map": f"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:{kind}",
            "inter.broker.listener.name": "PLAINTEXT"}
        if self.sasl:
            user, password = self.sasl
            listener["sasl.enabled.mechanisms"] = "PLAIN"
            listener["listener.name.secure.plain.sasl.jaas.config"] = \
                f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";'
        if self.tls:
            both = self.folder / "tls.pem"
            both.write_text("".join(Path(part).read_text() for part in reversed(self.tls)))  # the key first
            listener["listener.name.secure.ssl.keystore.type"] = "PEM"
            listener["listener.name.secure.ssl.keystore.location"] = both
        return listener

    def _format(self):
        """Each data folder gets Kafka's marks; made by Kafka once, since each Java costs a second, and copied with another number."""
        first, *others = self.brokers.values()
        done = subprocess.run([*JAVA, "kafka.tools.StorageTool", "format", "-t", random_id(), "-c", first.properties],
                              capture_output=True, text=True, cwd=first.folder)
        if done.returncode != 0:
            raise RuntimeError(f"Kafka could not format its folder: {done.stdout}{done.stderr}")
        for broker in others:
            shutil.copytree(first.folder / "data", broker.folder / "data")
            marks = broker.folder / "data/meta.properties"
            own = {"node.id": broker.number, "directory.id": random_id()}
            lines = [line for line in marks.read_text().splitlines() if line.partition("=")[0] not in own]
            marks.write_text("\n".join(lines + [f"{name}={value}" for name, value in own.items()]) + "\n")


# As much of Kafka's protocol as the above asks, so that no Java is started for each question.

def text(value):
    return struct.pack(">h", len(value.encode())) + value.encode()


class Answer:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def skip(self, count):
        self.at += count

    def number(self, kind):
        (value,) = struct.unpack_from(">" + kind, self.data, self.at)
        self.at += struct.calcsize(kind)
        return value

    def numbers(self):
        return [self.number("i") for _ in range(self.number("i"))]

    def text(self):
        if (size := self.number("h")) < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()


def ask(port, key, version, body):
    """The answer to one request, after its correlation id."""
    request = struct.pack(">hhi", key, version, 1) + text("weir-tests") + body
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        return exchange(connection, request)


def exchange(connection, request):
    connection.sendall(struct.pack(">i", len(request)) + request)
    (size,) = struct.unpack(">i", read(connection, 4))
    answer = Answer(read(connection, size))
    answer.skip(4)
    return answer


def read(connection, size):
    data = b""
    while len(data) < size:
        if not (more := connection.recv(size - len(data))):
            raise EOFError("the broker closed the connection")
        data += more
    return data
