#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "bus/client.h"

namespace so::bus {

// The bodies of requests, as scopewire-bus(7) describes them; empty where all is as it would be
// anyway.
std::string hello_body(std::string_view tool, std::uint64_t incarnation, std::string_view claims);
/// The body, an object that is not empty, and the claims of whom it is about; empty: as it is.
std::string with_claims(std::string body, std::string_view claims);
std::string join_body(const JoinOptions& options);
std::string use_body(std::optional<bool> persistent);
std::string quiet(std::string_view use_body);  // the same, asking for no snapshot
std::string get_body(std::string_view key);
std::string last_body(std::uint64_t batches);
std::string publish_body(const PublishOptions& options);
std::string meta_body(std::string_view data, const MetaOptions& options);
std::string time_body(Millis timestamp);
std::string rates_body(const StreamRates& rates);
std::string ask_body(std::string_view action, std::string_view name);
std::string follow_body(const FollowOptions& options);
std::string register_body(const Client::MailboxOptions& options);
std::string kick_body(std::string_view member, std::string_view reason);

// Events that nobody sent: what an outage hid.
/// `shown` is what more of its members are, JSON without braces; epoch 0: the version is unknown.
std::string presence_event(std::string_view event, std::string_view scope, std::string_view member,
                           std::string_view shown, const Place& at);
std::string down_event(std::string_view stream, std::string_view publisher);

}  // namespace so::bus
