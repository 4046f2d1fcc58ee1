#include "catalog/feeds.hpp"

#include "catalog/database.hpp"
#include "catalog/feed_fields.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"

// Whether a feed makes sense is for the feed stage to say; here is only what the database can
// hold together: that no two feeds fill one table. Its key is the folded spelling, in a column of
// its own, since SQLite folds ASCII only.
namespace weir::catalog {
namespace {

constexpr const char* columns =
    "id, tenant_no, source, name, fields, primary_key, last_updated, error_threshold, active,"
    " created_at";

/// Stores what was read, unless nothing was.
template <class T>
bool take(T& target, std::optional<T> read) {
  if (!read) return false;
  target = *std::move(read);
  return true;
}

void into(Statement& statement, Feed& row) {
  statement.into(row.id).into(row.tenant_no).into(row.source).into(row.name);
  statement.into_text(
      [&row](const std::string& json) { return take(row.fields, unpack_fields(json)); });
  statement.into_text(
      [&row](const std::string& json) { return take(row.primary_key, unpack_names(json)); });
  statement.into(row.last_updated).into(row.error_threshold).into(row.active);
  statement.into(row.created_at);
}

Result<Feed> select(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM feeds WHERE tenant_no = :tenant AND id = :id");
  Feed row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("feed", id);
  return *std::move(found);
}

/// Engines do not tell tables apart by the case of their names, so neither do we.
std::string table_key(const Feed& feed) {
  std::string key = feed.table();
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return key;
}

Result<void> check_table_is_free(soci::session& session, std::uint32_t tenant_no,
                                 const Feed& feed) {
  Statement statement(session,
                      "SELECT id FROM feeds WHERE tenant_no = :tenant AND table_key = :key");
  std::string id;
  WEIR_TRY(const bool taken, statement.bind(tenant_no).bind(table_key(feed)).into(id).next());
  if (!taken) return {};
  return fail(Errc::conflict, "The table \"" + feed.table() + "\" is the one of feed " + id +
                                  ". Choose another source or name; case does not tell two apart.");
}

}  // namespace

Result<Feed> Feeds::add(std::uint32_t tenant_no, Feed feed) {
  WEIR_CHECK(check_name("a feed's source", feed.source));
  WEIR_CHECK(check_name("a feed", feed.name));
  return database_.write([&](soci::session& session) -> Result<Feed> {
    WEIR_CHECK(check_table_is_free(session, tenant_no, feed));
    WEIR_TRY(const std::string id, database_.new_id("feeds", id_prefix::feed, 8));
    Statement insert(session,
                     "INSERT INTO feeds (id, tenant_no, source, name, table_key, fields,"
                     " primary_key, last_updated, error_threshold, active, created_at)"
                     " VALUES (:id, :tenant, :source, :name, :key, :fields, :primary_key,"
                     " :last_updated, :threshold, :active, :now)");
    insert.bind(id).bind(tenant_no).bind(feed.source).bind(feed.name).bind(table_key(feed));
    insert.bind(pack_fields(feed.fields)).bind(pack_names(feed.primary_key));
    insert.bind(feed.last_updated).bind(feed.error_threshold).bind(feed.active);
    WEIR_CHECK(insert.bind(database_.now()).run());
    return select(session, tenant_no, id);
  });
}

Result<Feed> Feeds::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<Page<Feed>> Feeds::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM feeds WHERE tenant_no = :tenant AND no > :after"
                                     " ORDER BY no LIMIT :limit");
    statement.bind(tenant_no);
    return read_page<Feed>(statement, "feeds", page, into);
  });
}

Result<Feed> Feeds::activate(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<Feed> {
    Statement update(session, "UPDATE feeds SET active = 1 WHERE tenant_no = :tenant AND id = :id");
    WEIR_CHECK(update.bind(tenant_no).bind(id).run());
    return select(session, tenant_no, id);
  });
}

}  // namespace weir::catalog
