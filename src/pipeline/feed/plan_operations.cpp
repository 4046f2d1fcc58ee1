// One way from a courier's operations to a load, for the run that does it and for whoever asks what
// became of a record: both must mean the same rows.

#include "pipeline/feed/plan_operations.hpp"

#include <utility>

namespace weir::feed {

engine::SourceFile file_of(const catalog::Batch& batch, std::string uri) {
  return {.uri = std::move(uri),
          .first_received_at = batch.first_received_at,
          .records = batch.records,
          .key = batch.path,
          .bytes = batch.bytes,
          .sha256 = batch.sha256,
          .first_sequence = batch.first_sequence.value,
          .last_sequence = batch.last_sequence.value,
          .stream = batch.stream,
          .partition = batch.partition};
}

KnownFields known_fields(catalog::Catalog& catalog) {
  return [&catalog](StreamNo stream, const std::string& row_tag) {
    return catalog.stream_fields().schema(stream, row_tag);
  };
}

engine::FileFormat format_of(const catalog::Courier& courier) {
  return courier.file_format == "XML" ? engine::FileFormat::cbor : engine::FileFormat::ndjson;
}

Result<void> add_operations(engine::Load& load, const std::vector<Operation>& operations,
                            const FilesByTag& by_tag, const QueryNamed& query_named,
                            const KnownFields& known_fields) {
  const Files none;
  const auto files_of = [&](const std::string& tag) -> const Files& {
    const auto found = by_tag.find(tag);
    return found == by_tag.end() ? none : found->second;
  };
  for (const Operation& operation : operations) {
    if (operation.type == Operation::Type::truncate) {
      load.truncate = true;
      continue;
    }
    engine::Operation& one = load.operations.emplace_back();
    if (operation.type == Operation::Type::load) {
      const Files& files = files_of(operation.file);
      one.sources.push_back({.tag = operation.file, .format = files.format, .files = files.files});
      continue;
    }
    WEIR_TRY(one.query, query_named(operation.query));
    for (const QueryFile& file : operation.files) {
      const Files& files = files_of(file.tag);
      engine::Source source{.tag = file.tag,
                            .format = files.format,
                            .files = files.files,
                            .schema_json = file.schema_json,
                            .row_tag = file.row_tag,
                            .trim = file.trim};
      if (source.schema_json.empty() && files.stream.value > 0) {
        const bool is_xml = source.format == engine::FileFormat::cbor;
        WEIR_TRY(source.known_schema_json,
                 known_fields(files.stream, is_xml ? source.row_tag : std::string()));
      }
      one.sources.push_back(std::move(source));
    }
  }
  return {};
}

}  // namespace weir::feed
