#pragma once

#include <string>

#include "base/result.hpp"

namespace weir::catalog {

/// Where a PostgreSQL database is.
struct PostgresAddress {
  std::string connection;  // what libpq is told, the password and our defaults with it
  std::string name;        // for people: "weir on db.example.org:5432", without a password

  /// bad_request where libpq does not understand the URI.
  static Result<PostgresAddress> of(const std::string& url);
};

}  // namespace weir::catalog
