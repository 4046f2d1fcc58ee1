#include "catalog/follower.hpp"

#include <utility>

#include "base/thread.hpp"

// Only where there can be other processes. Where the database is away nobody can change it, and
// whoever uses it meanwhile is told: a look that fails says nothing.
namespace weir::catalog {

Follower::Follower(std::unique_ptr<Listener> listener, std::function<Result<void>()> look)
    : listener_(std::move(listener)), look_(std::move(look)), thread_([this] {
        name_this_thread("weir-follower");
        while (!stopping_) {
          static_cast<void>(look_());
          listener_->wait(looks_every);
        }
      }) {}

Follower::~Follower() {
  stopping_ = true;
  listener_->wake();
  thread_.join();
}

}  // namespace weir::catalog
