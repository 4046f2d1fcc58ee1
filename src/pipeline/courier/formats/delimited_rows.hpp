#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/courier/formats/byte_source.hpp"

namespace weir::courier {

/// How a delimited file is written: CSV, TSV, PSV. Each of the three is one character of UTF-8.
struct DelimitedFormat {
  bool header = false;
  std::string separator = ",";
  std::string quote = "\"";  // empty: nothing is quoted
  std::string escape = "\\";
  bool multiline = false;  // texts in quotes may hold line breaks
};

struct DelimitedRow {
  std::vector<std::string> cells;  // none: an empty line
  std::size_t taken = 0;           // bytes of it, with its line break
  bool open = false;               // a quote has no end
};

/// Reads rows as Spark 3.5 does, cell by cell: what a quote within a text means, which escape
/// counts where, short and long rows, names of columns that are missing or there twice. Each row
/// becomes a JSON object of texts: an empty cell is null, a cell that a short row lacks is not
/// there, and what is more than the first row has is dropped. Columns without a header are _c0, _c1
/// and so on.
///
/// Unlike Spark, a quote that is never closed in a file with `multiline` costs its line, not all
/// that follows, and no character is lost where a quote is followed by an escape. Bytes that are no
/// UTF-8 become U+FFFD.
Result<void> read_delimited(const DelimitedFormat& format, ByteSource& text, RecordSink& sink);

/// Appends `text` as a JSON string.
void append_json_string(std::string& out, std::string_view text);

}  // namespace weir::courier
