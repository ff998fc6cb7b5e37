#include "bus_door.h"

#include <optional>
#include <utility>

#include "json/read.h"
#include "wire/member.h"

namespace so::ctl {

BusDoor::BusDoor(bus::Client& hub, std::string scope, bool persistent)
    : hub_(hub), scope_(std::move(scope)), persistent_(persistent), member_(hub.new_member()) {}

// A hub that goes away while we watch comes back, and so do we: that is no loss.
void BusDoor::open(Done opened, Done lost) {
  hub_.listen({.event = [this](const wire::FrameView& frame) { event(frame); },
               .sync = [this](const wire::FrameView& frame) { event(frame); },
               .link =
                   [opened, first = true](bool connected, std::string_view) mutable {
                     if (connected && std::exchange(first, false)) opened({});
                   },
               .call = [this](const wire::FrameView& frame) { called(frame); },
               .kick =
                   [this, lost](const wire::FrameView& kick) {
                     json::Parser parser;
                     const auto body = parser.parse(kick.body);
                     hub_.gone(kick.header.member);
                     lost({.code = "kicked",
                           .message = body ? json::text(*body, "reason").value_or("") : ""});
                   },
               .mail =
                   [this](const wire::FrameView& mail) {
                     if (mail_) mail_(mail.body);
                   },
               .replaced = [lost](const wire::FrameView&) { lost(kReplaced); },
               .refused = [lost](const wire::FrameView&, const Reply& why) { lost(why); }});
}

void BusDoor::get(std::string_view object, std::string_view key, Done done) {
  hub_.get(member_, scope_, object, key, std::move(done));
}

// Only a member may bring an object into being, and using it says of which kind.
void BusDoor::enter(std::string_view object, const Done& refused, const Done& entered) {
  hub_.join(member_, scope_, {},
            [this, object = std::string{object}, refused, entered](const Reply& joined) {
              if (!joined.ok()) return refused(joined);
              hub_.use(member_, scope_, object,
                       {.persistent = persistent_ ? std::optional{true} : std::nullopt},
                       [refused, entered](const Reply& used) {
                         used.ok() ? entered(used) : refused(used);
                       });
            });
}

void BusDoor::change(std::string_view object, std::string_view changes, Done done) {
  if (object == watched_ && line_) return hub_.change(member_, scope_, object, changes, done);
  enter(object, done,
        [this, object = std::string{object}, changes = std::string{changes}, done](const Reply&) {
          hub_.change(member_, scope_, object, changes, done);
        });
}

void BusDoor::drop(std::string_view object, Done done) {
  hub_.drop(member_, scope_, object, std::move(done));
}

void BusDoor::drop_all(std::string_view pattern, const Done& done) {
  hub_.drop_all(member_, scope_, pattern, done);
}

void BusDoor::watch(std::string_view object, Line line, Done done) {
  enter(object, done, [this, object = std::string{object}, line, done](const Reply& used) {
    watched_ = object;
    line_ = line;
    line_(used.body);
    done(used);
  });
}

void BusDoor::list(std::string_view scope, Done done) {
  hub_.list(member_, scope, std::move(done));
}

void BusDoor::call(const Calling& call, Done done) {
  hub_.call(0, scope_, call.method,
            bus::call_body({.args = call.args, .timeout = call.timeout, .to = call.to}),
            std::move(done));
}

void BusDoor::serve(std::string_view method, bool share, Line called, Done done) {
  called_ = std::move(called);
  hub_.serve(scope_, method, share, std::move(done));
}

// A member of ours is there for its objects, and answers nothing.
void BusDoor::called(const wire::FrameView& call) {
  if (call.header.member == 0 && called_) return called_(call.body);
  hub_.answer(call.header.member, bus::call_id(call.body),
              {.code = "no_method", .message = "this member answers no calls"});
}

void BusDoor::result(std::string_view call, const bus::CallResult& result) {
  hub_.answer(0, call, result);
}

void BusDoor::emit(std::string_view name, std::string_view body, const Done& done) {
  hub_.emit(0, scope_, name, body, done);
}

// The tool itself is who reads: it has joined nothing.
void BusDoor::inbox(std::string_view identity, const Mailbox& options, const Line& mail,
                    const Done& done) {
  mail_ = mail;
  hub_.open_mailbox(0, identity, {options.lifetime, options.connections}, done);
}

void BusDoor::acknowledge(std::string_view identity, std::string_view epoch, std::uint64_t number,
                          const Done& done) {
  hub_.acknowledge(0, identity, {wire::from_hex64(epoch).value_or(0), number}, {}, done);
}

void BusDoor::notify(std::string_view identity, std::string_view body, const Done& done) {
  hub_.notify(0, identity, body, done);
}

void BusDoor::kick(std::string_view member, std::string_view reason, const Done& done) {
  hub_.kick(member, reason, done);
}

void BusDoor::event(const wire::FrameView& event) {
  if (event.scope == scope_ && event.name == watched_ && line_) line_(event.body);
}

}  // namespace so::ctl
