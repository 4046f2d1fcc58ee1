#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pipeline/log/log.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::batcher {

/// Encodes a record as it stands in a batch file (docs/formats/batch-file.md): a line of NDJSON, or
/// an item of a CBOR sequence. Not thread-safe.
class RecordEncoder {
 public:
  /// The view is valid until the next call. An error says why the payload goes to the quarantine.
  Result<std::string_view> encode(const log::Record& record);

 private:
  Result<void> append_json(const log::Record& record);
  Result<void> append_xml(const log::Record& record);

  xml::Converter converter_;
  std::string bytes_;
};

}  // namespace weir::batcher
