#pragma once

namespace weir {

/// Sets the calling thread's name in the operating system's tools; at most 15 bytes are shown.
void name_this_thread(const char* name);

/// Lowers the calling thread's scheduling priority: on a busy machine its work can wait, that of
/// the other threads cannot.
void lower_this_threads_priority();

}  // namespace weir
