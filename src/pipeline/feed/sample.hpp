#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/engine.hpp"

namespace weir::feed {

/// One field of one record of a sample. `text` is a number as it is written or a text without its
/// quotes, and empty for the others.
struct SampleValue {
  enum class Kind : std::uint8_t { null, boolean, number, text, nested };
  std::string_view name;
  Kind kind = Kind::null;
  std::string_view text;
  std::string_view json;  // as it is written; of what is not nested
};

/// Is told a sample's records one after the other. The texts live as long as the call.
class SampleReader {
 public:
  virtual ~SampleReader() = default;
  virtual void begin_record() = 0;
  virtual void value(const SampleValue& value) = 0;
  /// False: enough was read.
  virtual bool end_record() = 0;
};

/// Reads JSON objects: one a line, or one after the other, or those of one array. bad_request names
/// the record that is no JSON object. A text that was cut off anywhere (`cut`) loses its last line.
Result<void> read_json_sample(std::string_view text, bool cut, SampleReader& reader);

/// Reads the rows of an ingest query.
Result<void> read_table_sample(const engine::Table& table, SampleReader& reader);

}  // namespace weir::feed
