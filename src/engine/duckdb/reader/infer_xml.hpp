#pragma once

#include <functional>

#include "base/result.hpp"
#include "engine/duckdb/reader/infer.hpp"
#include "engine/duckdb/reader/read_plan.hpp"

namespace weir::engine::duckdb {

/// The schema of the rows of CBOR files: the union over every element of the plan's row tag, fields
/// sorted by name. By the shapes that spark-xml knows, and with every text a string: an XML text
/// does not say whether 0077 is a number, and the feed does.
///
///   text, or nothing                       string
///   child elements, attributes             struct; attributes are _name
///   both text and those                    struct with the text as _VALUE
///   several of one name in one element     array of what fits all of them
///   nested too deep, or of too many names  string, which holds the JSON text
///
/// A struct without fields when there is no such element. `may_go_on` is asked before each block of
/// records; its error ends the reading. Records that cannot be read change nothing.
Result<Inferred> infer_cbor(const ReadPlan& plan,
                            const std::function<Result<void>()>& may_go_on = {});

}  // namespace weir::engine::duckdb
