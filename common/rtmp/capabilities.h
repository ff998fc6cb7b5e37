#pragma once

#include "amf/value.h"

namespace so::rtmp {

// What a client says in its connect command that it can do beyond RTMP 1.0, and what a server that
// relays every body as it is answers (Enhanced RTMP v2, "Enhancing NetConnection connect Command").

/// Bits of capsEx.
enum Capability : unsigned {
  kReconnect = 1,  // understands NetConnection.Connect.ReconnectRequest
  kMultitrack = 2,
  kModEx = 4,
  kTimestampNano = 8,
};

/// The client's capsEx; 0 from a client that says nothing.
unsigned capabilities(const amf::Value& connect_object);

/// For the information object of the answer. To a client that asks for nothing, nothing: some fail
/// on arrays there.
amf::Members enhanced_answer(const amf::Value& connect_object);

}  // namespace so::rtmp
