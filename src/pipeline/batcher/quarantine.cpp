#include "pipeline/batcher/quarantine.hpp"

#include <algorithm>
#include <set>

#include "base/crc64.hpp"

// A settled body is overwritten with zeros by putting its file again, because an object store
// replaces whole objects only. Offsets stay as they are, so no other row changes. Files are small
// for the sake of this. The row is settled first and keeps the file's name until the bytes are
// gone: whatever a crash leaves undone is found again by that name.
namespace weir::batcher {
namespace {

Result<void> put(store::ObjectStore& store, const std::string& path, std::string_view bytes) {
  WEIR_TRY(const auto writer, store.create(path));
  WEIR_CHECK(writer->write(bytes));
  return writer->publish();
}

Failure damaged(const std::string& path, const std::string& what) {
  return fail(Errc::corrupt, path + ": " + what +
                                 ". Restore the file from a copy of the store, or replay the "
                                 "payload with bytes of your own, or drop it.");
}

}  // namespace

Result<void> put_bodies(store::ObjectStore& store, store::BatchName name,
                        std::uint64_t file_bytes_max, std::vector<catalog::Quarantined>& records) {
  std::string bytes;
  for (auto first = records.begin(); first != records.end();) {
    name.first_sequence = first->address.sequence;
    const std::string path = quarantine_key(name);
    bytes.clear();
    auto next = first;
    do {
      next->stored = {.path = path,
                      .offset = bytes.size(),
                      .bytes = next->body.size(),
                      .crc64 = crc64(next->body)};
      bytes += next->body;
      next->body = std::string();
      ++next;
    } while (next != records.end() && bytes.size() + next->body.size() <= file_bytes_max);
    WEIR_CHECK(put(store, path, bytes));
    first = next;
  }
  return {};
}

Result<std::string> Quarantine::body(const catalog::Quarantined& record) {
  if (record.state != catalog::QuarantineState::held) return std::string();
  const catalog::StoredBody& stored = record.stored;
  if (stored.path.empty()) return batches_.quarantined_body(record.address);
  auto bytes = store_.read_range(stored.path, stored.offset, stored.bytes);
  if (!bytes && bytes.error().code == Errc::not_found)
    return damaged(stored.path, "the file of quarantined payloads is gone");
  if (bytes && (bytes->size() != stored.bytes || crc64(*bytes) != stored.crc64))
    return damaged(stored.path, "the payload in it is not what was quarantined");
  return bytes;
}

Result<void> Quarantine::settle(std::uint32_t tenant_no, const Address& address,
                                catalog::QuarantineState state,
                                std::optional<Sequence> replayed_as) {
  WEIR_TRY(const std::string path, batches_.settle(tenant_no, address, state, replayed_as));
  if (path.empty()) return {};
  if (auto erased = erase(path); !erased)
    return fail_while("The payload was " + std::string(to_string(state)) +
                          ", but its bytes cannot be erased before the next start",
                      std::move(erased).error());
  return {};
}

Result<void> Quarantine::erase(const std::string& path) {
  const std::lock_guard lock(mutex_);
  WEIR_TRY(const auto file, batches_.quarantine_file(path));
  const auto is_held = [](const auto& body) { return body.is_held; };
  if (std::all_of(file.bodies.begin(), file.bodies.end(), is_held)) return {};
  if (std::any_of(file.bodies.begin(), file.bodies.end(), is_held))
    WEIR_CHECK(overwrite(file));
  else
    WEIR_CHECK(store_.remove(path));
  return batches_.forget_erased(file);
}

Result<void> Quarantine::overwrite(const catalog::Batches::QuarantineFile& file) {
  auto bytes = store_.read(file.path);
  if (!bytes && bytes.error().code == Errc::not_found) return {};  // nothing is left to erase
  if (!bytes) return fail(std::move(bytes).error());
  for (const auto& body : file.bodies) {
    if (body.is_held || body.offset >= bytes->size()) continue;
    const std::uint64_t count = std::min(body.bytes, bytes->size() - body.offset);
    bytes->replace(body.offset, count, count, '\0');
  }
  return put(store_, file.path, *bytes);
}

Result<void> Quarantine::clean_up() {
  WEIR_TRY(const auto paths, batches_.quarantine_files_to_erase());
  for (const std::string& path : paths)
    WEIR_CHECK(erase(path));
  return remove_unnamed();
}

/// A process died between its put and its commit, and then the records made no such file.
Result<void> Quarantine::remove_unnamed() {
  WEIR_TRY(const auto paths, batches_.quarantine_files());
  const std::set<std::string> named(paths.begin(), paths.end());
  const std::string root = store::quarantine_folder;
  WEIR_TRY(const auto tenants, store_.list(root));
  for (const std::string& tenant : tenants) {
    WEIR_TRY(const auto streams, store_.list(root + "/" + tenant));
    for (const std::string& stream : streams) {
      const std::string folder = root + "/" + tenant + "/" + stream;
      WEIR_TRY(const auto files, store_.list(folder));
      for (const std::string& file : files)
        if (const std::string path = folder + "/" + file; !named.contains(path))
          WEIR_CHECK(store_.remove(path));
    }
  }
  return {};
}

Result<std::vector<store::BodiesFile>> held_in_files(catalog::Batches& batches) {
  WEIR_TRY(const auto paths, batches.quarantine_files());
  std::vector<store::BodiesFile> out;
  for (const std::string& path : paths) {
    WEIR_TRY(const auto file, batches.quarantine_file(path));
    store::BodiesFile held{.path = path, .bodies = {}};
    for (const auto& body : file.bodies)
      if (body.is_held) held.bodies.push_back({body.offset, body.bytes, body.crc64});
    if (!held.bodies.empty()) out.push_back(std::move(held));
  }
  return out;
}

}  // namespace weir::batcher
