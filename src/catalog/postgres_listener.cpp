#include "catalog/postgres_listener.hpp"

#include <utility>

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

// SOCI knows no notifications, so this is libpq itself. While the server is away, each wait tries
// to connect once, and then sleeps.
namespace weir::catalog {
namespace {

class PostgresListener final : public Listener {
 public:
  explicit PostgresListener(std::string connection)
      : connection_(std::move(connection)), woken_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;
  ~PostgresListener() override {
    PQfinish(session_);
    if (woken_ >= 0) ::close(woken_);
  }

  void wait(std::chrono::milliseconds most) override {
    const bool hears = listen();
    pollfd files[] = {{woken_, POLLIN, 0}, {hears ? PQsocket(session_) : -1, POLLIN, 0}};
    ::poll(files, 2, static_cast<int>(most.count()));
    if (hears) take_all();
  }

  void wake() override { ::eventfd_write(woken_, 1); }

 private:
  bool listen() {
    if (session_ != nullptr && PQstatus(session_) == CONNECTION_OK) return true;
    PQfinish(session_);
    session_ = PQconnectdb(connection_.c_str());
    if (PQstatus(session_) != CONNECTION_OK) return false;
    PGresult* const result = PQexec(session_, "LISTEN weir_catalog");
    const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return done;
  }

  /// However many there are, one look finds all.
  void take_all() {
    PQconsumeInput(session_);
    while (PGnotify* const told = PQnotifies(session_))
      PQfreemem(told);
  }

  const std::string connection_;
  const int woken_;
  PGconn* session_ = nullptr;
};

}  // namespace

std::unique_ptr<Listener> postgres_listener(std::string connection) {
  return std::make_unique<PostgresListener>(std::move(connection));
}

}  // namespace weir::catalog
