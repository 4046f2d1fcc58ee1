// What the process does while the catalog is away needs no lease: it can change nothing there. When
// the catalog is back, runs that another process took meanwhile are refused to this one by their
// epochs.
#include "app/role_keeper.hpp"

#include "base/thread.hpp"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds lease{15'000};
constexpr std::chrono::seconds keep_every{3};

}  // namespace

RoleKeeper::RoleKeeper(catalog::Catalog& catalog, std::string name, catalog::Leases::Holder holder,
                       std::function<void(const Error&)> on_trouble)
    : catalog_(catalog),
      name_(std::move(name)),
      holder_(std::move(holder)),
      on_trouble_(std::move(on_trouble)),
      thread_([this](const std::stop_token& stop) { keep(stop); }) {}

Result<std::unique_ptr<RoleKeeper>> RoleKeeper::take(catalog::Catalog& catalog, std::string name,
                                                     catalog::Leases::Holder holder,
                                                     std::function<void(const Error&)> on_trouble) {
  WEIR_TRY(const bool is_ours, catalog.leases().hold(name, holder, lease));
  if (!is_ours) {
    WEIR_TRY(const auto held, catalog.leases().held(name));
    const std::string who = held.empty() ? "another process" : held.front().holder.about;
    return fail(Errc::conflict, "The role " + name + " of this catalog is held by " + who +
                                    ". One process has it at a time: stop that one, and start "
                                    "this one 15 seconds later.");
  }
  return std::unique_ptr<RoleKeeper>(
      new RoleKeeper(catalog, std::move(name), std::move(holder), std::move(on_trouble)));
}

void RoleKeeper::keep(const std::stop_token& stop) {
  name_this_thread("weir-role");
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      ended_.wait_for(lock, stop, keep_every, [] { return false; });
    }
    if (stop.stop_requested()) break;
    const auto kept = catalog_.leases().hold(name_, holder_, lease);
    if (kept && !*kept)
      on_trouble_({Errc::conflict, "Another process has taken the role " + name_ +
                                       " while this one did not reach the catalog. Stop one of "
                                       "them."});
  }
}

void RoleKeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  static_cast<void>(catalog_.leases().release(name_, holder_.owner));
}

}  // namespace weir::app
