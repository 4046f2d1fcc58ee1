#include "control/stream_names.hpp"

namespace weir::control {

Result<std::string> StreamNames::id_of(StreamNo no) {
  const auto known = known_.find(no);
  if (known != known_.end()) return known->second;
  WEIR_TRY(const auto view, streams_.view(no));
  if (!view)
    return fail(Errc::corrupt, "The catalog names stream number " + std::to_string(no.value) +
                                   ", which it does not have.");
  return known_[no] = view->id;
}

}  // namespace weir::control
