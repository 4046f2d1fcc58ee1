#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "engine/declared_schema.hpp"
#include "engine/duckdb/reader/infer.hpp"
#include "engine/duckdb/reader/read_function.hpp"

using namespace weir::engine;          // NOLINT: one file of its own
using namespace weir::engine::duckdb;  // NOLINT

namespace {

/// An engine in memory, and a file that is written anew for each input.
struct Reader {
  Readings readings;
  std::unique_ptr<Database> database = *Database::open("", {{"threads", "1"}});
  Connection connection = *Connection::open(*database);
  std::string folder = (std::filesystem::temp_directory_path() / "weir-fuzz-XXXXXX").string();
  std::string file;

  Reader() {
    WEIR_ASSERT(::mkdtemp(folder.data()) != nullptr);
    file = folder + "/0.ndjson";
    WEIR_ASSERT(add_read_function(connection, readings));
  }
  ~Reader() { std::filesystem::remove_all(folder); }

  /// The rows, each line of the file being one, whatever is wrong with it.
  void read(const weir::spark::Type& type, bool inferred, bool more_names) {
    auto reading = std::make_shared<Reading>();
    reading->plan.paths = {file};
    reading->plan.type = type;
    reading->plan.inferred = inferred;
    reading->plan.has_more_names = more_names;
    std::string columns;
    for (std::size_t i = 0; i < type.fields().size(); ++i)
      columns += ", count(" + data_column(i) + ")";
    const std::uint64_t number = readings.add(reading);
    const auto counts = connection.run("SELECT count(*)" + columns + " FROM weir_read(" +
                                       std::to_string(number) + ")");
    readings.remove(number);
    if (!counts) WEIR_ASSERT(reading->report.error());
  }
};

}  // namespace

/// Any bytes are rows and records that cannot be read, or an error of the file: by the schema that
/// is inferred of them, and by a declared one that they do not fit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Reader reader;
  static const weir::spark::Type declared = *declared_schema(R"json({"type":"struct","fields":[
    {"name":"a","type":"long"},{"name":"b","type":"decimal(10,2)"},{"name":"c","type":"timestamp"},
    {"name":"d","type":{"type":"map","keyType":"string","valueType":{"type":"array",
      "elementType":"double"}}},
    {"name":"e","type":{"type":"struct","fields":[{"name":"f","type":"date"},
      {"name":"g","type":"binary"},{"name":"h","type":"boolean"}]}}]})json");
  std::ofstream(reader.file, std::ios::binary)
      << std::string_view(reinterpret_cast<const char*>(data), size);
  reader.read(declared, false, false);
  const auto inferred = infer_ndjson({.paths = {reader.file}});
  if (inferred && !inferred->type.fields().empty())
    reader.read(inferred->type, true, inferred->has_more_names);
  return 0;
}
