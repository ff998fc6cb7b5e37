#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "claims.h"
#include "net/address.h"
#include "net/conn_id.h"
#include "publication.h"
#include "rtmp/session.h"

namespace so::ingest {

/// One RTMP connection. Its number is its member's number.
struct Client {
  rtmp::ServerSession session;
  net::Address peer;
  std::string scope;                                // joined; empty before
  std::map<std::uint32_t, Publication*> publishes;  // by message stream, once granted
  std::map<std::uint32_t, std::string> plays;       // message stream to stream
  unsigned capabilities = 0;                        // of rtmp/capabilities.h
  std::string claims{};                             // that the hub was told; empty: kClaims
  Proof proof{};                                    // of who it is
  std::string token{};                              // that was its proof
  std::string wanted{};  // the scope that it joins once it has said who it is; empty: it has
};

/// What edges call each other's publishers for. It reaches no client.
constexpr std::string_view kKnock = "_knock";

constexpr std::uint64_t member_of(net::ConnId id) {
  return net::to_number(id);
}

}  // namespace so::ingest
