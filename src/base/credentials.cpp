#include "base/credentials.hpp"

#include <algorithm>

namespace weir {

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer";
  constexpr std::string_view blanks = " \t";
  if (authorization.size() <= scheme.size() || authorization[scheme.size()] != ' ' ||
      !std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char lower, char c) {
        return (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) == lower;
      }))
    return {};
  const std::size_t begin = authorization.find_first_not_of(blanks, scheme.size());
  if (begin == std::string_view::npos) return {};
  return authorization.substr(begin, authorization.find_last_not_of(blanks) - begin + 1);
}

}  // namespace weir
