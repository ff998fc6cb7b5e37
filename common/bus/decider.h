#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace so::bus {

/// What somebody outside says to a question.
struct Answer {
  enum class Verdict { kAllow, kRefuse, kFailed };
  Verdict verdict = Verdict::kFailed;
  std::string reason{};   // kRefuse: for the client; empty: none given
  std::string changes{};  // kAllow: what is to be done instead, compact JSON; empty: what was asked
};

/// Who is asked whether something may be: a process, a method served on the bus.
class Decider {
 public:
  /// The answer to the question of that ticket, at most once, from the loop, never from inside
  /// ask().
  using Tell = std::function<void(std::uint64_t ticket, const Answer& answer)>;

  Decider() = default;
  virtual ~Decider() = default;
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;

  /// The question is JSON on one line, its "id" the ticket, about something in the scope. False: it
  /// cannot be asked now.
  [[nodiscard]] virtual bool ask(std::uint64_t ticket, std::string_view scope,
                                 std::string_view question) = 0;
  /// The answer is not waited for any more; `late`: because it took too long.
  virtual void forget(std::uint64_t ticket, bool late) = 0;
};

}  // namespace so::bus
