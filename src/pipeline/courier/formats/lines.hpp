#pragma once

#include "pipeline/courier/formats/byte_source.hpp"

namespace weir::courier {

/// NDJSON: each line that is not blank is a record, whatever it holds; the load says which ones are
/// no JSON objects. A line over limits::record_bytes_max is unreadable.
Result<void> read_lines(ByteSource& text, RecordSink& sink);

/// JSON documents, one after the other: an object is a record, and so is each item of an array.
/// White space between tokens that would break the line becomes a blank. What is cut off, or over
/// limits::record_bytes_max, ends the reading and is unreadable.
Result<void> read_json(ByteSource& text, RecordSink& sink);

}  // namespace weir::courier
