#pragma once

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "pipeline/courier/files/load_settings.hpp"

/// The settings of file couriers (spec/couriers.md 6). Pure.
namespace weir::courier {

/// What a file courier lands, and how each file is read: its load settings, with the options that
/// its load operations give to the files. bad_request where two of them differ, or an option is for
/// another content type.
Result<LoadSettings> settings_of(const catalog::Courier& courier);

/// Checks a file courier before it is stored, as check() does for others.
Result<void> check_file_courier(const catalog::Courier& courier);

/// Whether files of the type become CBOR batches; the others become NDJSON.
constexpr bool is_cbor(ContentType type) {
  return type == ContentType::xml || type == ContentType::cbor;
}

}  // namespace weir::courier
