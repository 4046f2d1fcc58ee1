#pragma once

struct sockaddr;

namespace weir::alert {

/// Whether an address is not one of the public Internet: loopback, link-local, private, shared,
/// multicast, reserved, or an IPv6 form of one of these. Also true of any family but IPv4 and IPv6.
bool is_private(const sockaddr& address);

}  // namespace weir::alert
