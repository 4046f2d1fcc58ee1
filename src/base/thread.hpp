#pragma once

namespace weir {

/// What the operating system's tools show the calling thread as; at most 15 bytes count.
void name_this_thread(const char* name);

/// The calling thread gets less of a busy machine than the others: its work may be done a little
/// later, theirs may not.
void lower_this_threads_priority();

}  // namespace weir
