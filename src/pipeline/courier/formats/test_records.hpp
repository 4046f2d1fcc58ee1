#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/courier/formats/byte_source.hpp"

namespace weir::courier {

/// Bytes of memory, in pieces of a size that a test chooses.
class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::string bytes, std::size_t piece = 64)
      : bytes_(std::move(bytes)), piece_(piece) {}
  Result<std::string_view> next() override {
    held_ = bytes_.substr(at_, piece_);
    at_ += held_.size();
    return std::string_view(held_);
  }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
  std::string held_;  // a copy, so that a view that is kept too long is found
};

struct Records final : public RecordSink {
  Result<void> record(std::string_view bytes) override {
    records.emplace_back(bytes);
    return {};
  }
  Result<void> unreadable(std::string_view why) override {
    unreadables.emplace_back(why);
    return {};
  }
  std::vector<std::string> records;
  std::vector<std::string> unreadables;
};

}  // namespace weir::courier
