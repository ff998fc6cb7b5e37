#include "service.h"

#include "base/log.h"
#include "cli/say.h"

namespace so::meta {
namespace {

constexpr std::size_t kReports = 10;  // of broken values, for each peer

}  // namespace

Service::Service(net::Loop& loop, bus::Client& hub, const Options& options)
    : loop_(loop), hub_(hub), options_(options) {
  if (options.from) intake_.emplace(loop, hub, *options.from, options.push);
}

Status Service::open() {
  for (const Options::Door& door : options_.doors) {
    Acceptor::Options acceptor{door.address, options_.push, options_.caps};
    acceptor.push.stream = door.stream;
    acceptor.push.reports = kReports;
    acceptor.push.between = json::Splitter::Between::kSeparators;
    auto opened = Acceptor::open(loop_, hub_, std::move(acceptor));
    if (!opened) return fail(opened.error());
    acceptors_.push_back(*std::move(opened));
  }
  return {};
}

int Service::run() {
  hub_.listen({.event = {}, .sync = {}, .link = [this](bool connected, std::string_view why) {
                 link(connected, why);
               }});
  if (intake_) intake_->start();
  std::vector<std::string> ready;
  for (const auto& acceptor : acceptors_)
    ready.push_back("inboundJsonMeta://" + to_string(acceptor->address()));
  if (!ready.empty()) cli::say_ready(ready);
  return to_int(loop_.run());
}

void Service::link(bool connected, std::string_view why) {
  connected ? log::info("the hub is there") : log::warn("the hub is gone: {}", why);
  for (const auto& acceptor : acceptors_) acceptor->hub_is(connected);
  if (intake_) intake_->hub_is(connected);
}

}  // namespace so::meta
