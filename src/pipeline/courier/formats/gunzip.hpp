#pragma once

#include <memory>
#include <string>

#include "pipeline/courier/formats/byte_source.hpp"
#include "pipeline/courier/formats/unpack_budget.hpp"

namespace weir::courier {

/// Unpacks gzip, told by its first bytes and not by a name; what is not gzip passes as it is. Takes
/// any number of members, and verifies their checksums. bad_request where the file is damaged or
/// cut off.
class Gunzip final : public ByteSource {
 public:
  /// Both outlive it.
  Gunzip(ByteSource& packed, UnpackBudget& budget);
  ~Gunzip() override;
  Result<std::string_view> next() override;

 private:
  struct Stream;
  Result<void> begin();
  Result<std::string_view> inflate_some();

  ByteSource& packed_;
  UnpackBudget& budget_;
  bool begun_ = false;
  std::string head_;        // read to tell what it is; passed on where it is no gzip
  std::string_view input_;  // not inflated yet
  bool input_ended_ = false;
  bool between_ = false;  // members: what follows is another one, or nothing
  std::unique_ptr<Stream> stream_;
  std::string output_;
};

}  // namespace weir::courier
