#pragma once

namespace weir {

/// Sets the calling thread's name in the operating system's tools; at most 15 bytes are shown.
void name_this_thread(const char* name);

/// Work that can wait on a busy machine, for that of all other threads and for what stands before
/// it here.
enum class Waits { batches, queries };

/// Lowers the calling thread's scheduling priority, and that of threads it starts from now on.
void lower_this_threads_priority(Waits work);

}  // namespace weir
