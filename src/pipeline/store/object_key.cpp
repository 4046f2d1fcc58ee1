#include <cinttypes>
#include <cstdio>

#include "pipeline/store/object_store.hpp"

namespace weir::store {
namespace {

/// "08-0000-0000000000000001"
std::string place_of(const BatchName& name) {
  char place[64];
  std::snprintf(place, sizeof place, "%02d-%04x-%016" PRIx64, name.hour,
                unsigned{name.partition.value}, name.first_sequence.value);
  return place;
}

}  // namespace

std::string object_key(const BatchName& name) {
  const char* extension = name.type == PayloadType::json ? ".ndjson" : ".cbor";
  return "ingest/stream/" + name.tenant + "/" + name.stream_id + "/" + to_string(name.day) + "/" +
         place_of(name) + extension;
}

std::string quarantine_key(const BatchName& name) {
  return std::string(quarantine_folder) + "/" + name.tenant + "/" + name.stream_id + "/" +
         to_string(name.day) + "-" + place_of(name);
}

}  // namespace weir::store
