#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "metrics/families.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/ws_server.h"

namespace so::metrics {

/// An HTTP listener of its own for whoever watches a process: GET /metrics; GET /healthz, which is
/// 200 as long as the loop turns; and GET /readyz, where a tool says what it waits for. The loop
/// outlives it.
class Endpoint {
 public:
  /// Appends what the tool has to say; the process's own families are there already.
  using Collect = std::function<void(Families& to)>;
  /// Why the tool takes nobody at present; empty: it does.
  using Unready = std::function<std::string()>;

  static Result<std::unique_ptr<Endpoint>> open(net::Loop& loop, const net::Address& address,
                                                std::string tool, Collect collect,
                                                Unready unready = {});

  [[nodiscard]] net::Address address() const { return server_->addresses().front(); }

 private:
  Endpoint(std::unique_ptr<net::WsServer> server, std::string tool, Collect collect,
           Unready unready);
  [[nodiscard]] std::optional<net::HttpReply> answer(const net::HttpRequest& request) const;

  std::unique_ptr<net::WsServer> server_;
  std::string tool_;
  Collect collect_;
  Unready unready_;
};

}  // namespace so::metrics
