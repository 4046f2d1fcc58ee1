#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "catalog/records.hpp"
#include "engine/engine.hpp"
#include "pipeline/feed/load_operations.hpp"

namespace weir::feed {

/// A batch file as the engine reads it.
engine::SourceFile file_of(const catalog::Batch& batch, std::string uri);

/// What a courier's operations read under one tag.
struct Files {
  engine::FileFormat format = engine::FileFormat::ndjson;
  StreamNo stream = {};  // whose fields are known; 0: none's
  std::vector<engine::SourceFile> files;
};
using FilesByTag = std::map<std::string, Files>;
/// Of the courier's "file_format".
engine::FileFormat format_of(const catalog::Courier& courier);

/// The text of the ingest query of that name.
using QueryNamed = std::function<Result<std::string>(const std::string& name)>;

/// The Spark schema of what is known of a stream's fields, for rows of this tag where they are XML
/// and else ""; empty: nothing is.
using KnownFields = std::function<Result<std::string>(StreamNo, const std::string& row_tag)>;
/// Of the catalog.
KnownFields known_fields(catalog::Catalog& catalog);

/// Adds a courier's operations for one feed to the feed's load. All of them are one load, so that
/// they stand or fall together; a truncate is done first, wherever it is listed. A tag that is not
/// among `files` has none.
Result<void> add_operations(engine::Load& load, const std::vector<Operation>& operations,
                            const FilesByTag& files, const QueryNamed& query_named,
                            const KnownFields& known_fields);

}  // namespace weir::feed
