#pragma once

#include <functional>

#include "base/result.hpp"
#include "engine/duckdb/reader/misfit_log.hpp"
#include "engine/duckdb/reader/read_plan.hpp"
#include "engine/spark/type.hpp"

namespace weir::engine::duckdb {

struct Inferred {
  spark::Type type = spark::Type::structure({});
  bool has_more_names = false;  // of the record's own; they get no columns
  MisfitLog misfits{0};         // values that became text for depth or names
};

/// The schema of NDJSON files by the rules of spark.read.json with its defaults: the union over
/// every record of every file, fields sorted by name.
///
///   whole number        long; beyond 64 bits decimal(p,0), beyond 38 digits double
///   number with . or e  double
///   true, false         boolean
///   text                string, also when it looks like a date; "" fits any type (reads as null)
///   object              struct; one without fields is dropped
///   array               array of what fits all its elements
///   null only           string
///   long and double     double; any other two: string, which holds the raw JSON text
///
/// No record can take the others' columns from them, where Spark would fail or never end:
///
///   nested too deep                    string, which holds the raw JSON text
///   an object of too many names        likewise
///   a record of too many names         those that most records have are columns
///   names that differ in case only     one field, by the spelling that was met first
///
/// A struct without fields when there are no records. Memory is bounded by the schema and a record.
/// Lines that are no JSON objects change nothing, not even by what they begin with.
/// `may_go_on` is asked before each block of lines, by one thread at a time; its error ends the
/// reading. The schema is the same with any number of threads; the caller's is one of them.
Result<Inferred> infer_ndjson(const ReadPlan& plan,
                              const std::function<Result<void>()>& may_go_on = {},
                              unsigned threads = 1);

}  // namespace weir::engine::duckdb
