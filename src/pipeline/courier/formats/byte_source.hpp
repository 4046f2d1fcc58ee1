#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

/// From a file of someone else to records: the stages that a file of a file courier passes
/// (spec/couriers.md 7). Each pulls pieces from the one before it, so that a file of any size needs
/// the memory of a piece and a record.
namespace weir::courier {

/// Bytes in pieces. Used by one thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next piece, valid until the next call; empty at the end, and only there.
  virtual Result<std::string_view> next() = 0;
};

/// Takes what a file is made of, in its order.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// Of JSON and delimited files: one line without its end, which should be a JSON object. Of XML
  /// and CBOR files: the `payload` of docs/formats/batch-file.md.
  virtual Result<void> record(std::string_view bytes) = 0;
  /// What can be no record, and why: it becomes a row in error.
  virtual Result<void> unreadable(std::string_view why) = 0;
};

}  // namespace weir::courier
