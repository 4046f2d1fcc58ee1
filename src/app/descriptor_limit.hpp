#pragma once

#include <cstdint>

namespace weir::app {

/// Raises the soft limit of open files to the hard one, and returns it. Once, before there are
/// threads that open any.
std::uint64_t raise_descriptor_limit();

/// `wanted` connections, or fewer, so that a quarter of the descriptors and no fewer than 128 are
/// left for the log, batch files, the catalog and the engine.
std::uint32_t connections_within(std::uint64_t descriptors, std::uint32_t wanted);

}  // namespace weir::app
