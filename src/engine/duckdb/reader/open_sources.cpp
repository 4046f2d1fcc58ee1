// A source is a view over the function that reads its files. Rows are not copied into a table
// first: most queries use a few columns of each record, and the reader makes only those.

#include "engine/duckdb/reader/open_sources.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <sys/stat.h>

#include "base/case_fold.hpp"
#include "engine/declared_schema.hpp"
#include "engine/duckdb/reader/infer.hpp"
#include "engine/duckdb/reader/infer_xml.hpp"
#include "engine/duckdb/reader/known_fields.hpp"
#include "engine/duckdb/reader/read_function.hpp"
#include "engine/duckdb/reader/row_writer.hpp"
#include "engine/spark/schema_json.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr const char* own_prefix = "weir_";  // of weir_staged and weir_plan, beside the views

/// What a view has beside the data.
constexpr std::pair<dialect::Hidden, OriginColumn> hidden_columns[] = {
    {dialect::Hidden::origin, place_column},
    {dialect::Hidden::file, key_column},
    {dialect::Hidden::row, row_column},
    {dialect::Hidden::received_at, received_at_column},
    {dialect::Hidden::request_id, request_id_column}};

/// The paths of files of a tenant's store. A folder is looked up once: a load may have 100,000
/// files, and resolving every part of a path takes ten times as long as looking at the file.
class StorePaths {
 public:
  explicit StorePaths(const Tenant& tenant) : tenant_(tenant) {}

  /// Checks that the file exists, and has its size.
  Result<std::string> path_of(const std::string& uri, const std::optional<FileClaim>& claim) {
    // What is in the store is seen when it is read: looking costs a round trip of each file.
    if (tenant_.remote() != nullptr) return tenant_.path_of(uri);
    const std::size_t slash = uri.rfind('/');
    const std::string folder = uri.substr(0, slash == std::string::npos ? 0 : slash);
    const auto known = folders_.find(folder);
    if (known != folders_.end()) {
      std::string path = known->second + uri.substr(slash);
      if (is_as_claimed(path, claim)) return path;
    }
    WEIR_TRY(std::string path, tenant_.path_of(uri));
    WEIR_CHECK(BatchFile::open(path, claim));
    constexpr std::string_view scheme = "file://";
    const std::string written = uri.starts_with(scheme) ? uri.substr(scheme.size()) : uri;
    if (slash != std::string::npos && is_as_claimed(written, claim))
      folders_[folder] = path.substr(0, path.rfind('/'));
    return path;
  }

 private:
  /// Whether it is a plain file, no link to one elsewhere.
  static bool is_as_claimed(const std::string& path, const std::optional<FileClaim>& claim) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           (!claim || static_cast<std::uint64_t>(status.st_size) == claim->bytes);
  }

  const Tenant& tenant_;
  std::unordered_map<std::string, std::string> folders_;  // of URIs, as they are on the disk
};

void choose(const Source& source, const ChosenRecords& chosen, ReadPlan& plan) {
  for (std::size_t i = 0; i < source.files.size(); ++i) {
    const std::string& file = source.files[i].name();
    const auto mended = chosen.mended.find(file);
    if (mended != chosen.mended.end()) plan.mended[i] = mended->second;
    const auto rows = chosen.rows.find(file);
    if (rows != chosen.rows.end()) plan.only[i] = rows->second;
  }
}

/// A file that differs from the manifest can cause either error.
bool may_come_of_files(const Error& error) {
  return error.code == Errc::bad_request || error.code == Errc::corrupt;
}

Failure nothing_to_infer(const Source& source) {
  const std::string file = "file \"" + source.tag + "\"";
  if (source.format == FileFormat::cbor)
    return fail(Errc::bad_request, file + " has no element <" + source.row_tag +
                                       "> with anything in it to infer a schema from; set rowTag "
                                       "to the element that is a row, or declare a schema in the "
                                       "load operation");
  return fail(Errc::bad_request, file +
                                     " has no records with fields to infer a schema from; "
                                     "declare one in the load operation");
}

Result<Inferred> type_of(Tenant& tenant, const Source& source, const ReadPlan& plan,
                         const Allowance& allowance) {
  if (!source.schema_json.empty()) {
    auto type = declared_schema(source.schema_json);
    if (!type) return fail_while("file \"" + source.tag + "\"", std::move(type).error());
    return Inferred{*std::move(type)};
  }
  const auto watch = tenant.watch(allowance);
  const auto may_go_on = [&watch]() -> Result<void> {
    if (auto why = watch->over()) return fail(*std::move(why));
    return {};
  };
  const bool is_xml = source.format == FileFormat::cbor;
  WEIR_TRY(Inferred inferred,
           is_xml ? infer_cbor(plan, may_go_on) : infer_ndjson(plan, may_go_on, tenant.threads()));
  if (!source.known_schema_json.empty() && !inferred.has_more_names) {
    WEIR_TRY(const spark::Type known, spark::parse_schema_json(source.known_schema_json));
    inferred.type = with_known_fields(inferred.type, known);
  }
  if (inferred.type.fields().empty()) return nothing_to_infer(source);
  return inferred;
}

}  // namespace

Result<ReadPlan> plan_of(const Tenant& tenant, const Source& source) {
  ReadPlan plan;
  plan.format = source.format;
  plan.remote = tenant.remote();
  plan.row_tag = source.row_tag;
  plan.trim = source.trim;
  StorePaths paths(tenant);
  for (const SourceFile& file : source.files) {
    std::optional<FileClaim> claim;
    if (!file.sha256.empty()) claim = FileClaim{file.name(), file.bytes, file.sha256};
    if (file.content) {
      claim = FileClaim{file.name(), file.content->size(), sha256_hex(*file.content)};
      WEIR_TRY(MemoryFile content, MemoryFile::of(*file.content));
      plan.paths.push_back(content.path());
      plan.in_memory.push_back(std::make_shared<MemoryFile>(std::move(content)));
    } else {
      WEIR_TRY(std::string path, paths.path_of(file.uri, claim));
      plan.paths.push_back(std::move(path));
    }
    plan.claims.push_back(std::move(claim));
    plan.records.push_back({origin_of(file),
                            file.first_received_at,
                            {file.stream, file.partition, {file.first_sequence}},
                            {file.last_sequence},
                            file.records});
  }
  return plan;
}

Result<OpenSources> OpenSources::open(Tenant& tenant, const std::vector<Source>& sources,
                                      const Allowance& allowance, const ChosenRecords& chosen) {
  OpenSources out(tenant.readings());
  std::set<std::string> tags;
  for (const Source& source : sources) {
    if (!tags.insert(folded_name(source.tag)).second)
      return fail(Errc::bad_request,
                  "the file tag \"" + source.tag + "\" is there twice; give each file its own");
    if (folded_name(source.tag).starts_with(own_prefix))
      return fail(Errc::bad_request, "the file tag \"" + source.tag + "\" begins with \"" +
                                         own_prefix +
                                         "\", as tables of the engine's own do; "
                                         "give the file another one");
    WEIR_TRY(ReadPlan plan, plan_of(tenant, source));
    choose(source, chosen, plan);
    auto found = type_of(tenant, source, plan, allowance);
    if (!found && may_come_of_files(found.error())) WEIR_CHECK(check_files(plan, ReadReport()));
    if (!found) return fail(std::move(found).error());
    plan.type = std::move(found->type);
    plan.inferred = source.schema_json.empty();
    plan.has_more_names = found->has_more_names;
    out.add(tenant, source, std::move(plan));
    out.opened_.back().reading->report.set_inferred_misfits(found->misfits);
  }
  return out;
}

Result<OpenSources> OpenSources::open_as_text(Tenant& tenant, const Source& source,
                                              const std::vector<Field>& fields,
                                              const ChosenRecords& chosen) {
  OpenSources out(tenant.readings());
  WEIR_TRY(ReadPlan plan, plan_of(tenant, source));
  choose(source, chosen, plan);
  plan.as_text = true;
  std::vector<spark::Field> texts;
  std::set<std::string> names;
  for (const Field& field : fields) {
    if (field.combines.empty() && names.insert(folded_name(field.incoming)).second)
      texts.push_back({field.incoming, spark::Kind::string});
  }
  plan.type = spark::Type::structure(std::move(texts));
  out.add(tenant, source, std::move(plan));
  return out;
}

OpenSources OpenSources::again() const {
  OpenSources out(*readings_);
  for (const Opened& opened : opened_) {
    auto reading = std::make_shared<Reading>();
    reading->plan = opened.reading->plan;
    reading->plan.any_order = false;
    out.opened_.push_back({opened.tag, opened.files, reading, readings_->add(reading)});
  }
  return out;
}

void OpenSources::add(Tenant& tenant, const Source& source, ReadPlan plan) {
  auto reading = std::make_shared<Reading>();
  reading->plan = std::move(plan);
  opened_.push_back({source.tag, source.files, reading, tenant.readings().add(reading)});
}

OpenSources::~OpenSources() {
  for (const Opened& opened : opened_)
    readings_->remove(opened.number);
}

Result<void> OpenSources::create_views(Connection& connection) const {
  for (const Opened& opened : opened_) {
    std::string names;
    std::string columns;
    std::vector<std::string> data;
    const auto& fields = opened.reading->plan.type.fields();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      data.push_back(fields[i].name);
      names += (i > 0 ? ", " : "") + quote_name(fields[i].name);
      columns += (i > 0 ? ", " : "") + data_column(i);
    }
    for (const auto& [hidden, column] : hidden_columns) {
      names += (names.empty() ? "" : ", ") + quote_name(dialect::hidden_name(hidden, data));
      columns += (columns.empty() ? "" : ", ") + origin_name(column);
    }
    WEIR_CHECK(connection.run("CREATE OR REPLACE TEMP VIEW " + quote_name(opened.tag) + " (" +
                              names + ") AS SELECT " + columns + " FROM " +
                              rows_sql(opened.number)));
  }
  return {};
}

dialect::Relations OpenSources::relations() const {
  dialect::Relations out;
  for (const Opened& opened : opened_)
    out.push_back({opened.tag, opened.reading->plan.type});
  return out;
}

std::string OpenSources::first_sql() const {
  return rows_sql(opened_.front().number);
}

std::string OpenSources::rows_sql(std::uint64_t number) const {
  std::string read = "weir_read(" + std::to_string(number) + ")";
  if (!focus_) return read;
  const std::string is_it = "request_id = " + quote_text(focus_->receipt);
  if (focus_->alone) return "(SELECT * FROM " + read + " WHERE " + is_it + ")";
  return "(SELECT * REPLACE (CASE WHEN " + is_it + " THEN origin | " + focus_bit +
         " ELSE origin END AS origin) FROM " + read + ")";
}

void OpenSources::focus(const Focus& on) {
  focus_ = on;
  if (!on.alone) return;
  for (Opened& opened : opened_) {
    ReadPlan& plan = opened.reading->plan;
    const auto file = std::find_if(opened.files.begin(), opened.files.end(),
                                   [&](const SourceFile& each) { return each.name() == on.file; });
    const auto at = static_cast<std::size_t>(file - opened.files.begin());
    std::vector<SourceFile> files;
    ReadPlan one = plan;
    one.paths.clear();
    one.claims.clear();
    one.records.clear();
    if (file != opened.files.end()) {
      files.push_back(*file);
      one.paths.push_back(plan.paths[at]);
      one.claims.push_back(plan.claims[at]);
      one.records.push_back(plan.records[at]);
    }
    opened.files = std::move(files);
    plan = std::move(one);
  }
}

void OpenSources::read_in_any_order() {
  for (Opened& opened : opened_)
    opened.reading->plan.any_order = opened.reading->plan.pieces() > 1;
}

void OpenSources::count_in(std::atomic<std::uint64_t>& counter) {
  for (Opened& opened : opened_)
    opened.reading->report.count_in(counter);
}

std::vector<std::size_t> OpenSources::without_rows() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < opened_.size(); ++i) {
    const Reading& reading = *opened_[i].reading;
    bool whole = reading.report.rows() == 0;
    for (std::size_t file = 0; whole && file < reading.plan.paths.size(); ++file)
      whole = reading.report.is_whole(file);
    if (whole) out.push_back(i);
  }
  return out;
}

std::vector<std::uint64_t> OpenSources::rows_of_files() const {
  const Opened& first = opened_.front();
  std::vector<std::uint64_t> out(first.files.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = first.reading->report.rows_of(i);
  return out;
}

Misfits OpenSources::misfits() const {
  Misfits out;
  for (const Opened& opened : opened_) {
    out.count += opened.reading->report.misfits();
    for (const Misfit& each : opened.reading->report.first_misfits())
      out.first.push_back({opened.files[static_cast<std::size_t>(each.file)].name(),
                           static_cast<std::uint64_t>(each.row), each.path, each.value,
                           each.reason});
  }
  return out;
}

std::vector<OpenSources::BadRow> OpenSources::bad_rows() const {
  std::map<Origin, BadRow> found;  // two sources may have one file
  for (const Opened& opened : opened_) {
    for (BadRecord& each : opened.reading->report.bad_records()) {
      const auto file = static_cast<std::size_t>(each.file);
      const Origin origin = origin_of(opened.reading->plan.records_of(file).origin,
                                      static_cast<std::uint64_t>(each.row));
      const std::string& name = opened.files[file].name();
      found.try_emplace(origin, BadRow{origin, std::move(each), name});
    }
  }
  std::vector<BadRow> out;
  out.reserve(found.size());
  for (auto& [origin, row] : found)
    out.push_back(std::move(row));
  return out;
}

Failure OpenSources::failure(Error of_sql) const {
  Error error = std::move(of_sql);
  for (const Opened& opened : opened_) {
    if (auto of_files = opened.reading->report.error()) error = *std::move(of_files);
  }
  if (may_come_of_files(error)) WEIR_CHECK(check_rest());
  return fail(std::move(error));
}

Result<void> OpenSources::check_rest() const {
  for (const Opened& opened : opened_)
    WEIR_CHECK(check_files(opened.reading->plan, opened.reading->report));
  return {};
}

}  // namespace weir::engine::duckdb
