#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "hub/options.h"
#include "hub/scope.h"
#include "hub/shared_object.h"
#include "hub/timers.h"

namespace so::hub {

/// The lives of shared objects:
///
///     live --last user leaves--> lingering --5 s--> destroyed; the name's next life is a new epoch
///       ^------used again------------'
///
/// The timer runs anew each time, and from the last change too. A persistent object only ever
/// waits: emptiness does not end it. A room stays while an object of it does.
class Objects {
 public:
  /// The options outlive the objects. random() is never 0.
  Objects(const Options& options, std::function<std::uint64_t()> random);

  /// nullptr: there is none.
  static SharedObject* find(const Scope& scope, std::string_view name);
  /// A new life, lingering.
  Outcome<SharedObject*> create(Scope& scope, std::string_view name, bool persistent,
                                TimePoint now);
  Outcome<Applied> apply(SharedObject& object, Batch batch, std::string_view from, TimePoint now);

  void use(SharedObject& object, ToolId tool);
  void release(SharedObject& object, ToolId tool, TimePoint now);

  /// Ends a life that nobody shares.
  void destroy(SharedObject& object);

  [[nodiscard]] std::optional<TimePoint> deadline() const { return lingering_.next(); }
  /// Ends one life whose time is over and answers where it was; nullptr: there is none.
  Scope* tick(TimePoint now);

 private:
  void linger(SharedObject& object, TimePoint now);

  const Options& options_;
  std::function<std::uint64_t()> random_;
  std::size_t count_ = 0;
  Holdings holdings_;
  Timers<SharedObject> lingering_;
};

}  // namespace so::hub
