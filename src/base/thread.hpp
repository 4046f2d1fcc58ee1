#pragma once

namespace weir {

/// What the operating system's tools show the calling thread as; at most 15 bytes count.
void name_this_thread(const char* name);

/// The calling thread gets what the others leave of a busy machine: a hundredth of a second later
/// is soon enough for its work.
void yield_to_others();

}  // namespace weir
