#pragma once

#include <string>
#include <string_view>

#include <soci/soci.h>

#include "base/result.hpp"

namespace weir::catalog {

/// What a Statement and a Migration need to know of the database that a session is of. All else of
/// the catalog is one SQL text for SQLite and PostgreSQL. Without state; any thread.
class Dialect {
 public:
  virtual ~Dialect() = default;
  static const Dialect& of(const soci::session& session);

  /// Prepares the statement, which was allocated. Throws soci_error.
  virtual void prepare(soci::session& session, soci::statement& statement,
                       const std::string& sql) const = 0;
  /// Of one that ran without an error and is not used any more: it may be kept for the next.
  virtual void give_back(soci::session& session, soci::statement& statement,
                         const std::string& sql) const = 0;
  /// Without the statement and the bound values that a message may have: they may be secrets.
  virtual Error error_of(const soci::soci_error& error) const = 0;
  /// Whether bytes go through soci::blob; where not, they are text: "\x" and hex digits.
  virtual bool has_blobs() const = 0;
  /// bad_request where it cannot keep the text as it is.
  virtual Result<void> check_text(const std::string& text) const = 0;
  /// A statement of a migration (migrations.hpp) with this database's words; empty: it is not for
  /// this one.
  virtual std::string schema(std::string_view statement) const = 0;
};

/// Each in the file of its name.
const Dialect& sqlite_dialect();
const Dialect& postgres_dialect();

/// `text` with each `word` replaced; helps those who implement schema().
std::string replaced(std::string text, std::string_view word, std::string_view by);

}  // namespace weir::catalog
