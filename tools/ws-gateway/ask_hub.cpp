#include "ask_hub.h"

#include <algorithm>
#include <array>

namespace so::gateway {
namespace {

using wire::Kind;
using wsproto::Request;

void get(bus::Client& hub, std::uint64_t member, const Request& request, const bus::Done& done) {
  if (request.last) {
    return hub.get_last(member, request.scope, request.object, *request.last, done);
  }
  if (request.epoch != 0 && request.key.empty()) {
    return hub.get_since(member, request.scope, request.object, {request.epoch, request.version},
                         done);
  }
  hub.get(member, request.scope, request.object, request.key, done);
}

void drop(bus::Client& hub, std::uint64_t member, const Request& request, const bus::Done& done) {
  request.pattern ? hub.drop_all(member, request.scope, request.object, done)
                  : hub.drop(member, request.scope, request.object, done);
}

bool ask_about_scope(bus::Client& hub, std::uint64_t member, const Request& request,
                     const bus::Done& done) {
  if (request.kind == Kind::kList) {
    hub.list(member, request.scope, done);
  } else if (request.kind == Kind::kMembers) {
    hub.members(member, request.scope, done);
  } else if (request.kind == Kind::kStat) {
    hub.stat(member, request.scope, request.object, request.all, done);
  } else if (request.kind == Kind::kHistory) {
    hub.history(member, request.scope, request.last, done);
  } else if (request.kind == Kind::kCall) {
    hub.call(member, request.scope, request.method, request.body, done);
  } else if (request.kind == Kind::kEmit) {
    hub.emit(member, request.scope, request.method, request.body, done);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool ask_hub(bus::Client& hub, std::uint64_t member, const Request& request,
             const bus::Done& done) {
  if (ask_about_scope(hub, member, request, done)) return true;
  if (request.kind == Kind::kChange) {
    hub.change(member, request.scope, request.object, request.body, done);
  } else if (request.kind == Kind::kGet) {
    get(hub, member, request, done);
  } else if (request.kind == Kind::kDrop) {
    drop(hub, member, request, done);
  } else if (request.kind == Kind::kNotify) {
    hub.notify(member, request.identity, request.body, done);
  } else if (request.kind == Kind::kAcknowledge) {
    const bus::Place last{request.epoch, request.version};
    hub.acknowledge(member, request.identity, last, request.body, done);
  } else if (request.kind == Kind::kResult) {
    hub.result(member, request.body, done);
  } else {
    return false;
  }
  return true;
}

bool reads(wire::Kind kind) {
  constexpr std::array kKinds{Kind::kGet, Kind::kList, Kind::kMembers, Kind::kStat, Kind::kHistory};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

void name_identity(Request& request, const std::string& user) {
  const bool reads = request.kind == Kind::kRegister || request.kind == Kind::kUnregister ||
                     request.kind == Kind::kAcknowledge;
  if (reads && request.identity.empty()) request.identity = user;
}

}  // namespace so::gateway
