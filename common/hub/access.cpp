#include "hub/access.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "hub/scope.h"
#include "json/write.h"
#include "wire/frame.h"
#include "wire/path.h"

namespace so::hub {

using policy::Action;
using policy::Credentials;
using policy::Decision;
using policy::Subject;

namespace {

constexpr std::size_t kMaxDetails = wire::kMaxBody / 2;  // of an error, which is one frame

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

bool is_of_key(const Change& change) {
  return change.op == Op::kSet || change.op == Op::kDelete;
}

std::string_view value_of(const SharedObject* object, std::string_view key) {
  return (object == nullptr ? std::nullopt : object->attributes().find(key)).value_or("null");
}

// Where the change stands in the batch, and what the author must believe again: nothing of the
// batch was applied.
std::string details_of(const Batch& batch, std::size_t index, Action action,
                       const SharedObject* object) {
  const Change& change = batch.changes[index];
  json::Writer out;
  out.object().key("action").string(policy::to_text(action)).key("index").natural(index);
  if (is_of_key(change)) {
    out.key("key").string(change.name).key("value").raw(value_of(object, change.name));
  }
  out.key("values").object();
  std::set<std::string_view> told;
  for (const Change& each : batch.changes) {
    if (!is_of_key(each) || !told.insert(each.name).second) continue;
    const std::string_view value = value_of(object, each.name);
    if (out.text().size() + 2 * each.name.size() + value.size() > kMaxDetails) break;
    out.key(each.name).raw(value);
  }
  out.end().key("version").natural(object == nullptr ? 0 : object->version());
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

Outcome<void> Access::check_connect(std::string_view path, const Credentials* who) const {
  if (path == "/" || !policy_ || who == nullptr) return {};
  if (auto above = check_connect(wire::parent_path(path), who); !above) return above;
  return check(Action::kConnect, {.scope = path}, who);
}

// Whether no rule speaks of an object that is there: so it is with nearly all.
bool Access::is_free(const SharedObject* object) {
  return object != nullptr && (!object->rights || object->rights->rules.empty());
}

std::string Access::details(Action action) {
  return fmt::format(R"({{"action":"{}"}})", policy::to_text(action));
}

std::string Access::details(const SharedObject* object, const Batch& batch, Action action) {
  const auto at = std::find_if(batch.changes.begin(), batch.changes.end(),
                               [&](const Change& each) { return action_of(each) == action; });
  if (at == batch.changes.end()) return details(action);
  return details_of(batch, static_cast<std::size_t>(at - batch.changes.begin()), action, object);
}

// The operator's reason stands alone; without one the place of the rule helps to find it.
Refusal Access::refusal(const Decision& decision, Action action, const Subject& subject) const {
  std::string details = Access::details(action);
  if (!decision.reason.empty()) {
    return {Why::kDenied, std::string{decision.reason}, std::move(details)};
  }
  const policy::Rule& rule = policy_->tables().rules.at(*decision.rule);
  return {Why::kDenied,
          fmt::format("{} is denied (policy, line {})", what(action, subject), rule.line),
          std::move(details)};
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

Outcome<void> Access::check_history(const SharedObject& object, const Subject& place,
                                    const Credentials* who) const {
  return is_free(&object) ? Outcome<void>{} : check(Action::kHistory, place, who);
}

Outcome<void> Access::check_batch(SharedObject* object, const Subject& place, const Batch& batch,
                                  const Credentials* who, bool inside) const {
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
    if (inside) why.details = details_of(batch, i, action, object);
    return fail(std::move(why));
  }
  return {};
}

}  // namespace so::hub
