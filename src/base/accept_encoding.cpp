#include "base/accept_encoding.hpp"

#include <algorithm>
#include <string_view>

// Weights are only told from 0: there is one coding to choose.
namespace weir::http {

bool takes_gzip(const Request& request) {
  const auto found = request.headers.find("accept-encoding");
  if (found == request.headers.end()) return false;
  std::string_view header = found->second;
  while (!header.empty()) {
    std::string_view coding = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), coding.size() + 1));
    while (coding.starts_with(' '))
      coding.remove_prefix(1);
    const std::string_view name = coding.substr(0, coding.find_first_of("; "));
    if (name != "gzip" && name != "*") continue;
    const std::size_t weight = coding.find("q=0");
    const bool is_zero =
        weight != std::string_view::npos &&
        coding.substr(weight + 3).find_first_of("123456789") == std::string_view::npos;
    return !is_zero;
  }
  return false;
}

}  // namespace weir::http
