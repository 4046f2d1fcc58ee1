# Sourced by script/spark-record and script/spark-check. with_spark COMMAND... runs tests/sql/COMMAND with a Python that
# has PySpark: the one that WEIR_SPARK_PYTHON names, or a virtual environment in .deps/spark, made from the registry.
# Returns 75 and says why where that cannot be had.
spark_version=3.5.3

with_spark() {
  local python=${WEIR_SPARK_PYTHON:-.deps/spark/bin/python}
  command -v java >/dev/null || { echo "there is no Java; Spark needs 17" >&2; return 75; }
  if ! "$python" -c "import pyspark; assert pyspark.__version__ == '$spark_version'" 2>/dev/null; then
    [ -z "${WEIR_SPARK_PYTHON:-}" ] || { echo "$python has no PySpark $spark_version" >&2; return 75; }
    echo "installing PySpark $spark_version into .deps/spark" >&2
    python3 -m venv .deps/spark &&
      timeout 600 .deps/spark/bin/pip install --quiet "pyspark==$spark_version" >&2 ||
      { echo "PySpark $spark_version cannot be installed; is the registry reachable?" >&2; return 75; }
  fi
  "$python" tests/sql/"$1" "${@:2}" 2> >(grep -v -e WARN -e 'log level' -e 'logging level' -e '^$' -e Stage >&2)
}
