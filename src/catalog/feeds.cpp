#include "catalog/feeds.hpp"

#include "base/case_fold.hpp"
#include "catalog/database.hpp"
#include "catalog/feed_fields.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"

// Whether a feed makes sense is for the feed stage to say; here is only what the database can
// hold together: that no two feeds fill one table. SQLite folds ASCII only, so names are compared
// here; the folded spelling in a column of its own keeps the promise where this code fails. Rows
// of before 0.3 have it folded in ASCII alone.
namespace weir::catalog {
namespace {

constexpr const char* columns =
    "id, tenant_no, source, name, fields, primary_key, last_updated, error_threshold, active,"
    " created_at, format, scale, identity_resolution, sample, loaded_last, merge, deleted_field, "
    "deleted_value";

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
  statement.into(row.format).into(row.scale).into(row.identity_resolution).into(row.sample);
  statement.into(row.loaded_last).into(row.merge).into(row.deleted_field).into(row.deleted_value);
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

/// Engines do not tell tables apart by the case of their names, so neither do we. Its id; empty:
/// there is none.
Result<std::string> id_of_table(soci::session& session, std::uint32_t tenant_no,
                                const std::string& table, const std::string& but) {
  Statement statement(session,
                      "SELECT id, source, name FROM feeds WHERE tenant_no = :tenant AND id <> :id");
  Feed feed;
  statement.bind(tenant_no).bind(but).into(feed.id).into(feed.source).into(feed.name);
  while (true) {
    WEIR_TRY(const bool more, statement.next());
    if (!more) return std::string();
    if (same_name(feed.table(), table)) return feed.id;
  }
}

Result<void> check_table_is_free(soci::session& session, std::uint32_t tenant_no,
                                 const Feed& feed) {
  WEIR_TRY(const std::string id, id_of_table(session, tenant_no, feed.table(), feed.id));
  if (id.empty()) return {};
  return fail(Errc::conflict, "The table \"" + feed.table() + "\" is the one of feed " + id +
                                  ". Choose another source or name; case does not tell two apart.");
}

Result<void> check_names(const Feed& feed) {
  WEIR_CHECK(check_name("a feed's source", feed.source));
  return check_name("a feed", feed.name);
}

/// What a user says of a feed, in the order of both statements below.
void bind_settings(Statement& statement, const Feed& feed) {
  statement.bind(feed.source).bind(feed.name).bind(folded_name(feed.table()));
  statement.bind(pack_fields(feed.fields)).bind(pack_names(feed.primary_key));
  statement.bind(feed.last_updated).bind(feed.error_threshold);
  statement.bind(feed.format).bind(feed.scale).bind(feed.identity_resolution).bind(feed.sample);
  statement.bind(feed.loaded_last).bind(feed.merge);
  statement.bind(feed.deleted_field).bind(feed.deleted_value);
}

}  // namespace

Result<Feed> Feeds::add(std::uint32_t tenant_no, Feed feed) {
  feed.id.clear();
  WEIR_CHECK(check_names(feed));
  return database_.write([&](soci::session& session) -> Result<Feed> {
    WEIR_CHECK(check_table_is_free(session, tenant_no, feed));
    WEIR_TRY(const std::string id, database_.new_id("feeds", id_prefix::feed, 8));
    Statement insert(
        session,
        "INSERT INTO feeds (source, name, table_key, fields, primary_key,"
        " last_updated, error_threshold, format, scale, identity_resolution, sample,"
        " loaded_last, merge, deleted_field, deleted_value, id, tenant_no, active, created_at)"
        " VALUES (:source, :name, :key, :fields, :primary_key, :last_updated,"
        " :threshold, :format, :scale, :identity, :sample, :loaded_last, :merge,"
        " :deleted_field, :deleted_value, :id, :tenant, :active,"
        " :now)");
    bind_settings(insert, feed);
    WEIR_CHECK(insert.bind(id).bind(tenant_no).bind(feed.active).bind(database_.now()).run());
    return select(session, tenant_no, id);
  });
}

Result<Feed> Feeds::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<std::optional<Feed>> Feeds::of_table(std::uint32_t tenant_no, const std::string& table) {
  return database_.read([&](soci::session& session) -> Result<std::optional<Feed>> {
    WEIR_TRY(const std::string id, id_of_table(session, tenant_no, table, ""));
    if (id.empty()) return std::optional<Feed>();
    WEIR_TRY(auto feed, select(session, tenant_no, id));
    return std::optional(std::move(feed));
  });
}

Result<Page<Feed>> Feeds::list(std::uint32_t tenant_no, const PageRequest& page,
                               std::optional<bool> active) {
  return database_.read([&](soci::session& session) {
    const ListOf feeds{.name = "feeds", .searched = {"source || ':' || name", "id"}};
    Statement statement(
        session, std::string("SELECT no, ") + columns + " FROM feeds WHERE tenant_no = :tenant" +
                     (active ? " AND active = :active" : "") + page_sql(feeds, page));
    statement.bind(tenant_no);
    if (active) statement.bind(*active);
    return read_page<Feed>(statement, feeds, page, into);
  });
}

Result<Feed> Feeds::activate(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<Feed> {
    Statement update(session, "UPDATE feeds SET active = 1 WHERE tenant_no = :tenant AND id = :id");
    WEIR_CHECK(update.bind(tenant_no).bind(id).run());
    return select(session, tenant_no, id);
  });
}

Result<Feed> Feeds::update(std::uint32_t tenant_no, const Feed& feed) {
  WEIR_CHECK(check_names(feed));
  return database_.write([&](soci::session& session) -> Result<Feed> {
    WEIR_CHECK(check_table_is_free(session, tenant_no, feed));
    Statement update(session,
                     "UPDATE feeds SET source = :source, name = :name, table_key = :key,"
                     " fields = :fields, primary_key = :primary_key, last_updated = :last_updated,"
                     " error_threshold = :threshold, format = :format, scale = :scale,"
                     " identity_resolution = :identity, sample = :sample,"
                     " loaded_last = :loaded_last, merge = :merge,"
                     " deleted_field = :deleted_field, deleted_value = :deleted_value"
                     " WHERE id = :id AND tenant_no = :tenant");
    bind_settings(update, feed);
    WEIR_CHECK(update.bind(feed.id).bind(tenant_no).run());
    return select(session, tenant_no, feed.id);
  });
}

Result<void> Feeds::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement statement(session, "DELETE FROM feeds WHERE tenant_no = :tenant AND id = :id");
    WEIR_TRY(const auto removed, statement.bind(tenant_no).bind(id).run());
    if (removed == 0) return no_such("feed", id);
    return {};
  });
}

}  // namespace weir::catalog
