#include "app/listen.hpp"

#include <charconv>

#include <fmt/format.h>

namespace weir::app {

Result<Listen> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  unsigned port = 65'536;
  if (colon != std::string::npos) {
    const char* begin = text.data() + colon + 1;
    const char* end = text.data() + text.size();
    const auto [read_to, error] = std::from_chars(begin, end, port);
    if (error != std::errc() || read_to != end) port = 65'536;
  }
  if (colon == 0 || port > 65'535)
    return fail(
        Errc::bad_request,
        fmt::format("--listen takes HOST:PORT, as in 127.0.0.1:8080; \"{}\" is not.", text));
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return Listen{host, static_cast<std::uint16_t>(port)};
}

std::string url_of(std::string_view scheme, const std::string& host, std::uint16_t port) {
  // A wildcard is where one listens, and no address that one could call.
  if (host.empty() || host == "0.0.0.0") return url_of(scheme, "127.0.0.1", port);
  if (host == "::") return url_of(scheme, "::1", port);
  const bool ipv6 = host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("{}://[{}]:{}", scheme, host, port)
              : fmt::format("{}://{}:{}", scheme, host, port);
}

}  // namespace weir::app
