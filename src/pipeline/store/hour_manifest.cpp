#include "pipeline/store/hour_manifest.hpp"

#include <cstdio>

#include <boost/json.hpp>

#include "base/receipt.hpp"
#include "base/sha256.hpp"

namespace weir::store {
namespace {

namespace json = boost::json;

constexpr std::int64_t format = 1;
/// The last member: the hash of everything before it.
constexpr std::string_view seal_begin = R"(,"manifest_sha256":")";
constexpr std::string_view seal_end = "\"}\n";

std::string receipt_of(const HourManifest& manifest, Sequence sequence) {
  const Receipt receipt = encode_receipt({manifest.stream, manifest.partition, sequence});
  return std::string(view(receipt));
}

json::array json_of_files(const HourManifest& manifest) {
  json::array files;
  for (const HourManifest::File& file : manifest.files)
    files.push_back({{"path", file.path},
                     {"records", file.records},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256},
                     {"first_sequence", file.first_sequence.value},
                     {"last_sequence", file.last_sequence.value}});
  return files;
}

json::object json_of(const HourManifest& manifest) {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  for (const HourManifest::File& file : manifest.files) {
    records += file.records;
    bytes += file.bytes;
  }
  json::object out{{"format", format},
                   {"tenant", manifest.tenant},
                   {"stream_id", manifest.stream_id},
                   {"stream_no", manifest.stream.value},
                   {"partition", manifest.partition.value},
                   {"day", to_string(manifest.day)},
                   {"hour", manifest.hour},
                   {"accepted", manifest.accepted()},
                   {"records", records},
                   {"duplicates", manifest.duplicates},
                   {"quarantined", manifest.quarantined},
                   {"bytes", bytes},
                   {"first_sequence", manifest.first_sequence.value},
                   {"last_sequence", manifest.last_sequence.value},
                   {"first_receipt", receipt_of(manifest, manifest.first_sequence)},
                   {"last_receipt", receipt_of(manifest, manifest.last_sequence)},
                   {"first_received_at", to_string(manifest.first_received_at)},
                   {"last_received_at", to_string(manifest.last_received_at)}};
  if (manifest.previous)
    out["previous"] = {{"path", manifest.previous->path}, {"sha256", manifest.previous->sha256}};
  out["files"] = json_of_files(manifest);
  out["sha256"] = sha256_of_hour(manifest);
  return out;
}

}  // namespace

std::uint64_t HourManifest::accepted() const {
  if (is_gapless(partition)) return last_sequence.value - first_sequence.value + 1;
  std::uint64_t accounted = duplicates + quarantined;
  for (const File& file : files)
    accounted += file.records;
  return accounted;
}

namespace {

Failure not_a_manifest(const std::string& why) {
  return fail(Errc::corrupt, "it is no manifest of an hour: " + why);
}

std::uint64_t number(const json::object& from, std::string_view name) {
  return from.at(name).to_number<std::uint64_t>();
}

std::string text(const json::object& from, std::string_view name) {
  return std::string(from.at(name).as_string());
}

/// Throws Boost.JSON's exception where a member is not of the right type.
HourManifest read(const json::object& from) {
  HourManifest out;
  out.tenant = text(from, "tenant");
  out.stream_id = text(from, "stream_id");
  out.stream = {from.at("stream_no").to_number<std::uint32_t>()};
  out.partition = {from.at("partition").to_number<std::uint16_t>()};
  out.day = parse_day(text(from, "day")).value_or(Day{});
  out.hour = from.at("hour").to_number<int>();
  out.duplicates = number(from, "duplicates");
  out.quarantined = number(from, "quarantined");
  out.first_sequence = {number(from, "first_sequence")};
  out.last_sequence = {number(from, "last_sequence")};
  out.first_received_at = parse_time(text(from, "first_received_at")).value_or(Time{});
  out.last_received_at = parse_time(text(from, "last_received_at")).value_or(Time{});
  if (const auto* previous = from.if_contains("previous"))
    out.previous = {text(previous->as_object(), "path"), text(previous->as_object(), "sha256")};
  for (const json::value& item : from.at("files").as_array()) {
    const json::object& file = item.as_object();
    out.files.push_back({.path = text(file, "path"),
                         .records = number(file, "records"),
                         .bytes = number(file, "bytes"),
                         .sha256 = text(file, "sha256"),
                         .first_sequence = {number(file, "first_sequence")},
                         .last_sequence = {number(file, "last_sequence")}});
  }
  return out;
}

Result<HourManifest> parse(std::string_view bytes) {
  try {
    const json::value document = json::parse(bytes);
    const auto written_as = document.as_object().at("format").to_number<std::int64_t>();
    if (written_as > format)
      return fail(Errc::newer_version, "the manifest has format " + std::to_string(written_as) +
                                           ", this weir reads up to " + std::to_string(format));
    return read(document.as_object());
  } catch (const std::exception& error) {
    return not_a_manifest(error.what());
  }
}

}  // namespace

std::string hour_manifest_key(const HourManifest& manifest) {
  char file[64];
  std::snprintf(file, sizeof file, "%02d-%04x.manifest.json", manifest.hour,
                unsigned{manifest.partition.value});
  return "ingest/stream/" + manifest.tenant + "/" + manifest.stream_id + "/" +
         to_string(manifest.day) + "/" + file;
}

std::string sha256_of_hour(const HourManifest& manifest) {
  Sha256 whole;
  for (const HourManifest::File& file : manifest.files)
    whole.update(file.sha256 + "  " + file.path + "\n");
  return whole.hex();
}

std::string encode(const HourManifest& manifest) {
  std::string out = json::serialize(json_of(manifest));
  out.pop_back();  // the closing brace; the seal adds it again
  const std::string hash = sha256_hex(out);
  return out.append(seal_begin).append(hash).append(seal_end);
}

Result<HourManifest> decode_hour_manifest(std::string_view bytes) {
  constexpr std::size_t tail = seal_begin.size() + 64 + seal_end.size();
  if (bytes.size() < tail) return not_a_manifest("it is too short");
  const std::string_view sealed = bytes.substr(0, bytes.size() - tail);
  const std::string_view seal = bytes.substr(sealed.size());
  if (!seal.starts_with(seal_begin) || !seal.ends_with(seal_end))
    return not_a_manifest("it does not end with its own hash");
  if (seal.substr(seal_begin.size(), 64) != sha256_hex(sealed))
    return fail(Errc::corrupt, "its content is not what its own hash says");
  WEIR_TRY(HourManifest manifest, parse(bytes));
  if (encode(manifest) != bytes) return not_a_manifest("its counts or hashes contradict its files");
  return manifest;
}

}  // namespace weir::store
