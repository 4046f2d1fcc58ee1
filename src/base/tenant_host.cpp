#include "base/tenant_host.hpp"

#include <algorithm>
#include <iterator>

// Host names are told apart without regard to case, and may end with a dot and a port (RFC 3986
// 3.2.2, RFC 1034 3.1). A name of several labels before the domain is that of no tenant: it is not
// taken for the tenant of its last one, since a certificate for *.domain does not cover it.
namespace weir {
namespace {

constexpr std::size_t label_bytes_max = 63;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without_port(std::string_view host) {
  return host.starts_with('[') ? host : host.substr(0, host.find(':'));
}

}  // namespace

bool reads_tenant_host(std::string_view host, std::string_view domain, std::string& tenant) {
  host = without_port(host);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (domain.empty() || host.size() <= domain.size()) return false;
  const std::size_t dot = host.size() - domain.size() - 1;
  if (host[dot] != '.' || !same(host.substr(dot + 1), domain)) return false;
  tenant.clear();
  const std::string_view label = host.substr(0, dot);
  if (label.size() > label_bytes_max || label.find('.') != std::string_view::npos) return true;
  std::transform(label.begin(), label.end(), std::back_inserter(tenant), lower);
  return true;
}

std::string url_of_tenant(std::string_view url, std::string_view domain, std::string_view tenant) {
  const std::size_t begin = std::min(url.find("://"), url.size() - 3) + 3;
  const std::size_t end = std::min(url.find('/', begin), url.size());
  const std::string_view authority = url.substr(begin, end - begin);
  const std::size_t colon =
      authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  std::string out(url.substr(0, begin));
  out.append(tenant).append(".").append(domain);
  if (colon != std::string_view::npos) out.append(authority.substr(colon));
  return out.append(url.substr(end));
}

}  // namespace weir
