#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/spark_type.hpp"

namespace weir::engine {

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
/// Errors name file and line: a line that is no JSON object (corrupt); names that Spark cannot tell
/// apart, or more fields than a table can have (bad_request, say what to declare).
/// A struct without fields when there are no records. Memory is bounded by the schema.
Result<SparkType> infer_ndjson(const std::vector<std::string>& paths);

}  // namespace weir::engine
