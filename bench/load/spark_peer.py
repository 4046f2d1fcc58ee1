"""PySpark, local: the same query over the same files, written as Parquet. run.py starts it. The session's start is not counted."""

import json
import os
import shutil
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

TICKS = os.sysconf("SC_CLK_TCK")


def used(pid):
    """CPU seconds of this process and those below it: the JVM is one."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / TICKS + sum(used(int(child)) for child in below)


def main():
    job = json.load(sys.stdin)
    spark = (SparkSession.builder.master(f"local[{job['threads']}]").config("spark.ui.enabled", "false")
             .config("spark.driver.memory", "4g").config("spark.sql.session.timeZone", "UTC").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    out = {}
    for which in ("first", "again"):
        cpu, begun = used(os.getpid()), time.monotonic()
        spark.read.json(job["files"]).createOrReplaceTempView("streaming")
        spark.sql(job["spark_sql"]).write.mode("overwrite").parquet(job["folder"] + "/parquet")
        out[which] = {"wall": time.monotonic() - begun, "cpu": used(os.getpid()) - cpu}
    count = spark.read.parquet(job["folder"] + "/parquet").count()
    if count != job["rows"]:
        sys.exit(f"{count} rows instead of {job['rows']}")
    spark.stop()
    shutil.rmtree(job["folder"])
    print(json.dumps(out))


main()
