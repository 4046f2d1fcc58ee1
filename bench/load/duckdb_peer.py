"""Bare DuckDB: the same rows, of the same types, into a table in a file. run.py starts it."""

import json
import os
import resource
import shutil
import sys
import time

import duckdb


def used():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def main():
    job = json.load(sys.stdin)
    os.makedirs(job["folder"])
    database = duckdb.connect(job["folder"] + "/bare.duckdb", config={"threads": job["threads"]})
    rows = job["sql"].format(files=json.dumps(job["files"]).replace('"', "'"))
    keyed = job["how"] == "insert or replace"
    database.execute("CREATE TABLE t AS " + rows + " LIMIT 0")
    if keyed:
        database.execute(f"ALTER TABLE t ADD PRIMARY KEY ({', '.join(job['key'])})")
    on = " AND ".join(f"t.{name} = s.{name}" for name in job["key"])
    sql = (f"INSERT OR REPLACE INTO t {rows}" if keyed else
           f"MERGE INTO t USING ({rows}) AS s ON {on} WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT")
    out = {}
    for which in ("first", "again"):
        cpu, begun = used(), time.monotonic()
        database.execute(sql)
        out[which] = {"wall": time.monotonic() - begun, "cpu": used() - cpu}
        count = database.execute("SELECT count(*) FROM t").fetchone()[0]
        if count != job["rows"]:
            sys.exit(f"{count} rows instead of {job['rows']}")
    database.close()
    shutil.rmtree(job["folder"])
    print(json.dumps(out))


main()
