#include "catalog/readers.hpp"

// A few connections are enough: a read takes well under a millisecond of one core.
namespace weir::catalog {

/// Nothing was changed, so whether it ends well does not matter; a connection on which it does not
/// refuses to begin the next one.
void Readers::end(Reader& reader, bool is_well) {
  if (is_well)
    static_cast<void>(execute(reader.session, "COMMIT"));
  else
    backend_.roll_back(reader.session);
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
  auto reader = std::make_unique<Reader>();
  if (auto opened = backend_.open_reader(reader->session); !opened) {
    give_back(nullptr);
    return fail(std::move(opened).error());
  }
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
