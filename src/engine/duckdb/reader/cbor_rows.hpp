#pragma once

#include <memory>

#include "engine/duckdb/reader/pass.hpp"
#include "engine/duckdb/reader/row_writer.hpp"

namespace weir::engine::duckdb {

/// The rows of CBOR batch files (docs/formats/batch-file.md): every element of the plan's row tag,
/// by the rules of spark-xml under a declared schema:
///
///   lone element where an array is declared     array of one, also when it is empty: of one NULL
///   repeated element where none is declared     the last one
///   text where a struct is declared             its field _VALUE
///   text with attributes where a scalar is      the text
///   other element where a string is declared    JSON text of it
///   text that is not of the declared scalar     NULL
///   white space around text                     kept in strings, but with the plan's trim
///   empty or absent element                     NULL, attributes or none
///
/// A value that is skipped although its name is declared is counted in the report's misfits. A
/// damaged file is corrupt; the message names file and byte offset. `pass` outlives it.
std::unique_ptr<RowSource> cbor_rows(Pass& pass);

}  // namespace weir::engine::duckdb
