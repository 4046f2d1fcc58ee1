#pragma once

struct sockaddr;

namespace weir::alert {

/// Whether an address is not one of the public Internet: loopback, link-local, private, shared,
/// multicast, reserved, or an IPv6 form of one of these. Also true of any family but IPv4 and IPv6.
bool is_private(const sockaddr& address);

/// Whether a cloud's metadata service may have the address: it answers any process of the machine
/// with the machine's own credentials. Link-local addresses, and the few others that clouds use.
bool is_of_metadata(const sockaddr& address);

}  // namespace weir::alert
