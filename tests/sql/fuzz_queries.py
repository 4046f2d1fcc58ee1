#!/usr/bin/env python3
"""Asks real Spark and Weir random queries over random nested data, and shows where they differ.

    ~/spark/bin/python tests/sql/fuzz_queries.py --weir build/release/bin/answer_queries --seconds 600

Queries are grown from the rules of fuzz_rules.txt by a seeded generator; the same --seed asks the same
queries. A query that Weir refuses is counted with its reason and not asked of Spark; one that Spark
refuses or fails at is left out. A difference is made as small as it can be and printed as a block of a
*.test file: put it into one, and mend what differs. Exits 1 if there was a difference. Spark is set up
as record.py says, but interprets: code that is compiled for a query of one use takes longer.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import time

from compare import ask_spark, verdict
from record import session

RULES = pathlib.Path(__file__).with_name("fuzz_rules.txt")
ROWS = 12
TOGETHER = 20  # expressions that Spark is asked in one query
ONE_COLUMN = "SELECT id, {any} AS e FROM t"


class Node:
    """A piece of a query: text with other pieces in it."""

    def __init__(self, type_, text, children, scope):
        self.type = type_
        self.text = text  # with {} for each child
        self.children = children
        self.scope = scope  # the columns and variables that may stand here

    def sql(self):
        parts = self.text.split("{}")
        return "".join(part + (self.children[i].sql() if i < len(self.children) else "")
                       for i, part in enumerate(parts))

    def size(self):
        return 1 + sum(child.size() for child in self.children)

    def with_child(self, i, child):
        return Node(self.type, self.text, self.children[:i] + [child] + self.children[i + 1:],
                    self.scope)


class Rules:
    """fuzz_rules.txt: sets of types, columns of the tables, values, and what makes which type."""

    def __init__(self, text):
        self.sets = {}
        self.columns = collections.OrderedDict()  # name -> type, of table t
        self.values = collections.defaultdict(list)
        self.rules = collections.defaultdict(list)
        for line in text.split("\n"):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            kind, rest = line.split(" ", 1)
            if kind == "set":
                name, members = rest.split("=")
                self.sets[name.strip()] = [m.strip() for m in members.split(";")]
            elif kind == "column":
                name, type_ = rest.split(": ")
                self.columns[name] = type_
            elif kind == "values":
                type_, values = rest.split(": ", 1)
                self.values[type_] += [v.strip() for v in values.split(" ; ")]
            elif kind == "rule":
                self.rule(rest)
            else:
                raise SystemExit(f"{RULES.name}: {line}")

    def rule(self, text):
        """T stands for every type, O for every one that has an order."""
        made, template = text.split(": ", 1)
        for letter, types in (("T", self.sets["all"]), ("O", self.sets["ordered"])):
            word = re.compile(rf"\b{letter}\b")
            places = re.compile(r"\{[^{}]*\}")
            if word.search(made) or any(word.search(p) for p in places.findall(template)):
                for each in types:
                    self.rules[word.sub(each, made)].append(
                        places.sub(lambda m, t=each: word.sub(t, m.group(0)), template))
                return
        self.rules[made].append(template)

    def grow(self, chance, type_, depth, scope):
        """A piece of the type; `depth` bounds what stands inside one another."""
        if type_ in self.sets:
            type_ = chance.choice(self.sets[type_])
        leaves = [name for name, of in scope.items() if of == type_]
        values = self.values[type_]
        rules = self.rules[type_]
        if depth <= 0 or not rules or chance.random() < 0.15:
            if leaves and (not values or chance.random() < 0.75):
                return Node(type_, chance.choice(leaves), [], scope)
            if values:
                return Node(type_, chance.choice(values), [], scope)
        template = chance.choice(rules)
        children = []
        for place in re.findall(r"\{([^{}]*)\}", template):
            wanted, _, more = place.partition("|")
            inner = dict(scope)
            for variable in filter(None, more.split(",")):
                name, of = variable.split(":", 1)
                inner[name] = of.replace(";", ",")
            children.append(self.grow(chance, wanted, depth - 1, inner))
        return Node(type_, re.sub(r"\{[^{}]*\}", "{}", template), children, scope)


class Weir:
    """The program answer_queries; begun again where a query ended it."""

    def __init__(self, path):
        self.path = path
        self.tables = []
        self.process = None

    def start(self):
        self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        for table in self.tables:
            self.send(table)

    def send(self, value):
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()

    def load(self, name, schema, rows):
        self.tables = [t for t in self.tables if t["table"] != name]
        self.tables.append({"table": name, "schema": schema,
                            "rows": [json.dumps(row, ensure_ascii=False) for row in rows]})
        if self.process:
            self.send(self.tables[-1])

    def ask(self, query):
        if not self.process:
            self.start()
        try:
            self.send(query)
            return json.loads(self.process.stdout.readline())
        except (BrokenPipeError, ValueError):
            self.process.kill()
            self.process.wait()
            self.process = None
            return {"failed": "the process ended"}

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


class Spark:
    def __init__(self):
        self.spark = session()
        self.spark.conf.set("spark.sql.codegen.wholeStage", "false")
        self.spark.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")

    def load(self, name, schema, rows):
        from pyspark.sql.types import StructType

        from pyspark.sql import functions

        # A relation that is a part of the plan: most queries of it need no job.
        values = ", ".join("('" + json.dumps(row, ensure_ascii=False).replace("\\", "\\\\")
                           .replace("'", "\\'") + "')" for row in rows)
        read = functions.from_json("j", StructType.fromJson(schema)).alias("r")
        (self.spark.sql(f"SELECT * FROM VALUES {values} AS v(j)").select(read).select("r.*")
         .createOrReplaceTempView(name))

    def ask(self, query):
        return ask_spark(self.spark, query)


def value(chance, type_):
    """A value of the type as JSON writes it in a batch file."""
    if chance.random() < 0.15:
        return None
    if type_ == "bigint":
        return chance.choice([0, 1, -1, 2, 7, 31, 100, 1705314612, 2**31, -2**31, 2**63 - 1, -2**63,
                              chance.randrange(-50, 50)])
    if type_ == "int":
        return chance.choice([0, 1, -1, 2, 3, 12, 2**31 - 1, -2**31, chance.randrange(-9, 9)])
    if type_ == "double":
        return chance.choice([0.0, -0.0, 1.0, -1.5, 0.1, 2.5, 1e-7, 1e17, 123456.789, 1e300,
                              round(chance.uniform(-9, 9), 2)])
    if type_.startswith("decimal"):
        return chance.choice(["0", "1.50", "-0.01", "9999999999.99", "12.34", "-7"])
    if type_ == "boolean":
        return chance.random() < 0.5
    if type_ == "string":
        return chance.choice(["", " ", "a", "abc", "ABC", "Äöß", "😀x", " 12 ", "1.5", "1e3", "true",
                              "2024-02-29", "2024-01-15 10:30:00.5", "a,b,,c", '{"a":[1,2]}', "NaN",
                              "it's", "%_\\", "x" * chance.randrange(30)])
    if type_ == "date":
        return chance.choice(["1970-01-01", "2024-02-29", "1999-12-31", "0001-01-01", "9999-12-31",
                              "2024-01-15", "1582-10-04"])
    if type_ == "timestamp":
        return chance.choice(["1970-01-01T00:00:00Z", "2024-02-29T23:59:59.999999Z",
                              "1969-12-31T23:59:59.5Z", "2024-03-31T02:30:00Z",
                              "9999-12-31T00:00:00Z"])
    if type_.startswith("array<"):
        return [value(chance, type_[6:-1]) for _ in range(chance.randrange(4))]
    if type_.startswith("map<"):
        return {key: value(chance, type_[4:-1].split(",", 1)[1])
                for key in chance.sample(["a", "A", "b", "", "k 1"], chance.randrange(4))}
    if type_.startswith("struct<"):
        return {name: value(chance, of) for name, of in
                (field.split(":", 1) for field in type_[7:-1].split(","))}
    raise SystemExit(f"no values of {type_}")


def json_type(type_):
    """A type as Spark's JSON writes it."""
    if type_.startswith("array<"):
        return {"type": "array", "elementType": json_type(type_[6:-1]), "containsNull": True}
    if type_.startswith("map<"):
        key, of = type_[4:-1].split(",", 1)
        return {"type": "map", "keyType": json_type(key), "valueType": json_type(of),
                "valueContainsNull": True}
    if type_.startswith("struct<"):
        fields = [field.split(":", 1) for field in type_[7:-1].split(",")]
        return {"type": "struct", "fields": [
            {"name": name, "type": json_type(of), "nullable": True, "metadata": {}}
            for name, of in fields]}
    return {"bigint": "long", "int": "integer"}.get(type_, type_)


class Fuzz:
    def __init__(self, seed, weir, spark):
        self.chance = random.Random(seed)
        self.rules = Rules(RULES.read_text(encoding="utf-8"))
        self.weir = weir
        self.spark = spark
        self.counts = collections.Counter()
        self.reasons = collections.Counter()
        self.found = collections.OrderedDict()

    def new_tables(self):
        columns = self.rules.columns
        self.schema = {"type": "struct", "fields": [
            {"name": name.strip("`"), "type": json_type(of), "nullable": True, "metadata": {}}
            for name, of in columns.items()]}
        for table in ("t", "u"):
            rows = [{name.strip("`"): value(self.chance, of) for name, of in columns.items()}
                    for _ in range(ROWS)]
            for number, row in enumerate(rows):
                row["id"] = number
            self.rows = rows if table == "t" else self.rows
            for side in (self.weir, self.spark):
                side.load(table, self.schema, rows)

    def batch(self):
        """Some queries over new tables."""
        self.new_tables()
        columns = dict(self.rules.columns)
        alone, together = [], []
        for _ in range(100):
            query = self.rules.grow(self.chance, "query", self.chance.randrange(2, 6), columns)
            answer = self.weir.ask(query.sql())
            if "refused" in answer:
                self.counts["refused"] += 1
                self.reasons[re.sub(r"^line \d+, column \d+: ", "", answer["refused"])[:90]] += 1
                continue
            one = query.text == ONE_COLUMN.replace("{any}", "{}") and "rows" in answer
            (together if one else alone).append((query, answer))
        for i in range(0, len(together), TOGETHER):
            self.compare_together(together[i:i + TOGETHER])
        for query, answer in alone:
            self.compare(query, answer)

    def compare_together(self, queries):
        sql = "SELECT id, " + ", ".join(f"{query.children[0].sql()} AS e{i}"
                                        for i, (query, _) in enumerate(queries)) + " FROM t"
        spark = self.spark.ask(sql)
        for i, (query, answer) in enumerate(queries):
            if "error" in spark:  # of one of them
                self.compare(query, answer)
                continue
            name, type_ = spark["columns"][i + 1]
            mine = {"columns": [spark["columns"][0], ["e", type_]],
                    "rows": [[row[0], row[i + 1]] for row in spark["rows"]]}
            self.judge(query, mine, answer)

    def compare(self, query, answer):
        spark = self.spark.ask(query.sql())
        if "error" in spark:
            self.counts["refused by Spark"] += 1
        else:
            self.judge(query, spark, answer)

    def judge(self, query, spark, answer):
        kind, why = verdict(query.sql(), spark, answer)
        self.counts[kind] += 1
        if kind in ("differs", "failed"):
            self.show(self.smaller(query))

    def differs(self, query):
        answer = self.weir.ask(query.sql())
        if "refused" in answer:
            return None
        spark = self.spark.ask(query.sql())
        if "error" in spark:
            return None
        kind, why = verdict(query.sql(), spark, answer)
        return (spark, answer) if kind in ("differs", "failed") else None

    def smaller(self, query):
        """The smallest query of the kind that still differs."""
        tries = 0
        again = True
        while again and tries < 150:
            again = False
            for other in self.cut(query):
                tries += 1
                if other.size() < query.size() and self.differs(other):
                    query, again = other, True
                    break
        return query

    def cut(self, node):
        """The same with one piece less: a piece of the same type or a leaf in the place of one."""
        for i, child in enumerate(node.children):
            for inner in self.pieces(child):
                if inner.type == child.type and inner.scope.items() <= child.scope.items():
                    yield node.with_child(i, inner)
            if child.children:
                leaves = [name for name, of in child.scope.items() if of == child.type]
                for leaf in leaves[:2] + self.rules.values[child.type][:2]:
                    yield node.with_child(i, Node(child.type, leaf, [], child.scope))
        if node.type == "query" and node.text == ONE_COLUMN.replace("{any}", "{}"):
            for piece in self.pieces(node.children[0]):
                if piece.scope == node.scope:
                    yield node.with_child(0, piece)
        for i, child in enumerate(node.children):
            for other in self.cut(child):
                yield node.with_child(i, other)

    def pieces(self, node):
        for child in node.children:
            yield child
            yield from self.pieces(child)

    def show(self, query):
        both = self.differs(query)
        # One case of what differs in the same way is enough to mend it.
        shape = re.sub(r"\s+", " ", query.text + "".join(c.text for c in query.children))
        if shape in self.found or not both:
            return
        self.found[shape] = query.sql()
        spark, answer = both
        print(f"query {len(self.found)}\n{query.sql()}\n----\n{json.dumps(spark['columns'])}")
        mine = answer.get("rows", [])
        for row in spark["rows"]:
            if row not in mine:
                number = row[0] if query.sql().startswith("SELECT id") else None
                print("    Spark  " + json.dumps(row, ensure_ascii=False))
                if isinstance(number, int) and number < ROWS:
                    print("    row    " + json.dumps(self.rows[number], ensure_ascii=False))
        for row in mine:
            if row not in spark["rows"]:
                print("    Weir   " + json.dumps(row, ensure_ascii=False))
        if "failed" in answer or answer.get("columns") != spark["columns"]:
            print("    Weir   " + json.dumps(answer.get("failed", answer.get("columns"))))
        print(flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--weir", required=True, help="the program answer_queries")
    arguments.add_argument("--seconds", type=float, default=600)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--reasons", type=int, default=15, help="refusals to print")
    options = arguments.parse_args()
    weir = Weir(options.weir)
    fuzz = Fuzz(options.seed, weir, Spark())
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        fuzz.batch()
        total = sum(fuzz.counts.values())
        print(f"{total} queries: {dict(fuzz.counts)}", file=sys.stderr, flush=True)
    weir.close()
    total = sum(fuzz.counts.values())
    print(f"{total} queries (seed {options.seed}): " + ", ".join(
        f"{count} {kind}" for kind, count in fuzz.counts.most_common()))
    for reason, count in fuzz.reasons.most_common(options.reasons):
        print(f"  {count:5} refused: {reason}")
    return 1 if fuzz.found else 0


if __name__ == "__main__":
    sys.exit(main())
