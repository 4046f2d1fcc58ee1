#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include <soci/soci.h>

#include "base/result.hpp"
#include "catalog/backend.hpp"
#include "catalog/statement_cache.hpp"

namespace weir::catalog {

/// Connections to the catalog's database that only read, beside the one that writes: a read does
/// not wait for a commit, and sees all that was committed before it began. Thread-safe. They are
/// opened as they are needed, and closed before the connection that writes is.
class Readers {
 public:
  static constexpr std::size_t connections_max = 4;

  explicit Readers(Backend& backend) : backend_(backend) {}

  /// Runs `work(session)` on one of them, in a transaction that reads one state; waits while all
  /// are in use. Like a change, a read whose connection is lost is made again.
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work&, soci::session&> {
    for (int tried = 1;; ++tried) {
      auto result = read_once(work);
      if (result || !backend_.may_try_again(tried)) return result;
    }
  }

 private:
  struct Reader {
    soci::session session;
    StatementCache statements{session};  // behind the session, which it must not outlive
  };

  template <class Work>
  auto read_once(Work& work) -> std::invoke_result_t<Work&, soci::session&> {
    WEIR_TRY(std::unique_ptr<Reader> reader, take());
    if (auto begun = backend_.begin_read(reader->session); !begun) {
      give_back(std::move(reader));
      return fail(std::move(begun).error());
    }
    auto result = work(reader->session);
    end(*reader, result.has_value());
    give_back(std::move(reader));
    return result;
  }
  Result<std::unique_ptr<Reader>> take();
  void end(Reader& reader, bool is_well);
  void give_back(std::unique_ptr<Reader> reader);

  Backend& backend_;
  std::mutex mutex_;  // guards the members below
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> idle_;
  std::size_t in_use_ = 0;
};

}  // namespace weir::catalog
