#include "bus_door.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace so::ctl {

BusDoor::BusDoor(bus::Client& hub, std::string scope, bool persistent)
    : hub_(hub), scope_(std::move(scope)), persistent_(persistent), member_(hub.new_member()) {}

// A hub that goes away while we watch comes back, and so do we: that is no loss.
void BusDoor::open(Done opened, Done lost) {
  hub_.listen({.event = [this](const wire::FrameView& frame) { event(frame); },
               .sync = [this](const wire::FrameView& frame) { event(frame); },
               .link =
                   [this, opened, first = true](bool connected, std::string_view) mutable {
                     if (!connected) return;
                     if (std::exchange(first, false)) opened({});
                     if (const auto again = std::exchange(again_, nullptr)) again();
                   },
               .refused = [lost](const wire::FrameView&, const Reply& why) { lost(why); }});
}

void BusDoor::get(std::string_view object, std::string_view key, Done done) {
  hub_.get(member_, scope_, object, key, std::move(done));
}

// Only a member may bring an object into being, and using it says of which kind.
void BusDoor::enter(std::string_view object, Done refused, Done entered) {
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

// The first and only batch of a producer: however often it is sent, it is applied once.
void BusDoor::change(std::string_view object, std::string_view changes, Done done) {
  std::string body{changes.substr(0, changes.rfind('}'))};
  body += fmt::format(R"(,"producer":"{:016x}","seq":1}})", hub_.incarnation());
  enter(object, done, [this, object = std::string{object}, body, done](const Reply&) {
    write(object, body, done);
  });
}

void BusDoor::write(const std::string& object, const std::string& body, const Done& done) {
  hub_.change(member_, scope_, object, body, [this, object, body, done](const Reply& reply) {
    if (reply.code != "hub_lost") return done(reply);
    again_ = [this, object, body, done] { write(object, body, done); };
  });
}

void BusDoor::drop(std::string_view object, Done done) {
  hub_.drop(member_, scope_, object, std::move(done));
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

void BusDoor::event(const wire::FrameView& event) {
  if (event.scope == scope_ && event.name == watched_ && line_) line_(event.body);
}

}  // namespace so::ctl
