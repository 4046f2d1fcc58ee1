#include "catalog/postgres_address.hpp"

#include <array>
#include <memory>

#include <libpq-fe.h>

// libpq reads the URI, so that all it knows of TLS, services, password files and several hosts can
// be used. It is taken apart only to add what was left out, and to name it without the password.
namespace weir::catalog {
namespace {

struct Default {
  std::string_view keyword;
  std::string_view value;
};

constexpr std::array defaults = {
    Default{"connect_timeout", "5"},     Default{"tcp_user_timeout", "10000"},
    Default{"keepalives_idle", "10"},    Default{"target_session_attrs", "read-write"},
    Default{"application_name", "weir"}, Default{"client_encoding", "UTF8"},
};

/// A value of a connection string.
std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

Result<PostgresAddress> PostgresAddress::of(const std::string& url) {
  char* said = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(url.c_str(), &said), PQconninfoFree);
  const std::unique_ptr<char, void (*)(void*)> message(said, PQfreemem);
  if (!options || url.find('\0') != std::string::npos)
    return fail(Errc::bad_request,
                "The address of the catalog's PostgreSQL database is not understood: write "
                "postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full.");
  PostgresAddress address;
  std::string host;
  std::string port;
  std::string database;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    std::string_view value = option->val == nullptr ? "" : option->val;
    if (option->val == nullptr)
      for (const Default& one : defaults)
        if (one.keyword == keyword) value = one.value;
    if (value.empty()) continue;
    if (keyword == "host") host = value;
    if (keyword == "port") port = value;
    if (keyword == "dbname") database = value;
    address.connection += std::string(keyword) + "=" + quoted(value) + " ";
  }
  address.name = "\"" + database + "\" on " + (host.empty() ? "this machine" : host) +
                 (port.empty() ? "" : ":" + port);
  return address;
}

}  // namespace weir::catalog
