#include <algorithm>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/requests.h"
#include "hub/state.h"
#include "wire/path.h"

namespace so::hub {

bool Hub::State::is_in(const Call& call, const Scope* scope) {
  const Member* member = find_member(call);
  return member != nullptr && scope != nullptr && scope->members.contains(member->id);
}

// Who is in the scope was let in; others may look into those only that they might join.
Outcome<void> Hub::State::may_look(const Call& call) const {
  const std::string_view path = call.frame.scope;
  if (is_in(call, scopes_.find(path))) return {};
  if (auto good = check_path(path); !good) return good;
  return access_.check_connect(path, who_asks(call));
}

// The scope, if the member that asks is in it.
Outcome<Scope*> Hub::State::joined_scope(const Call& call, std::string_view path) const {
  Scope* scope = scopes_.find(path);
  if (is_in(call, scope)) return scope;
  if (auto good = scopes_.check(path); !good) return fail(good.error());
  return refuse(Why::kNotJoined,
                fmt::format("member {} has not joined {}", call.frame.header.member, path));
}

// Whether who asks is in the scope, or may be for as long as this takes.
Outcome<void> Hub::State::check_presence(const Call& call) const {
  const std::string_view path = call.frame.scope;
  if (call.visitor.visits) {
    if (auto good = scopes_.check(path); !good) return good;
    return may_enter(path, find_member(call), who_asks(call));
  }
  if (const auto joined = joined_scope(call, path); !joined) return fail(joined.error());
  return {};
}

// What is there may be changed from outside, by those who might join; what is new, by who is in.
Outcome<void> Hub::State::may_change(const Call& call, const SharedObject* object,
                                     bool inside) const {
  if (inside) return {};
  if (!call.visitor.visits) {
    if (auto good = may_look(call); !good || object != nullptr) return good;
  }
  return check_presence(call);
}

SharedObject* Hub::State::find_object(const Call& call) const {
  const Scope* scope = scopes_.find(call.frame.scope);
  return scope == nullptr ? nullptr : Objects::find(*scope, call.frame.name);
}

// What was missed since the position of the request, or all that there is for who may not know
// that.
std::string Hub::State::catch_up(const Call& call, const SharedObject& object,
                                 const policy::Subject& place) const {
  const wire::Header& header = call.frame.header;
  const bool may =
      header.epoch != 0 && access_.check_history(object, place, who_asks(call)).has_value();
  return may ? object.catch_up(header.epoch, header.version) : object.catch_up(0, 0);
}

Outcome<Hub::State::Reply> Hub::State::use(const Call& call) {
  const auto request = Use::read(call.body);
  if (!request) return fail(request.error());
  const auto scope = joined_scope(call, call.frame.scope);
  if (!scope) return fail(scope.error());
  Member& member = call.tool.members.at(call.frame.header.member);
  SharedObject* object = Objects::find(**scope, call.frame.name);
  const policy::Subject place{.scope = (*scope)->path, .object = call.frame.name};
  if (auto good = access_.check_read(object, place, who_asks(call)); !good) {
    return fail(good.error());
  }
  if (object != nullptr && !object->name().empty() && request->persistent &&
      *request->persistent != object->persistent()) {
    return refuse(Why::kPersistence, fmt::format("object {} is {}persistent", object->name(),
                                                 object->persistent() ? "" : "not "));
  }
  const bool used = std::find(member.uses.begin(), member.uses.end(), object) != member.uses.end();
  if (!used && member.uses.size() >= options_.uses_per_member) {
    return refuse(Why::kLimit,
                  fmt::format("objects of the member: {} is the limit", options_.uses_per_member));
  }
  if (object == nullptr) {
    const auto made = create_object(call, **scope, request->persistent.value_or(false));
    if (!made) return fail(made.error());
    object = *made;
  }
  if (!used) {
    member.uses.push_back(object);
    objects_.use(*object, member.tool);
    see_use("use", *object, member);
  }
  Reply reply{{}, object->epoch(), object->version(), object->id()};
  if (!request->quiet) reply.body = catch_up(call, *object, place);
  if (call.frame.header.epoch != 0) {
    const bool resumed = reply.body.starts_with(R"({"event":"resume")");
    ++(resumed ? totals_.resumed : totals_.restarted);
  }
  return reply;
}

Outcome<Hub::State::Reply> Hub::State::release(const Call& call) {
  if (auto good = check_path(call.frame.scope); !good) return fail(good.error());
  SharedObject* object = find_object(call);
  Member* member = find_member(call);
  if (object == nullptr || member == nullptr) return Reply{};
  if (std::erase(member->uses, object) > 0) {
    see_use("release", *object, *member);
    objects_.release(*object, call.tool.id, call.now);
  }
  return Reply{};
}

void Hub::State::release_all_in(Member& member, const Scope& scope, TimePoint now) {
  std::erase_if(member.uses, [&](SharedObject* object) {
    if (&object->home() != &scope) return false;
    see_use("release", *object, member);
    objects_.release(*object, member.tool, now);
    return true;
  });
}

Outcome<Hub::State::Reply> Hub::State::change(const Call& call) {
  auto batch = Batch::read(call.body, options_);
  if (!batch) return fail(batch.error());
  SharedObject* object = find_object(call);
  const bool is_new = object == nullptr;
  const bool inside = is_in(call, scopes_.find(call.frame.scope));
  if (auto good = may_change(call, object, inside); !good) return fail(good.error());
  const policy::Subject place{.scope = call.frame.scope, .object = call.frame.name};
  if (auto good = access_.check_batch(object, place, *batch, who_asks(call), inside); !good) {
    return fail(good.error());
  }
  if (is_new) {
    const auto scope = make_scope(call.frame.scope, call.now);
    if (!scope) return fail(scope.error());
    const auto made = find_object(call) != nullptr  // the policy has one for a new scope
                          ? Outcome<SharedObject*>{find_object(call)}
                          : create_object(call, **scope, false);
    if (!made) prune(*scope);  // that of a visitor
    if (!made) return fail(made.error());
    object = *made;
  }
  access_.refresh(*object);
  const std::string from =
      wire::to_text(wire::MemberId{call.tool.incarnation, call.frame.header.member});
  const std::string author = batch->is_remembered() ? author_of(call) : std::string{};
  auto applied = objects_.apply(*object, std::move(*batch), {from, author, call.now});
  if (!applied) {
    Scope& home = object->home();
    if (is_new && !object->predefined) objects_.drop(*object);
    prune(&home);
    return fail(applied.error());
  }
  ++totals_.verdicts.at(static_cast<std::size_t>(applied->verdict));
  Reply reply{applied->status(), object->epoch(), object->version(), object->id()};
  if (applied->verdict != Verdict::kOk) return reply;
  if (call.wording == Wording::kEdited) reply.body = R"({"status":"ok","edited":true})";
  tell_change(call, *object, std::move(applied->event));
  return reply;
}

// An author whose batch was edited hears of it as others do.
void Hub::State::tell_change(const Call& call, const SharedObject& object, std::string body) {
  see_change(object, body);
  wire::Frame event{{.kind = wire::Kind::kChanged,
                     .member = call.wording == Wording::kAsSent ? call.frame.header.member : 0,
                     .epoch = object.epoch(),
                     .version = object.version()},
                    object.home().path,
                    object.name(),
                    std::move(body)};
  tell(object.users.tools(), std::move(event), call.tool.id, call.out, object.id());
}

Outcome<Hub::State::Reply> Hub::State::get(const Call& call) {
  const auto request = Get::read(call.body);
  if (!request) return fail(request.error());
  if (auto good = may_look(call); !good) return fail(good.error());
  SharedObject* object = find_object(call);
  const policy::Subject place{.scope = call.frame.scope, .object = call.frame.name};
  if (auto good = access_.check_read(object, place, who_asks(call)); !good) {
    return fail(good.error());
  }
  if (object == nullptr) {
    if (auto good = scopes_.check(call.frame.scope); !good) return fail(good.error());
    return refuse(Why::kNotFound,
                  fmt::format("no object {} in {}", call.frame.name, call.frame.scope));
  }
  Reply reply{{}, object->epoch(), object->version(), object->id()};
  if (request->last) {
    auto good = access_.check_history(*object, place, who_asks(call));
    if (!good) return fail(good.error());
    reply.body = object->history(*request->last);
    return reply;
  }
  if (!request->key) {
    reply.body = catch_up(call, *object, place);
    return reply;
  }
  const auto value = object->attributes().find(*request->key);
  if (!value) {
    return refuse(Why::kNotFound, fmt::format("no key {} in {}", *request->key, object->name()));
  }
  reply.body = fmt::format(R"({{"value":{}}})", *value);
  return reply;
}

}  // namespace so::hub
