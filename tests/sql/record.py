#!/usr/bin/env python3
"""Records what real Spark answers to the queries of tests/sql/*.test, or checks what was recorded.

    python3 -m venv ~/spark && ~/spark/bin/pip install 'pyspark==3.5.*'      # needs Java 17
    ~/spark/bin/python tests/sql/record.py            # fill in schemas, columns and rows
    ~/spark/bin/python tests/sql/record.py --check    # fail where Spark says something else
    ~/spark/bin/python tests/sql/record.py names.test # some files only

The format is described in README.md beside this file.
"""

import argparse
import datetime
import decimal
import json
import math
import os
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
WIDE = decimal.Context(prec=60)
KINDS = ("query", "ordered", "refused", "error", "ours", "swept")


def parse(text):
    """A file as a list of blocks: dicts with kind, title, head (lines) and tail (lines after ----)."""
    blocks = []
    current = None
    for line in text.split("\n"):
        word, _, rest = line.partition(" ")
        if current is None or current["closed"]:
            if word in KINDS or word == "table":
                current = {"kind": word, "title": rest, "head": [], "tail": [], "closed": False,
                           "in_tail": False}
                blocks.append(current)
                continue
            blocks.append({"kind": "text", "title": line, "closed": True})
            current = blocks[-1]
            continue
        if line == "":
            current["closed"] = True
            blocks.append({"kind": "text", "title": "", "closed": True})
        elif line == "----" and not current["in_tail"] and current["kind"] != "table":
            current["in_tail"] = True
        elif current["in_tail"]:
            current["tail"].append(line)
        else:
            current["head"].append(line)
    return blocks


def write(blocks):
    lines = []
    for block in blocks:
        if block["kind"] == "text":
            lines.append(block["title"])
            continue
        lines.append((block["kind"] + " " + block["title"]).rstrip())
        lines += block["head"]
        if block["kind"] != "table":
            lines.append("----")
            lines += block["tail"]
    return "\n".join(lines)


def encoded(value, kind):
    """A value of a result as JSON; README.md says how each type is written."""
    name = kind.typeName()
    if value is None:
        return None
    if name == "array":
        return [encoded(item, kind.elementType) for item in value]
    if name == "map":
        pairs = [[encoded(k, kind.keyType), encoded(v, kind.valueType)] for k, v in value.items()]
        return sorted(pairs, key=lambda pair: json.dumps(pair[0]))
    if name == "struct":
        return [encoded(item, field.dataType) for item, field in zip(value, kind.fields)]
    if name in ("float", "double"):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return value
    if isinstance(value, decimal.Decimal):
        # PySpark hands over 1.0E-7 with a digit more than its type has.
        return format(value.quantize(decimal.Decimal(1).scaleb(-kind.scale), context=WIDE), "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):  # as it is stored; one of months is a number already
        return value // datetime.timedelta(microseconds=1)
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return value


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Recorder:
    def __init__(self, spark, folder):
        self.spark = spark
        self.folder = folder
        self.problems = []
        self.tables = 0
        self.asked = 0

    def table(self, block):
        from pyspark.sql.types import StructType

        path = os.path.join(self.folder, f"{self.tables}.ndjson")
        self.tables += 1
        rows = [line for line in block["head"] if not line.startswith(("schema ", "inferred "))]
        declared = [line for line in block["head"] if line.startswith("schema ")]
        pathlib.Path(path).write_text("\n".join(rows) + "\n", encoding="utf-8")
        reader = self.spark.read
        if declared:
            reader = reader.schema(StructType.fromJson(json.loads(declared[0][7:])))
        data = reader.json(path)
        data.createOrReplaceTempView("`" + block["title"] + "`")
        if not declared:
            block["head"] = ["inferred " + compact(data.schema.jsonValue())] + rows

    def query(self, block):
        self.asked += 1
        # The file holds the text as one writes it to Spark; the session is new to every name.
        try:
            frame = self.spark.sql("\n".join(block["head"]))
            types = [field.dataType for field in frame.schema.fields]
            columns = [[field.name, field.dataType.simpleString()] for field in frame.schema.fields]
            rows = [compact([encoded(v, t) for v, t in zip(row, types)]) for row in frame.collect()]
        except (ConnectionError, EOFError):  # Spark itself has ended
            raise
        except Exception as error:  # Spark's many kinds; the first line says which
            if "py4j.protocol.Py4JNetworkError" in repr(type(error)):
                raise
            return None, str(error).strip().split("\n")[0] or type(error).__name__
        if block["kind"] != "ordered":
            rows.sort()
        return [compact(columns)] + rows, None

    def run(self, path):
        text = path.read_text(encoding="utf-8")
        blocks = parse(text)
        for view in self.spark.catalog.listTables():
            self.spark.catalog.dropTempView(view.name)
        for block in blocks:
            where = f"{path.name}: {block['kind']} {block['title']}"
            if block["kind"] == "table":
                self.table(block)
            elif block["kind"] in ("query", "ordered"):
                tail, error = self.query(block)
                if tail is None:
                    self.problems.append(f"{where}: Spark refuses: {error}")
                else:
                    block["tail"] = tail
            elif block["kind"] == "swept":
                tail, error = self.query(block)
                block["tail"] = ["fails"] if tail is None else tail
            elif block["kind"] in ("refused", "error", "ours"):
                _, error = self.query(block)
                if block["kind"] == "refused" and error:
                    self.problems.append(f"{where}: Spark refuses it as well: {error}")
                if block["kind"] != "refused" and not error:
                    self.problems.append(f"{where}: Spark answers it; this is `refused` or `query`")
        return text, write(blocks)


def session():
    """Spark as tests/sql holds it: one thread, ANSI mode off, times in UTC."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    return spark


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--check", action="store_true", help="compare, do not write")
    arguments.add_argument("--seconds", type=float,
                           help="begin no further file after so long; the day says with which to begin")
    arguments.add_argument("files", nargs="*", help="files of tests/sql; all of them by default")
    options = arguments.parse_args()
    end = time.monotonic() + options.seconds if options.seconds else math.inf
    paths = [path for path in sorted(HERE.glob("*.test"))
             if not options.files or path.name in options.files]
    if missing := set(options.files) - {path.name for path in paths}:
        arguments.error("tests/sql has no " + ", ".join(sorted(missing)))
    spark = session()
    changed = []
    if options.seconds:  # so that each file's turn comes
        first = datetime.date.today().toordinal() * 7 % len(paths)
        paths = paths[first:] + paths[:first]
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(spark, folder)
        for path in paths:
            if time.monotonic() > end:
                break
            checked += 1
            before, after = recorder.run(path)
            if before != after:
                changed.append(path.name)
                if not options.check:
                    path.write_text(after, encoding="utf-8")
    for problem in recorder.problems:
        print(problem)
    print(f"Spark {spark.version}, {checked} of {len(paths)} files, "
          f"{recorder.asked} queries: " + (("differs: " if options.check else "written: ")
                                        + ", ".join(changed) if changed else "nothing differs"))
    return 1 if recorder.problems or (options.check and changed) else 0


if __name__ == "__main__":
    sys.exit(main())
