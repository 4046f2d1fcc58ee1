#!/usr/bin/env python3
"""File couriers with a real server: a folder of mixed files backfills days into tables, whatever ends the server in the middle
each row is there once, and a hostile folder costs nobody else anything.

    tests/e2e/files_test.py --weir build/release/bin/weir
"""

import gzip
import io
import json
import os
import random
import tarfile
import time
import unittest
import zipfile

from weir_server import ApiError, Server, ServerTest, eventually, take_binary

WEIR = take_binary()
DAYS = ["2027-03-01", "2027-03-02", "2027-03-03"]
ROWS = 2000  # of each file
KILLS = 6


def entry(pattern, tag, content_type, kind="file", **more):
    land_as = {"file/tag": tag, "file/content-type": content_type, **more}
    return {"object/type": kind, "object/file-pattern": pattern, "object/land-as": land_as}


SETTINGS = [
    entry("'in/orders_'yyyy-MM-dd'.csv.gz'", "orders", "text/csv", **{"file/header-rows": 1, "file/escape": '"'}),
    entry("'in/'yyyy'/'MM'/'dd'/*.ndjson'", "orders", "application/x-ndjson"),
    entry("'in/list-'yyyyMMdd'.json'", "orders", "application/json"),
    entry("'in/sales_'yyyy-MM-dd'.xml'", "sales", "application/xml"),
    entry("'in/bundle_'yyyy-MM-dd'.tgz'", "orders", "text/pipe-separated-values", kind="archive", **{"file/header-rows": 1}),
    {"object/type": "archive", "object/file-pattern": "'in/zip_'yyyy-MM-dd'.zip'", "object/optional": True,
     "archive/contents": {"o_*.csv": {"subobject/land-as": {"file/tag": "orders", "file/content-type": "text/csv",
                                                            "file/header-rows": 1}}}},
]


def make_day(root, day, first):
    """Files of the day with rows from `first` on; returns the ids of orders and of sales."""
    (root / "in" / day.replace("-", "/")).mkdir(parents=True, exist_ok=True)
    ids = iter(range(first, first + 10 * ROWS))
    taken = []

    def some():
        taken.append([next(ids) for _ in range(ROWS)])
        return taken[-1]

    with gzip.open(root / "in" / f"orders_{day}.csv.gz", "wt", encoding="utf-16") as out:
        out.write("id,name,day\n" + "".join(f'{n},"a ""quoted"", naïve {n}",{day}\n' for n in some()))
    with open(root / "in" / day.replace("-", "/") / "part 1.ndjson", "w") as out:
        out.writelines(json.dumps({"id": n, "name": f"n{n}", "day": day}) + "\n" for n in some())
    with open(root / "in" / f"list-{day.replace('-', '')}.json", "w") as out:
        json.dump([{"id": n, "name": f"j{n}", "day": day} for n in some()], out, indent=1)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        for _ in range(2):
            body = ("id|name|day\n" + "".join(f"{n}|t{n}|{day}\n" for n in some())).encode()
            member = tarfile.TarInfo(f"x/part-{taken[-1][0]}.psv")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    (root / "in" / f"bundle_{day}.tgz").write_bytes(tar.getvalue())
    with zipfile.ZipFile(root / "in" / f"zip_{day}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("o_1.csv", "id,name,day\n" + "".join(f"{n},z{n},{day}\n" for n in some()))
        archive.writestr("readme.txt", "nobody names it")
    sales = [next(ids) for _ in range(ROWS)]
    with open(root / "in" / f"sales_{day}.xml", "w") as out:
        out.write("<?xml version='1.0'?>\n<sales><!-- <sale id='0'/> -->\n")
        out.writelines(f"<sale id='{n}'><total>{n}.50</total></sale>\n" for n in sales)
        out.write("</sales>\n")
    return [n for part in taken for n in part], sales


class FilesTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.root = self.folder / "couriers"
        (self.root / "acme" / "in").mkdir(parents=True)
        self.server = Server(WEIR, self.folder / "data", [f"couriers.folder={self.root}"]).start()
        self.orders = self.feed("Orders", [{"name": "id", "type": "integer", "required": True},
                                           {"name": "name", "type": "string"}, {"name": "day", "type": "date"}])
        self.sales = self.feed("Sales", [{"name": "id", "type": "integer", "required": True},
                                         {"name": "total", "type": "decimal"}])
        self.server.api("POST", "/api/v0/ingest-queries",
                        {"name": "Sales", "sql": "SELECT _id AS id, total FROM sales"})
        schema = {"type": "struct", "fields": [{"name": name, "type": "string", "nullable": True, "metadata": {}}
                                               for name in ("_id", "total")]}
        self.operations = {
            self.orders: [{"type": "load", "file": "orders"}],
            self.sales: [{"type": "spark-sql", "spark-sql-query": "Sales",
                          "spark-sql-files": [{"file": "sales", "options": {"rowTag": "sale"}, "schema": schema}]}]}

    def feed(self, name, fields):
        feed = self.server.api("POST", "/api/v0/feeds", {"source": "Files", "name": name, "primary_key": ["id"],
                                                         "error_threshold": 50, "fields": fields})["id"]
        self.server.api("POST", f"/api/v0/feeds/{feed}/activate")
        return feed

    def courier(self, settings=None, operations=None, **more):
        return self.server.api("POST", "/api/v0/couriers", {
            "name": "Drop", "kind": "file", "load_settings": settings or SETTINGS,
            "load_operations": self.operations if operations is None else operations, **more})["id"]

    def start(self, courier, **range_):
        return self.server.api("POST", f"/api/v0/couriers/{courier}/runs", range_ or {"all": True})["id"]

    def run_of(self, run):
        return self.server.api("GET", f"/api/v0/workflow/runs/{run}")

    def ended(self, run, seconds=240):
        return eventually(lambda: (found := self.run_of(run))["state"] in ("succeeded", "failed", "stopped") and found,
                          seconds)

    def run_courier(self, courier, **range_):
        return self.ended(self.start(courier, **range_))

    def rows(self, sql):
        return self.server.api("POST", "/api/v0/query", {"sql": sql})["rows"]

    def ids(self, table):
        return sorted(int(row[0]) for row in self.rows(f'SELECT id FROM "Files:{table}" LIMIT 10000')) \
            if self.count(table) <= 10000 else None

    def count(self, table):
        return int(self.rows(f'SELECT count(*) FROM "Files:{table}"')[0][0])

    def sums(self, table):
        return [int(n) for n in self.rows(f'SELECT count(*), count(DISTINCT id), sum(id) FROM "Files:{table}"')[0]]

    def test_three_days_of_mixed_files_are_backfilled_once_whatever_kills_the_server(self):
        orders, sales = [], []
        for number, day in enumerate(DAYS):
            some, others = make_day(self.root / "acme", day, 1 + number * 100_000)
            orders += some
            sales += others
        courier = self.courier()
        run = self.start(courier)
        chance = random.Random(7)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.6))
            self.server.kill()
            self.server.start()
        done = self.ended(run)
        self.assertEqual(done["state"], "succeeded", done)
        for _ in range(2):
            self.assertEqual(self.sums("Orders"), [len(orders), len(orders), sum(orders)])
            self.assertEqual(self.sums("Sales"), [len(sales), len(sales), sum(sales)])
            again = self.run_courier(courier, range_from=DAYS[0], range_to="2027-03-04")
            self.assertEqual(again["state"], "succeeded", again)
            landed = again["tasks"][0]["detail"]
            self.assertEqual((landed["files"], landed["known"]), (18, 18))
            self.assertTrue(all(task["detail"].get("inserted", 0) == 0 for task in again["tasks"]))

    def test_each_content_type_is_read_plain_packed_and_in_each_encoding(self):
        flat = {"csv": "text/csv", "tsv": "text/tab-separated-values", "psv": "text/pipe-separated-values",
                "ndjson": "application/x-ndjson", "stream": "application/x-json-stream", "json": "application/json"}
        between = {"csv": ",", "tsv": "\t", "psv": "|"}
        encodings = {"utf8": "utf-8", "bom8": "utf-8-sig", "le": "utf-16-le", "be": "utf-16-be"}
        folder, expected, settings = self.root / "acme" / "in", [], []

        def text_of(kind, ids):
            if kind in between:
                return "id{0}name\n".format(between[kind]) + "".join(f"{n}{between[kind]}näme {n}\n" for n in ids)
            if kind == "json":
                return json.dumps([{"id": n, "name": f"näme {n}"} for n in ids], indent=1)
            if kind == "xml":
                return "<sales>" + "".join(f"<sale id='{n}'><total>{n}.50</total></sale>" for n in ids) + "</sales>"
            return "".join(json.dumps({"id": n, "name": f"näme {n}"}) + "\n" for n in ids)

        def member(name, body):
            info = tarfile.TarInfo(name)
            info.size = len(body)
            return info, io.BytesIO(body)

        def packed(pack, body):
            out = io.BytesIO()
            if pack in ("tar", "tgz"):
                with tarfile.open(fileobj=out, mode="w:gz" if pack == "tgz" else "w") as archive:
                    archive.addfile(*member("part", body))
            elif pack == "zip":
                with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr("part", body)
            else:
                out.write(gzip.compress(body) if pack == "gz" else body)
            return out.getvalue()

        number = 0
        for kind in (*flat, "xml"):
            for encoding, codec in encodings.items():
                for pack in ("plain", "gz", "tar", "tgz", "zip"):
                    number += 2
                    mark = {"le": "\ufeff", "be": "\ufeff"}.get(encoding, "")
                    body = (mark + text_of(kind, (number, number + 1))).encode(codec)
                    name = f"{kind}_{encoding}_{pack}"
                    (folder / f"{name}_2027-03-01").write_bytes(packed(pack, body))
                    more = {"file/header-rows": 1} if kind in between else {}
                    if pack not in ("plain", "gz"):
                        more["kind"] = "archive"
                    settings.append(entry(f"'in/{name}_'yyyy-MM-dd", "sales" if kind == "xml" else "orders",
                                          "application/xml" if kind == "xml" else flat[kind], **more))
                    expected.append((kind, number))
        courier = self.courier(settings)
        run = self.run_courier(courier, day="2027-03-01")
        self.assertEqual(run["state"], "succeeded", run)
        self.assertEqual(self.ids("Orders"), sorted(n + i for kind, n in expected if kind != "xml" for i in (0, 1)))
        self.assertEqual(self.ids("Sales"), sorted(n + i for kind, n in expected if kind == "xml" for i in (0, 1)))
        names = self.rows('SELECT count(*) FROM "Files:Orders" WHERE name = \'näme \' || id')[0][0]
        self.assertEqual(int(names), 2 * sum(kind != "xml" for kind, _ in expected))
        print(f"\n{len(expected)} files: {len(flat) + 1} content types, {len(encodings)} encodings, 5 ways of packing")

    def test_batches_of_xml_are_files_of_the_content_type_ingest_pack(self):
        stream = self.server.api("POST", "/api/v0/streams", {"name": "x"})["id"]
        connection = self.server.connect()
        connection.request("POST", f"/stream/v0/data/{stream}", body="<sale id='7'><total>2.50</total></sale>",
                           headers={"Authorization": f"Bearer {self.server.ingest_token()}",
                                    "X-Amperity-Tenant": "acme", "Content-Type": "application/xml"})
        self.assertEqual(connection.getresponse().status, 202)
        connection.close()
        self.server.api("POST", f"/api/v0/streams/{stream}/flush")
        pack = self.server.file(self.server.batches(stream)[0])
        (self.root / "acme" / "p_2027-03-01.cbor").write_bytes(pack)
        (self.root / "acme" / "p_2027-03-02.cbor").write_bytes(gzip.compress(pack))
        courier = self.courier([entry("'p_'yyyy-MM-dd'.cbor'", "sales", "application/ingest-pack+cbor")],
                               {self.sales: self.operations[self.sales]})
        run = self.run_courier(courier)
        self.assertEqual(run["state"], "succeeded", run)
        self.assertEqual([[str(cell) for cell in row] for row in self.rows('SELECT id, total FROM "Files:Sales"')],
                         [["7", "2.50"]])

    def test_a_record_at_fault_is_a_row_in_error_with_its_file(self):
        (self.root / "acme" / "a_2027-03-01.ndjson").write_text(
            '{"id": 1}\n\nno json\n{"id": "two"}\n{"id": 3}\n')
        courier = self.courier([entry("'a_'yyyy-MM-dd'.ndjson'", "orders", "application/x-ndjson")],
                               {self.orders: [{"type": "load", "file": "orders"}]})
        run = self.run_courier(courier, day="2027-03-01")
        self.assertEqual(run["state"], "succeeded", run)
        self.assertEqual(self.ids("Orders"), [1, 3])
        errors = self.server.api("GET", f"/api/v0/workflow/runs/{run['id']}/errors")["items"]
        self.assertEqual(sorted(e["landed_from"]["record"] for e in errors), [2, 3])
        self.assertEqual({e["landed_from"]["path"] for e in errors}, {"a_2027-03-01.ndjson"})
        # What became of a record is told as for records of a stream.
        row = self.rows('SELECT _pk FROM "Files:Orders" WHERE id = 3')[0][0]
        lineage = self.server.api("GET", f"/api/v0/tables/Files:Orders/lineage?row={row}")
        receipt = self.server.api("GET", f"/api/v0/receipts/{lineage['record']['receipt']}")
        self.assertEqual(receipt["landed_from"], {"path": "a_2027-03-01.ndjson", "member": None, "record": 4})
        self.assertEqual(receipt["tables"][0]["state"], "loaded")

    def test_a_file_that_was_corrected_is_loaded_again_and_its_load_can_be_undone(self):
        file = self.root / "acme" / "a_2027-03-01.csv"
        file.write_text("id,name\n1,wrong\n2,right\n")
        courier = self.courier([entry("'a_'yyyy-MM-dd'.csv'", "orders", "text/csv", **{"file/header-rows": 1})],
                               {self.orders: [{"type": "load", "file": "orders"}]})
        self.assertEqual(self.run_courier(courier)["state"], "succeeded")
        file.write_text("id,name\n1,mended\n2,right\n")
        run = self.run_courier(courier)
        names = lambda: [row[0] for row in self.rows('SELECT name FROM "Files:Orders" ORDER BY id')]
        self.assertEqual(names(), ["mended", "right"])
        load = next(task["detail"]["load"] for task in run["tasks"] if task["kind"] == "load")
        self.server.api("POST", f"/api/v0/loads/{load}/undo", {})
        self.assertEqual(names(), ["wrong", "right"])

    def test_files_land_without_a_feed_and_are_samples_of_one(self):
        (self.root / "acme" / "a_2027-03-01.csv").write_text("id,total\n1,2.50\n2,3.75\n")
        courier = self.courier([entry("'a_'yyyy-MM-dd'.csv'", "t", "text/csv", **{"file/header-rows": 1})],
                               {"df-xxxxxx": [{"type": "load", "file": "t"}]})
        run = self.run_courier(courier, day="2027-03-01")
        self.assertEqual(run["error"], 'Cannot find required feeds: "df-xxxxxx"')
        landed = self.server.api("GET", f"/api/v0/couriers/{courier}")["landed"]
        self.assertEqual([one["file_tag"] for one in landed], ["t"])
        draft = self.server.api("POST", "/api/v0/feeds/draft", {"stream_id": landed[0]["stream_id"]})
        self.assertEqual([field["name"] for field in draft["feed"]["fields"]], ["id", "total"])
        self.assertNotIn(landed[0]["stream_id"],
                         [one["id"] for one in self.server.api("GET", "/api/v0/streams")["items"]])

    def test_the_store_and_other_tenants_are_places_of_their_own(self):
        inside = self.folder / "data" / "store" / "files" / "acme" / "drop"
        inside.mkdir(parents=True)
        (inside / "a_2027-03-01.ndjson").write_text('{"id": 1}\n')
        settings = [entry("'a_'yyyy-MM-dd'.ndjson'", "orders", "application/x-ndjson")]
        operations = {self.orders: [{"type": "load", "file": "orders"}]}
        courier = self.courier(settings, operations, location="store", folder="drop")
        self.assertEqual(self.run_courier(courier)["state"], "succeeded")
        self.assertEqual(self.ids("Orders"), [1])
        (self.root / "other").mkdir()
        for folder in ("../other", "/etc", "in/../../other"):
            with self.assertRaises(ApiError) as refused:
                self.courier(settings, operations, folder=folder)
            self.assertEqual(refused.exception.status, 400)
        missing = self.courier(settings, operations, folder="nowhere")
        verdict = self.server.api("POST", f"/api/v0/couriers/{missing}/validate", {})
        self.assertFalse(verdict["valid"])
        self.assertIn("acme/nowhere", verdict["message"])

    def test_a_group_waits_for_the_files_of_a_folder_and_loads_them(self):
        inside = self.folder / "data" / "store" / "files" / "acme" / "drop"
        inside.mkdir(parents=True)
        settings = [entry("'a_'yyyy-MM-dd'.ndjson'", "orders", "application/x-ndjson")]
        operations = {self.orders: [{"type": "load", "file": "orders"}]}
        of_store = self.courier(settings, operations, location="store", folder="drop")
        of_folder = self.courier(settings, operations, name="Other drop")
        (self.root / "acme" / "a_2027-03-01.ndjson").write_text('{"id": 2}\n')
        group = self.server.api("POST", "/api/v0/courier-groups", {"name": "Nightly", "couriers": [
            {"courier_id": of_store, "stop_when_missing": True}, {"courier_id": of_folder}]})["id"]
        run = self.ended(self.server.api("POST", f"/api/v0/courier-groups/{group}/runs", {"day": "2027-03-01"})["id"])
        self.assertEqual(run["state"], "failed", run)
        self.assertIn("has no files of 2027-03-01", run["error"])
        (inside / "a_2027-03-01.ndjson").write_text('{"id": 1}\n')
        retry = self.server.api("POST", f"/api/v0/workflow/runs/{run['id']}/resolve", {"resolution": "retry_task"})
        done = self.ended(retry["id"])
        self.assertEqual(done["state"], "succeeded", done)
        self.assertEqual(self.ids("Orders"), [1, 2])

    def test_a_hostile_folder_costs_nobody_else_anything(self):
        acme = self.root / "acme"
        (self.folder / "secret").mkdir()
        (self.folder / "secret" / "a_2027-03-01.ndjson").write_text('{"id": 666}\n')
        (acme / "out").symlink_to(self.folder / "secret")
        (acme / "in" / "a_link_2027-03-01.ndjson").symlink_to(self.folder / "secret" / "a_2027-03-01.ndjson")
        os.mkfifo(acme / "in" / "a_pipe_2027-03-01.ndjson")
        (acme / "in" / "a_\n_2027-03-01.ndjson").write_text('{"id": 1}\n')
        (acme / "in" / os.fsdecode(b"a_\xff_2027-03-01.ndjson")).write_text('{"id": 2}\n')
        load = {self.orders: [{"type": "load", "file": "orders"}]}
        courier = self.courier([entry("'in/a_*_'yyyy-MM-dd'.ndjson'", "orders", "application/x-ndjson"),
                                {**entry("'out/a_'yyyy-MM-dd'.ndjson'", "orders", "application/x-ndjson"),
                                 "object/optional": True}], load)
        run = self.run_courier(courier, day="2027-03-01")
        self.assertEqual(run["state"], "succeeded", run)
        self.assertEqual(self.ids("Orders"), [1, 2])
        # The root of another tenant, put in the place of this one's folder, is not followed either.
        (acme / "in").rename(acme / "was")
        (acme / "in").symlink_to(self.folder / "secret")
        self.assertEqual(self.run_courier(courier, day="2027-03-01")["state"], "failed")
        # A bomb, and an archive that leads out.
        (acme / "in").unlink()
        (acme / "in").mkdir()
        (acme / "in" / "b_2027-03-01.ndjson").write_bytes(gzip.compress(b"\n" * 300_000_000, 9))
        with tarfile.open(acme / "in" / "c_2027-03-01.tar", "w") as archive:
            member = tarfile.TarInfo("../../etc/passwd")
            archive.addfile(member, io.BytesIO())
        for name, more, said in (("b", {}, "unpacks to more"), ("c", {"kind": "archive"}, "leads up")):
            kind = "tar" if more else "ndjson"
            courier = self.courier([entry(f"'in/{name}_'yyyy-MM-dd'.{kind}'", "orders", "application/x-ndjson", **more)], load)
            run = self.run_courier(courier, day="2027-03-01")
            self.assertEqual(run["state"], "failed")
            self.assertIn(said, run["error"])
        self.assertEqual(self.ids("Orders"), [1, 2])

    def test_a_run_that_lands_can_be_stopped(self):
        big = self.root / "acme" / "a_2027-03-01.csv"
        with open(big, "w") as out:
            out.write("id,name\n")
            for number in range(1_500_000):
                out.write(f"{number},some text that makes the line longer than it would have to be {number}\n")
        courier = self.courier([entry("'a_'yyyy-MM-dd'.csv'", "orders", "text/csv", **{"file/header-rows": 1})],
                               {self.orders: [{"type": "load", "file": "orders"}]})
        run = self.start(courier)
        eventually(lambda: self.run_of(run)["state"] in ("in_progress", "running"))
        time.sleep(0.3)
        self.server.api("POST", f"/api/v0/workflow/runs/{run}/stop")
        asked = time.monotonic()
        self.assertEqual(self.ended(run)["state"], "stopped")
        self.assertLess(time.monotonic() - asked, 2.5)
        self.assertEqual(self.count("Orders"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
