#include "hub/access.h"

#include <utility>

#include <fmt/format.h>

#include "hub/scope.h"
#include "json/write.h"

namespace so::hub {

using policy::Action;
using policy::Credentials;
using policy::Decision;
using policy::Subject;

namespace {

Action action_of(const Change& change) {
  switch (change.op) {
    case Op::kSet:
      return Action::kWrite;
    case Op::kDelete:
    case Op::kClear:
      return Action::kDelete;
    case Op::kSend:
      break;
  }
  return Action::kSend;
}

// "write of key topic of chat in /chat/room1"
std::string what(Action action, const Subject& subject) {
  std::string text{policy::to_text(action)};
  if (subject.key) text += fmt::format(" of key {}", *subject.key);
  if (subject.name) text += fmt::format(" of {}", *subject.name);
  if (subject.object && !subject.object->empty()) {
    text += fmt::format(" of object {}", *subject.object);
  }
  return text + fmt::format(" in {}", subject.scope);
}

// Where it stands in the batch, and what the author must believe again.
std::string details(std::size_t index, const Change& change, const SharedObject* object) {
  json::Writer out;
  out.object().key("index").natural(index);
  if (change.op == Op::kSet || change.op == Op::kDelete) {
    const std::string* value = object == nullptr ? nullptr : object->attributes().find(change.name);
    out.key("key").string(change.name).key("value").raw(value == nullptr ? "null" : *value);
  }
  return out.end().take();
}

}  // namespace

void Access::set(std::shared_ptr<const policy::Policy> policy) {
  policy_ = std::move(policy);
  ++number_;
}

void Access::refresh(SharedObject& object) const {
  if (std::exchange(object.rights_of, number_) == number_) return;
  object.rights.reset();
  if (!policy_) return;
  Rights rights{policy_->shortlist(object.home().path, object.name()),
                policy_->of_object(object.home().path, object.name())};
  const bool nothing = rights.rules.empty() && !rights.bounds.attributes && !rights.bounds.bytes;
  if (!nothing) object.rights = std::make_unique<const Rights>(std::move(rights));
}

// Whether no rule speaks of an object that is there: so it is with nearly all.
bool Access::is_free(const SharedObject* object) {
  return object != nullptr && (!object->rights || object->rights->rules.empty());
}

// The operator's reason stands alone; without one the place of the rule helps to find it.
Refusal Access::refusal(const Decision& decision, Action action, const Subject& subject) const {
  if (!decision.reason.empty()) return {Why::kDenied, std::string{decision.reason}, {}};
  const policy::Rule& rule = policy_->tables().rules.at(*decision.rule);
  return {Why::kDenied,
          fmt::format("{} is denied (policy, line {})", what(action, subject), rule.line),
          {}};
}

Outcome<void> Access::check(Action action, const Subject& subject, const Credentials* who) const {
  if (!policy_ || who == nullptr) return {};
  const Decision decision = policy_->decide(action, subject, *who);
  if (decision.allowed) return {};
  return fail(refusal(decision, action, subject));
}

Outcome<void> Access::check_read(SharedObject* object, const Subject& place,
                                 const Credentials* who) const {
  if (!policy_ || who == nullptr) return {};
  if (object != nullptr) refresh(*object);
  return is_free(object) ? Outcome<void>{} : check(Action::kRead, place, who);
}

Outcome<void> Access::check_batch(SharedObject* object, const Subject& place, const Batch& batch,
                                  const Credentials* who) const {
  if (!policy_ || who == nullptr) return {};
  if (object != nullptr) refresh(*object);
  if (is_free(object)) return {};
  policy::Shortlist fresh;
  if (object == nullptr) fresh = policy_->shortlist(place.scope, place.object.value_or(""));
  const policy::Shortlist& list = object == nullptr ? fresh : object->rights->rules;
  const Decision readable = policy_->decide(list, Action::kRead, {}, *who);
  if (!readable.allowed) return fail(refusal(readable, Action::kRead, place));
  for (std::size_t i = 0; i < batch.changes.size(); ++i) {
    const Change& change = batch.changes[i];
    const Action action = action_of(change);
    const std::optional<std::string_view> named =
        change.op == Op::kClear ? std::nullopt : std::optional{change.name};
    const Decision decision = policy_->decide(list, action, named, *who);
    if (decision.allowed) continue;
    Subject subject = place;
    (action == Action::kSend ? subject.name : subject.key) = named;
    Refusal why = refusal(decision, action, subject);
    why.details = details(i, change, object);
    return fail(std::move(why));
  }
  return {};
}

}  // namespace so::hub
