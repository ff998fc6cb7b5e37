#include "bus/client.h"

#include <utility>

#include "bus/body.h"
#include "bus/client_state.h"
#include "wire/member.h"
#include "wire/path.h"

namespace so::bus {

using wire::FrameView;
using wire::Kind;

namespace {

FrameView request(Kind kind, std::uint64_t member, std::string_view scope, std::string_view body) {
  return {.header = {.kind = kind, .member = member}, .scope = scope, .name = {}, .body = body};
}

FrameView about(Kind kind, std::uint64_t member, std::string_view scope, std::string_view object,
                std::string_view body) {
  return {.header = {.kind = kind, .member = member}, .scope = scope, .name = object, .body = body};
}

ClaimKey key(Kind kind, std::uint64_t member, std::string_view scope, std::string_view name = {}) {
  return {kind, member, std::string{scope}, std::string{name}};
}

}  // namespace

Client::Client(Bus& bus, net::Loop& loop, std::string tool, std::string claims)
    : state_(std::make_unique<State>(bus, loop, std::move(tool), std::move(claims))) {}

Client::~Client() = default;

void Client::listen(Handlers handlers) {
  state_->listen(std::move(handlers));
}
bool Client::connected() const {
  return state_->connected();
}
std::uint64_t Client::incarnation() const {
  return state_->incarnation();
}
std::uint64_t Client::new_member() {
  return state_->new_member();
}
std::string Client::member_id(std::uint64_t member) const {
  return wire::to_text(wire::MemberId{incarnation(), member});
}

std::string_view Client::claims_of(std::uint64_t member) const {
  return state_->claims_of(member);
}

void Client::join(std::uint64_t member, std::string_view scope, const JoinOptions& options,
                  Done done) {
  state_->join(key(Kind::kJoin, member, scope), options, std::move(done));
}

void Client::leave(std::uint64_t member, std::string_view scope, Done done) {
  state_->leave(member, scope, std::move(done));
}

void Client::gone(std::uint64_t member) {
  leave(member, "/");
  state_->forget(member);
}

void Client::introduce(std::uint64_t member, std::string claims, Done done) {
  state_->introduce(member, std::move(claims), std::move(done));
}

void Client::use(std::uint64_t member, std::string_view scope, std::string_view object,
                 const UseOptions& options, Done done) {
  state_->claim(
      key(Kind::kUse, member, scope, object),
      {.body = use_body(options.persistent), .epoch = options.epoch, .version = options.version},
      std::move(done));
}

void Client::release(std::uint64_t member, std::string_view scope, std::string_view object,
                     Done done) {
  state_->undo(Kind::kRelease, key(Kind::kUse, member, scope, object), std::move(done));
}

void Client::change(std::uint64_t member, std::string_view scope, std::string_view object,
                    std::string_view body, Done done) {
  state_->ask_as(about(Kind::kChange, member, scope, object, body), std::move(done));
}

void Client::get(std::uint64_t member, std::string_view scope, std::string_view object,
                 std::string_view key, Done done) {
  state_->ask_as(about(Kind::kGet, member, scope, object, get_body(key)), std::move(done));
}

void Client::get_since(std::uint64_t member, std::string_view scope, std::string_view object,
                       const Place& place, Done done) {
  FrameView frame = about(Kind::kGet, member, scope, object, {});
  frame.header.epoch = place.epoch;
  frame.header.version = place.version;
  state_->ask_as(frame, std::move(done));
}

void Client::get_last(std::uint64_t member, std::string_view scope, std::string_view object,
                      std::uint64_t batches, Done done) {
  state_->ask_as(about(Kind::kGet, member, scope, object, last_body(batches)), std::move(done));
}

void Client::members(std::uint64_t member, std::string_view scope, Done done) {
  state_->ask_as(request(Kind::kMembers, member, scope, {}), std::move(done));
}

void Client::drop(std::uint64_t member, std::string_view scope, std::string_view object,
                  Done done) {
  state_->ask_as(about(Kind::kDrop, member, scope, object, ""), std::move(done));
}

void Client::drop_all(std::uint64_t member, std::string_view scope, std::string_view pattern,
                      Done done) {
  state_->ask_as(about(Kind::kDrop, member, scope, pattern, R"({"pattern":true})"),
                 std::move(done));
}

void Client::list(std::uint64_t member, std::string_view scope, Done done) {
  state_->ask_as(request(Kind::kList, member, scope, {}), std::move(done));
}

void Client::stat(std::uint64_t member, std::string_view scope, std::string_view object, bool list,
                  Done done) {
  state_->ask_as(about(Kind::kStat, member, scope, object, list ? R"({"list":true})" : ""),
                 std::move(done));
}

std::span<const std::uint64_t> Client::users(std::string_view scope,
                                             std::string_view object) const {
  return state_->objects().users({scope, object});
}

void Client::publish(std::uint64_t member, std::string_view stream, const PublishOptions& options,
                     Done done) {
  state_->claim(key(Kind::kPublish, member, stream), {.body = publish_body(options)},
                std::move(done));
}

void Client::unpublish(std::uint64_t member, std::string_view stream, Done done) {
  state_->undo(Kind::kUnpublish, key(Kind::kPublish, member, stream), std::move(done));
}

void Client::meta(std::uint64_t member, std::string_view stream, std::string_view data,
                  const MetaOptions& options, Done done) {
  const std::string body = with_claims(meta_body(data, options), state_->claims_of(member));
  state_->ask(request(Kind::kMeta, member, stream, body), std::move(done));
}

void Client::history(std::uint64_t member, std::string_view stream,
                     std::optional<std::uint64_t> last, Done done) {
  const std::string body = last ? last_body(*last) : std::string{};
  state_->ask_as(request(Kind::kHistory, member, stream, body), std::move(done));
}

void Client::time(std::uint64_t member, std::string_view stream, Millis timestamp) {
  state_->ask(request(Kind::kTime, member, stream, time_body(timestamp)), {});
}

void Client::rates(std::uint64_t member, std::string_view stream, const StreamRates& rates) {
  state_->ask(request(Kind::kRates, member, stream, rates_body(rates)), {});
}

void Client::may_play(std::uint64_t member, std::string_view stream, Done done) {
  state_->ask_whether("play", member, stream, std::move(done));
}

void Client::may_push(std::uint64_t member, std::string_view stream, Done done) {
  state_->ask_whether("metadata", member, stream, std::move(done));
}

void Client::follow(std::string_view stream, const FollowOptions& options, Done done) {
  state_->claim(key(Kind::kFollow, 0, stream), {.body = follow_body(options)}, std::move(done));
}

void Client::unfollow(std::string_view stream, Done done) {
  state_->undo(Kind::kUnfollow, key(Kind::kFollow, 0, stream), std::move(done));
}

void Client::serve(std::string_view scope, std::string_view method, bool share, Done done) {
  state_->claim(key(Kind::kServe, 0, scope, method),
                {.body = share ? R"({"share":true})" : std::string{}}, std::move(done));
}

void Client::unserve(std::string_view scope, std::string_view method, Done done) {
  state_->undo(Kind::kUnserve, key(Kind::kServe, 0, scope, method), std::move(done));
}

void Client::call(std::uint64_t member, std::string_view scope, std::string_view method,
                  std::string_view body, Done done) {
  state_->ask_as(about(Kind::kCall, member, scope, method, body), std::move(done));
}

void Client::answer(std::uint64_t member, std::string_view call, const CallResult& result) {
  this->result(member, result_body(call, result),
               [this, member, id = std::string{call}](const Reply& reply) {
                 if (reply.code != "limit" && reply.code != "bad_request") return;
                 const std::string why = "the answer was not taken: " + std::string{reply.message};
                 this->result(member, result_body(id, {.code = "failed", .message = why}));
               });
}

void Client::result(std::uint64_t member, std::string_view body, Done done) {
  state_->ask(request(Kind::kResult, member, {}, body), std::move(done));
}

void Client::emit(std::uint64_t member, std::string_view scope, std::string_view name,
                  std::string_view body, Done done) {
  state_->ask_as(about(Kind::kEmit, member, scope, name, body), std::move(done));
}

void Client::open_mailbox(std::uint64_t member, std::string_view identity,
                          const MailboxOptions& options, Done done) {
  state_->claim(key(Kind::kRegister, member, {}, identity), {.body = register_body(options)},
                std::move(done));
}

void Client::close_mailbox(std::uint64_t member, std::string_view identity, Done done) {
  state_->undo(Kind::kUnregister, key(Kind::kRegister, member, {}, identity), std::move(done));
}

void Client::notify(std::uint64_t member, std::string_view identity, std::string_view body,
                    Done done) {
  state_->ask_as(about(Kind::kNotify, member, {}, identity, body), std::move(done));
}

void Client::acknowledge(std::uint64_t member, std::string_view identity, const Place& last,
                         std::string_view body, Done done) {
  FrameView frame = about(Kind::kAcknowledge, member, {}, identity, body);
  frame.header.epoch = last.epoch;
  frame.header.version = last.version;
  state_->ask_as(frame, std::move(done));
}

void Client::kick(std::string_view member, std::string_view reason, Done done) {
  state_->ask(request(Kind::kKick, 0, {}, kick_body(member, reason)), std::move(done));
}

}  // namespace so::bus
