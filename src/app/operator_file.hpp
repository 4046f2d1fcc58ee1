#pragma once

#include <string>

#include "base/result.hpp"

namespace weir::app {

/// operator.json in the data directory, readable by the server's own user only: whoever can read it
/// operates the server, and `weir tenant` does by it (docs/decisions/0017-several-tenants.md). Its
/// token is another one after each start, and it is gone when the server has stopped.
class OperatorFile {
 public:
  /// Replaces one that a killed server left behind.
  static Result<OperatorFile> write(const std::string& directory, const std::string& url,
                                    const std::string& token);
  OperatorFile(OperatorFile&& other) noexcept;
  OperatorFile& operator=(OperatorFile&&) = delete;
  OperatorFile(const OperatorFile&) = delete;
  OperatorFile& operator=(const OperatorFile&) = delete;
  ~OperatorFile();

 private:
  explicit OperatorFile(std::string path) : path_(std::move(path)) {}
  std::string path_;  // empty: moved away
};

}  // namespace weir::app
