#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/payload.hpp"
#include "base/time.hpp"
#include "fields/sketch.hpp"

namespace weir::fields {

/// Looks at payloads as they stand in batch files, and adds their fields to a sketch. Used by one
/// thread; keeps its memory between calls. Never fails: what cannot be read adds nothing.
class Collector {
 public:
  Collector();
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  /// `record` is a line of NDJSON or an item of a CBOR batch (docs/formats/batch-file.md). With
  /// `may_grow` false, only fields that the sketch has are counted.
  void collect(PayloadType type, std::string_view record, Time received_at, bool may_grow,
               Sketch& sketch);

 private:
  struct Walk;
  std::unique_ptr<Walk> walk_;
};

/// Which payloads of one batch are looked at: the first limits::sketch_whole_bytes, then about one
/// byte in limits::sketch_one_in. Which ones depends on what came before them, not on themselves,
/// so that large ones are not left out.
class Sample {
 public:
  bool wants(std::uint64_t record_bytes);

 private:
  std::uint64_t seen_ = 0;
  std::uint64_t looked_at_ = 0;
};

}  // namespace weir::fields
