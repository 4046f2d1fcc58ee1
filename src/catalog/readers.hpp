#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include <soci/soci.h>

#include "base/result.hpp"
#include "catalog/statement_cache.hpp"

namespace weir::catalog {

/// Connections to the catalog's database that only read, beside the one that writes: a read does
/// not wait for a commit, and sees all that was committed before it began. Thread-safe. They are
/// opened as they are needed, and closed before the connection that writes is.
class Readers {
 public:
  static constexpr std::size_t connections_max = 4;

  struct Reader {
    soci::session session;
    StatementCache statements{session};  // behind the session, which it must not outlive
    /// In a transaction that reads one state.
    template <class Work>
    auto read(Work&& work) -> std::invoke_result_t<Work&, soci::session&> {
      WEIR_CHECK(begin());
      auto result = work(session);
      end();
      return result;
    }

   private:
    Result<void> begin();
    void end();
  };

  /// From then on there are some: `database` is SOCI's name of the file. Not while it is in use.
  void open(std::string database) { database_ = std::move(database); }
  bool any() const { return !database_.empty(); }
  /// Runs `work(session)` on one of them; waits while all are in use.
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work&, soci::session&> {
    WEIR_TRY(std::unique_ptr<Reader> reader, take());
    auto result = reader->read(work);
    give_back(std::move(reader));
    return result;
  }

 private:
  Result<std::unique_ptr<Reader>> take();
  void give_back(std::unique_ptr<Reader> reader);
  Result<std::unique_ptr<Reader>> connect() const;

  std::string database_;
  std::mutex mutex_;  // guards the members below
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> idle_;
  std::size_t in_use_ = 0;
};

}  // namespace weir::catalog
