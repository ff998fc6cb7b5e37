#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bus/decider.h"
#include "hub/intent.h"
#include "json/read.h"

namespace so::bus {

// What hooks are asked and what they answer, as scopewire.yaml(5) shows it.

/// {"id":7,"hook":"write","scope":"/chat/room1","object":"chat","member":...}, without a newline.
std::string question(std::uint64_t id, const hub::Intent& intent, const hub::Deed& deed);

/// {"id":7,"allow":true}; the id is the caller's business. The reason is cut at 1 KiB.
Result<Answer> read_answer(json::Element answer);

/// The body of a change request with other changes.
Result<std::string> with_changes(std::string_view body, std::string_view changes);

}  // namespace so::bus
