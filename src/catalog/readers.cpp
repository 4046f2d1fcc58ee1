#include "catalog/readers.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include "catalog/statement.hpp"

// In SQLite's write-ahead mode a reader and the writer do not wait for each other. A commit whose
// sync failed is not seen by readers, since SQLite shows a commit to others only after its sync. A
// few connections are enough: a read takes well under a millisecond of one core.
namespace weir::catalog {

Result<void> Readers::Reader::begin() {
  WEIR_CHECK(Statement(session, "BEGIN").run());
  return {};
}

/// Nothing was changed, so whether it ends well does not matter; a connection on which it does not
/// refuses its next BEGIN.
void Readers::Reader::end() {
  static_cast<void>(Statement(session, "COMMIT").run());
}

Result<std::unique_ptr<Readers::Reader>> Readers::connect() const {
  auto reader = std::make_unique<Reader>();
  try {
    reader->session.open(soci::sqlite3, database_);
  } catch (const soci::soci_error& error) {
    return fail(Errc::io, "The catalog database cannot be opened for another reader: " +
                              error.get_error_message() + ".");
  }
  for (const char* setting : {"PRAGMA busy_timeout = 10000", "PRAGMA query_only = ON"})
    WEIR_CHECK(Statement(reader->session, setting).run());
  return reader;
}

Result<std::unique_ptr<Readers::Reader>> Readers::take() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return in_use_ < connections_max; });
    ++in_use_;
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  auto reader = connect();
  if (!reader) give_back(nullptr);
  return reader;
}

void Readers::give_back(std::unique_ptr<Reader> reader) {
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
    if (reader) idle_.push_back(std::move(reader));
  }
  returned_.notify_one();
}

}  // namespace weir::catalog
