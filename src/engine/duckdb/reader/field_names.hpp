#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/spark/type.hpp"

namespace weir::engine::duckdb {

/// Finds the field of a struct for a name in the data, for one object after the other. Declared
/// names are case-sensitive, as in Spark's readers. An inferred field stands for all spellings that
/// Spark SQL cannot tell apart: it takes the value under its own spelling, otherwise the value
/// under another one. Used by one thread.
class FieldNames {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct Found {
    std::size_t index = none;
    bool beaten = false;  // the object also has the field's own spelling: ignore this value
    bool beats = false;   // replaces a value taken from another spelling
  };

  /// `fields` outlives this.
  FieldNames(const std::vector<spark::Field>& fields, bool any_case);

  void begin_object();
  Found find(std::string_view name);
  bool any_case() const { return any_case_; }

 private:
  /// The spelling that an object used last for a field.
  struct Use {
    std::uint64_t object = 0;
    bool own = false;
    std::string spelling;  // unless own
  };
  Found used(std::size_t index, std::string_view name);

  const std::vector<spark::Field>& fields_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::unordered_map<std::string, std::size_t> folded_;  // only any_case
  std::vector<Use> uses_;                                // likewise
  std::uint64_t object_ = 0;
  std::size_t expected_ = 0;  // where the next name probably is: records repeat their order
  bool any_case_ = false;
};

}  // namespace weir::engine::duckdb
