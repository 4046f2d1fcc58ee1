#!/usr/bin/env python3
"""Compares what Weir and real Spark answer to queries that are not recorded in tests/sql.

    ~/spark/bin/python tests/sql/compare.py examples --weir build/release/bin/answer_queries
    ~/spark/bin/python tests/sql/compare.py file QUERIES.sql --weir build/release/bin/answer_queries
    ~/spark/bin/python tests/sql/compare.py sqltests FOLDER --weir build/release/bin/answer_queries

`examples` are those of Spark's own functions (DESCRIBE FUNCTION EXTENDED), `file` the queries of a
file, each up to a semicolon at the end of a line. `sqltests` are the files of a folder such as
Spark's sql-tests/inputs (in its test jar; not kept here): other statements are for Spark alone, and
the views and tables that they make are handed to Weir as tables. What Spark refuses is left out. Each query ends as
`same`, `refused` (by Weir), `failed` (while it ran) or `differs`. --cache keeps Spark's answers, which
take the time. Spark is set up as record.py says.
"""

import argparse
import collections
import decimal
import json
import os
import pathlib
import re
import subprocess
import sys
import time

from record import compact, encoded

# Another value each time, or of the machine that Spark runs on.
RANDOM = re.compile(r"\b(rand|randn|random|uuid|shuffle|current_\w+|curdate|now|localtimestamp|"
                    r"monotonically_increasing_id|input_file\w*|spark_partition_id|version|user|"
                    r"java_method|reflect|session_user)\b|unix_timestamp\(\)", re.IGNORECASE)


def examples(spark):
    """(function, query) of each example of a function."""
    for row in spark.sql("SHOW FUNCTIONS").collect():
        name = row[0]
        if not re.fullmatch(r"\w+", name):
            continue
        text = "\n".join(r[0] for r in spark.sql(f"DESCRIBE FUNCTION EXTENDED {name}").collect())
        for match in re.finditer(r"^\s*> (SELECT .*?);\s*$", text, re.MULTILINE | re.DOTALL):
            yield name, match.group(1)


def of_file(path):
    for query in re.split(r";\s*(?:\n|$)", pathlib.Path(path).read_text(encoding="utf-8")):
        query = "\n".join(line for line in query.split("\n") if not line.startswith("--")).strip()
        if query:
            yield "", query


# What fills a view or a table, which is handed over as it is then.
MAKES = re.compile(r"(?:CREATE\b[^()]*?\b(?:VIEW|TABLE)|INSERT\s+(?:INTO|OVERWRITE)(?:\s+TABLE)?)\s+"
                   r"(?:IF\s+NOT\s+EXISTS\s+)?`?(\w+)`?(?![\w.])", re.IGNORECASE)
NO_COLUMN = re.compile(r"interval|timestamp_ntz|void")
QUERY = re.compile(r"\s*[(\s]*(SELECT|WITH|VALUES|FROM|TABLE)\b", re.IGNORECASE)


def of_sqltests(spark, folder):
    """(file, query, Spark's answer), or (file, view, its rows) with None for an answer."""
    for path in sorted(pathlib.Path(folder).glob("*.sql")):
        session = spark.newSession()
        print(path.name, file=sys.stderr, flush=True)
        text = re.sub(r"^\s*--.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for query in re.split(r";\s*(?:\n|$)", text):
            query = query.strip()
            if not query or RANDOM.search(query) or re.match(r"SET\b", query, re.IGNORECASE):
                continue  # Spark is asked as it is set up here
            if QUERY.match(query):
                yield path.name, query, ask_spark(session, query)
                continue
            try:
                session.sql(query)
                made = MAKES.match(query)
                names = [made.group(1)] if made else []
                if re.match(r"USE\b", query, re.IGNORECASE):  # of another database
                    names = [table.tableName for table in session.sql("SHOW TABLES").collect()]
                for name in names:
                    rows = session.table(name)
                    yield path.name, {"table": name, "schema": rows.schema.jsonValue(),
                                      "rows": rows.toJSON().collect()}, None
            except Exception:  # of Spark's many kinds: its next queries fail as well
                continue


def ask_spark(spark, query):
    try:
        frame = spark.sql(query)
        fields = frame.schema.fields
        rows = [[encoded(v, f.dataType) for v, f in zip(row, fields)] for row in frame.collect()]
        return {"columns": [[f.name, f.dataType.simpleString()] for f in fields],
                "rows": json.loads(compact(rows))}
    except Exception as error:  # of Spark's many kinds
        return {"error": str(error).strip().split("\n")[0]}


def same_value(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
        return a == b or abs(a - b) <= 1e-12 * max(abs(a), abs(b))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same_value(x, y) for x, y in zip(a, b))
    return type(a) is type(b) and a == b


def in_order(query, rows):
    """Rows in which the elements of a set, whose order Spark leaves open, are sorted."""
    if "collect_set" not in query.lower():
        return rows
    def sort(value):
        if isinstance(value, list):
            return sorted((sort(item) for item in value), key=json.dumps)
        return value
    return [[sort(value) for value in row] for row in rows]


def verdict(query, spark, weir):
    if "refused" in weir or "failed" in weir:
        kind = "refused" if "refused" in weir else "failed"
        return kind, weir[kind]
    # A table's name has its catalog, where a view's has none.
    names = [[name.replace("spark_catalog.default.", ""), kind] for name, kind in spark["columns"]]
    if names != weir["columns"]:
        return "differs", f"columns {weir['columns']} and not {spark['columns']}"
    left = in_order(query, weir["rows"])
    for row in in_order(query, spark["rows"]):
        found = next((r for r in left if same_value(r, row)), None)
        if found is None:
            return "differs", f"rows {weir['rows']} and not {spark['rows']}"
        left.remove(found)
    return ("same", "") if not left else ("differs", f"more rows: {left}")


def for_weir(table):
    """Without the columns that no schema of a file has; decimals as texts, which keep their digits."""
    fields = [field for field in table["schema"]["fields"]
              if not NO_COLUMN.match(str(field["type"])) and
              not str(field["metadata"].get("__CHAR_VARCHAR_TYPE_STRING", "")).startswith("char")]
    decimals = {field["name"] for field in fields if str(field["type"]).startswith("decimal")}
    rows = [json.loads(row, parse_float=decimal.Decimal) for row in table["rows"]]
    rows = [{name: str(value) if name in decimals else value for name, value in row.items()}
            for row in rows] if decimals else table["rows"]
    return {"table": table["table"], "schema": {**table["schema"], "fields": fields},
            "rows": [json.dumps(row, default=float) for row in rows] if decimals else rows}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("what", choices=["examples", "file", "sqltests"])
    arguments.add_argument("path", nargs="?")
    arguments.add_argument("--weir", required=True, help="the program answer_queries")
    arguments.add_argument("--cache", help="a file that keeps Spark's answers")
    arguments.add_argument("--show", default="differs,failed", help="verdicts to print")
    options = arguments.parse_args()
    os.environ["TZ"] = "UTC"
    time.tzset()
    cache = pathlib.Path(options.cache) if options.cache else None
    asked = json.loads(cache.read_text()) if cache and cache.exists() else None
    if asked is None:
        from record import session

        spark = session()
        if options.what == "sqltests":
            asked = list(of_sqltests(spark, options.path))
        else:
            queries = examples(spark) if options.what == "examples" else of_file(options.path)
            asked = [[name, query, ask_spark(spark, query)] for name, query in queries
                     if not RANDOM.search(query)]
        if cache:
            cache.write_text(json.dumps(asked))
    answered = [entry for entry in asked if entry[2] is None or "error" not in entry[2]]
    weir = subprocess.Popen([options.weir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    counts = collections.Counter()
    for name, query, spark_answer in answered:
        if spark_answer is None:  # without the columns that no schema of a file has
            query = for_weir(query)
        weir.stdin.write(json.dumps(query) + "\n")
        weir.stdin.flush()
        if spark_answer is None:
            continue
        line = weir.stdout.readline()
        while line and not line.startswith("{"):  # what GoogleTest says of a table that cannot be read
            line = weir.stdout.readline()
        kind, why = verdict(query, spark_answer, json.loads(line)) if line else ("failed", "it ended")
        counts[kind] += 1
        if kind in options.show.split(","):
            print(f"{kind}: {name}: {query}\n    {why}")
    weir.stdin.close()
    weir.wait()
    total = sum(counts.values())
    print(f"{total} queries that Spark answers ({len(asked) - len(answered)} it does not): " + ", ".join(
        f"{counts[kind]} {kind} ({100 * counts[kind] / max(total, 1):.1f} %)"
        for kind in ("same", "refused", "failed", "differs")))
    return 1 if counts["differs"] or counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
