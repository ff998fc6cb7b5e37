#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hub/batch.h"
#include "hub/refusal.h"
#include "hub/shared_object.h"
#include "policy/policy.h"

namespace so::hub {

/// The policy in force, in the words of the hub: what it denies is a refusal. Without a policy
/// everything is allowed, and nothing is ever denied to the operator (`who` is nullptr).
class Access {
 public:
  void set(std::shared_ptr<const policy::Policy> policy);
  /// nullptr: there is none.
  [[nodiscard]] const policy::Policy* policy() const { return policy_.get(); }
  /// Another with each policy; 0 before the first.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] Outcome<void> check(policy::Action action, const policy::Subject& subject,
                                    const policy::Credentials* who) const;
  /// To be in the scope, and in all above it: the application is asked first.
  [[nodiscard]] Outcome<void> check_connect(std::string_view path,
                                            const policy::Credentials* who) const;
  /// Of one object, which may not be there yet (nullptr). Who may not read it may do nothing else
  /// with it, and learns nothing from a refusal.
  [[nodiscard]] Outcome<void> check_read(SharedObject* object, const policy::Subject& place,
                                         const policy::Credentials* who) const;
  /// What that object was before. After check_read().
  [[nodiscard]] Outcome<void> check_history(const SharedObject& object,
                                            const policy::Subject& place,
                                            const policy::Credentials* who) const;
  /// All changes of the batch. Who is in the scope is told, with the refusal, index, key and the
  /// value that is there: nobody else was let in to see it.
  [[nodiscard]] Outcome<void> check_batch(SharedObject* object, const policy::Subject& place,
                                          const Batch& batch, const policy::Credentials* who,
                                          bool inside = false) const;

  /// The same words, for what somebody else refuses: a write, delete or send of the batch.
  [[nodiscard]] static std::string details(const SharedObject* object, const Batch& batch,
                                           policy::Action action);
  [[nodiscard]] static std::string details(policy::Action action);

  /// Brings what the object keeps of the policy up to date. Before each apply().
  void refresh(SharedObject& object) const;

 private:
  [[nodiscard]] static bool is_free(const SharedObject* object);
  [[nodiscard]] Refusal refusal(const policy::Decision& decision, policy::Action action,
                                const policy::Subject& subject) const;

  std::shared_ptr<const policy::Policy> policy_;
  std::uint64_t number_ = 0;
};

}  // namespace so::hub
