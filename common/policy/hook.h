#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "policy/action.h"
#include "policy/scope_glob.h"

namespace so::policy {

/// What a hook may watch.
enum class Topic : std::uint8_t {
  kScope,   // scopes begin and end
  kMember,  // members join, leave, and show something else of themselves
  kObject,  // shared objects begin and end, members use and release them
  kChange,  // of shared objects
  kStream,  // streams go up and down
};
constexpr std::array<std::string_view, 5> kTopicNames{"scope", "member", "object", "change",
                                                      "stream"};

constexpr std::string_view to_text(Topic topic) {
  return kTopicNames.at(static_cast<std::size_t>(topic));
}
constexpr std::optional<Topic> topic_named(std::string_view name) {
  for (std::size_t i = 0; i < kTopicNames.size(); ++i) {
    if (kTopicNames.at(i) == name) return static_cast<Topic>(i);
  }
  return std::nullopt;
}

/// Which topics; each one bit.
class Topics {
 public:
  constexpr void add(Topic topic) { bits_ |= bit(topic); }
  constexpr void add(Topics others) { bits_ |= others.bits_; }
  [[nodiscard]] constexpr bool has(Topic topic) const { return (bits_ & bit(topic)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const Topics&) const = default;

 private:
  static constexpr std::uint32_t bit(Topic topic) { return 1U << static_cast<unsigned>(topic); }
  std::uint32_t bits_ = 0;
};

/// The actions that a hook can decide.
constexpr Actions kHookActions{Action::kConnect, Action::kCreate,  Action::kWrite, Action::kDelete,
                               Action::kSend,    Action::kPublish, Action::kPlay};

/// Somebody outside who decides what rules cannot, or who watches; as read from a file.
struct Hook {
  Actions on;      // it decides these ...
  Topics observe;  // ... or hears of these; one of the two is empty
  ScopeGlob scope;
  std::optional<Glob> object;    // with one, only what is about an object
  std::vector<std::string> run;  // the command of a process that is asked; or else
  std::string call;              // the method that is asked; or else
  std::string http;              // the URL that is asked
  Millis timeout{1000};          // for an answer
  bool allow_on_failure = false;
  std::size_t line = 0;  // where it is written
};

}  // namespace so::policy
