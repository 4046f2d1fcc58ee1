#pragma once

#include <string>
#include <unordered_map>

#include "base/result.hpp"
#include "catalog/streams.hpp"

namespace weir::control {

/// Looks up the ids of streams by number, each once. Lives for one request.
class StreamNames {
 public:
  explicit StreamNames(catalog::Streams& streams) : streams_(streams) {}
  Result<std::string> id_of(StreamNo no);

 private:
  catalog::Streams& streams_;
  std::unordered_map<StreamNo, std::string> known_;
};

}  // namespace weir::control
