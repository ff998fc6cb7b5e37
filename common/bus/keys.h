#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace so::bus {

/// The keys of a bus over tcp:// (CURVE, ZeroMQ RFC 25 and 26), as text: 40 characters of Z85 each.
struct KeyPair {
  std::string known;   // the public one
  std::string secret;  // who has it, is the one who is known by the other
};

/// Whom a hub lets in.
struct KnownKey {
  std::string key;
  std::string name;  // for people; may be empty
};

/// Where they are; empty: nowhere, which will do for ipc://.
struct ToolKeyFiles {
  std::string own;  // the tool's secret key
  std::string hub;  // the hub's public key
};
struct HubKeyFiles {
  std::string own;    // the hub's secret key
  std::string tools;  // the public keys of the tools
};

KeyPair make_key_pair();

/// Writes NAME.key, mode 0600, and NAME.pub; neither may be there.
Status save_key_pair(const std::string& name, const KeyPair& pair);

/// What is in a file that only its owner may read: the secret key, with the public one found again.
Result<KeyPair> load_key_pair(const std::string& file);

/// A public key a line, then perhaps a name: what *.pub files hold, one after the other. Lines that
/// begin with # are for people. At least one key, in at most 1 MiB.
Result<std::vector<KnownKey>> load_known_keys(const std::string& file);
Result<std::vector<KnownKey>> parse_known_keys(std::string_view text, std::string_view file);

}  // namespace so::bus
