// A table instead of a call from process to process: the catalog is what all of them reach, and a
// batcher looks at it every second anyway.
#include "catalog/flushes.hpp"

#include "catalog/database.hpp"

namespace weir::catalog {
namespace {

constexpr std::chrono::minutes kept{5};

}  // namespace

Result<std::uint64_t> Flushes::ask(PartitionNo partition, StreamNo stream) {
  return database_.write([&](soci::session& session) -> Result<std::uint64_t> {
    const Time now = database_.now();
    Statement forget(session, "DELETE FROM flush_requests WHERE asked_at < :before");
    WEIR_CHECK(forget.bind(now - kept).run());
    Statement insert(session,
                     "INSERT INTO flush_requests (partition_no, stream_no, asked_at)"
                     " VALUES (:partition, :stream, :at) RETURNING no");
    std::uint64_t no = 0;
    WEIR_CHECK(insert.bind(partition).bind(stream).bind(now).into(no).next());
    return no;
  });
}

Result<std::vector<Flushes::Request>> Flushes::open() {
  return database_.read([&](soci::session& session) -> Result<std::vector<Request>> {
    Statement statement(session,
                        "SELECT no, partition_no, stream_no FROM flush_requests"
                        " WHERE done_at IS NULL ORDER BY no");
    Request row;
    statement.into(row.no).into(row.partition).into(row.stream);
    return collect(statement, row);
  });
}

Result<void> Flushes::answer(std::uint64_t no, const std::string& error) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement update(session,
                     "UPDATE flush_requests SET done_at = :at, error = :error WHERE no = :no");
    WEIR_CHECK(update.bind(database_.now()).bind(error).bind(no).run());
    return {};
  });
}

Result<std::optional<std::string>> Flushes::answer_to(std::uint64_t no) {
  return database_.read([&](soci::session& session) -> Result<std::optional<std::string>> {
    Statement statement(session,
                        "SELECT error FROM flush_requests WHERE no = :no"
                        " AND done_at IS NOT NULL");
    std::string error;
    return first(statement.bind(no).into(error), error);
  });
}

}  // namespace weir::catalog
