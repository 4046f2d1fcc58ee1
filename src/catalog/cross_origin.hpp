#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::catalog {

/// Which web pages may send to a tenant's streams from a browser (the CORS protocol of the Fetch
/// standard), and the header lines that say so, ready to be sent. Immutable.
class CrossOrigin {
 public:
  /// Null where no page may. `origins` are as in canonical_origins().
  static std::shared_ptr<const CrossOrigin> of(const std::vector<std::string>& origins);

  bool allows(std::string_view origin) const { return find(origin) != nullptr; }
  /// For the answers to a page of that origin; for another's, that they depend on it.
  std::string_view headers_for(std::string_view origin) const;

 private:
  struct Allowed {
    std::string origin;  // "*": any
    std::string headers;
  };
  const Allowed* find(std::string_view origin) const;

  std::vector<Allowed> allowed_;
};

/// Origins as browsers send them: "https://app.example.org", "http://localhost:3000", in lower
/// case, or "*" for any page. bad_request names one that is none.
Result<std::vector<std::string>> canonical_origins(const std::vector<std::string>& origins);

/// As the catalog keeps them: with a space between two.
std::string join_origins(const std::vector<std::string>& origins);
std::vector<std::string> split_origins(std::string_view text);

}  // namespace weir::catalog
