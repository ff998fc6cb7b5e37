#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace so::policy {

/// What a client may be refused.
enum class Action : std::uint8_t {
  kConnect,   // to be in a scope
  kCreate,    // a room or an object that was not there
  kRead,      // an object
  kWrite,     // a key
  kDelete,    // a key
  kSend,      // a message of an object, to a handler
  kPublish,   // a stream
  kPlay,      // a stream
  kMetadata,  // of a stream
  kCall,      // a method
  kServe,     // a method
  kKick,      // a member, out of all its scopes
  kRegister,  // as an identity, to read its mailbox
  kNotify,    // an identity
  kEmit,      // an event of this name, to one or all of a scope
  kHistory,   // what an object was before, of one that may be read
  kPresence,  // who is in a scope that may be connected to
};
constexpr std::array<std::string_view, 17> kActionNames{
    "connect", "create", "read", "write",    "delete", "send", "publish", "play",    "metadata",
    "call",    "serve",  "kick", "register", "notify", "emit", "history", "presence"};

constexpr std::string_view to_text(Action action) {
  return kActionNames.at(static_cast<std::size_t>(action));
}
std::optional<Action> action_named(std::string_view name);

/// Which actions; each one bit.
class Actions {
 public:
  constexpr Actions() = default;
  template <class... Each>
  constexpr explicit Actions(Action first, Each... others) : bits_(bit(first)) {
    (add(others), ...);
  }
  /// But history and presence: each goes with another one, unless a rule speaks of it by name.
  static constexpr Actions all() {
    Actions every;
    every.bits_ =
        ((1U << kActionNames.size()) - 1) & ~bit(Action::kHistory) & ~bit(Action::kPresence);
    return every;
  }
  constexpr void add(Action action) { bits_ |= bit(action); }
  [[nodiscard]] constexpr bool has(Action action) const { return (bits_ & bit(action)) != 0; }
  constexpr void add(Actions others) { bits_ |= others.bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr Actions both(Actions other) const {
    other.bits_ &= bits_;
    return other;
  }
  constexpr bool operator==(const Actions&) const = default;

 private:
  static constexpr std::uint32_t bit(Action action) { return 1U << static_cast<unsigned>(action); }
  std::uint32_t bits_ = 0;
};

// What an action is about, beside a scope. A rule with a pattern for a thing is a rule for those
// actions only that have it.
constexpr Actions kOfObjects{Action::kCreate, Action::kRead, Action::kWrite,
                             Action::kDelete, Action::kSend, Action::kHistory};
constexpr Actions kOfKeys{Action::kWrite, Action::kDelete};
constexpr Actions kOfNames{Action::kSend,     Action::kPublish, Action::kPlay,
                           Action::kMetadata, Action::kCall,    Action::kServe,
                           Action::kRegister, Action::kNotify,  Action::kEmit};

}  // namespace so::policy
