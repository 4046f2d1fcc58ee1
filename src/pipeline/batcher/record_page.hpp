#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/store/object_store.hpp"

/// The records of a batch file as text, a page at a time: for people who look at them.
namespace weir::batcher {

struct RecordText {
  ByteRange range;   // in the file
  std::string text;  // its line of NDJSON, or the JSON of its CBOR
};

struct RecordPage {
  std::vector<RecordText> records;
  std::uint64_t next = 0;  // where the page after begins; the file's size at its end
};

/// At most `count` records from a record's first byte on, and fewer where they are large: one at
/// least. bad_request where no record begins there, corrupt where the file is damaged.
Result<RecordPage> read_page(store::ObjectStore& store, const catalog::Batch& batch,
                             std::uint64_t offset, std::uint64_t count);

}  // namespace weir::batcher
