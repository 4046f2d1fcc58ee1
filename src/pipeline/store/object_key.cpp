#include <cinttypes>
#include <cstdio>

#include "pipeline/store/object_store.hpp"

namespace weir::store {

std::string object_key(const BatchName& name) {
  char file[64];
  const char* extension = name.type == PayloadType::json ? "ndjson" : "cbor";
  std::snprintf(file, sizeof file, "%02d-%04x-%016" PRIx64 ".%s", name.hour,
                unsigned{name.partition.value}, name.first_sequence.value, extension);
  return "ingest/stream/" + name.tenant + "/" + name.stream_id + "/" + to_string(name.day) + "/" +
         file;
}

}  // namespace weir::store
