#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "torture/connections/server_world.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace weir::torture {

/// A self-signed certificate for the server, and a client that trusts any certificate.
class TlsSetup {
 public:
  /// Writes the certificate to a new temporary directory, which the destructor removes.
  static Result<std::unique_ptr<TlsSetup>> make();
  ~TlsSetup();
  TlsSetup(const TlsSetup&) = delete;
  TlsSetup& operator=(const TlsSetup&) = delete;

  const std::shared_ptr<http::Tls>& server() const { return server_; }
  ssl_ctx_st& client() const { return *client_; }
  /// The first bytes of a handshake, as a client sends them.
  std::string greeting() const;

 private:
  TlsSetup() = default;
  std::filesystem::path directory_;
  std::shared_ptr<http::Tls> server_;
  std::shared_ptr<ssl_ctx_st> client_;
};

/// The client's side of one connection, in the same thread as the server: between its own steps it
/// lets the server finish its work.
class SimulatedClient {
 public:
  /// `tls`: null for plain bytes. Shakes hands.
  SimulatedClient(ServerWorld& world, const TlsSetup* tls, std::optional<int> reply_room);
  ~SimulatedClient();
  SimulatedClient(const SimulatedClient&) = delete;
  SimulatedClient& operator=(const SimulatedClient&) = delete;

  /// Sends as much as the server accepts; `reads`: reads replies meanwhile.
  void send(std::string_view bytes, bool reads);
  /// Reads what has arrived.
  void take();
  void half_close(bool with_goodbye);
  void close(bool with_goodbye);
  void reset();

  bool has_ended() const { return ended_; }
  /// The statuses of the replies read, in the order of the requests; `head_only`: replies without a
  /// body. Interim replies are left out.
  std::vector<int> statuses(const std::vector<bool>& head_only) const;

 private:
  long write_some(std::string_view bytes);
  void say_goodbye();

  ServerWorld& world_;
  ServerWorld::Pair pair_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> session_;
  bool ended_ = false;
  std::string taken_;
};

}  // namespace weir::torture
