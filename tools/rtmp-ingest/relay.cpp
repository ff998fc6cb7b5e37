#include "relay.h"

#include <utility>

#include "base/log.h"
#include "media_words.h"
#include "wire/path.h"

namespace so::ingest {

Pull::Pull(net::Loop& loop, bus::Client& hub, const RelayOptions& options,
           std::function<void(Exit)> failed)
    : loop_(loop),
      hub_(hub),
      options_(options),
      failed_(std::move(failed)),
      member_(hub.new_member()),
      connections_(loop),
      remote_(loop, connections_, {options.urls.front(), Remote::Role::kPlay, options.identity},
              {.begun = [this] { begun(); },
               .ended = [this] { ended(); },
               .media = [this](const rtmp::Media& each) { media(each); }}) {
  connections_.set_handlers(
      {.on_bytes = [this](net::ConnId id, ByteView bytes) { remote_.received(id, bytes); },
       .on_close = [this](net::ConnId id, std::string_view why) { remote_.closed(id, why); }});
}

void Pull::begun() {
  auto opened = media::Publisher::open(loop_, options_.media.media_folder, options_.media.head);
  if (!opened) {
    log::error("{}", opened.error().text);
    return failed_(Exit::kFailure);
  }
  publisher_ = std::move(*opened);
  hub_.join(member_, wire::parent_path(options_.stream), {});
  hub_.publish(member_, options_.stream, {.endpoint = publisher_->endpoint()},
               [this](const bus::Reply& reply) {
                 if (reply.ok()) return log::info("ready: publishing {}", options_.stream);
                 if (reply.code == "hub_lost") return;  // asked again when it is back
                 log::error("unable to publish {}: {}", options_.stream, reply.message);
                 failed_(Exit::kRefused);
               });
}

void Pull::ended() {
  publisher_.reset();
  stats_ = {};
  report_ = {};
  hub_.unpublish(member_, options_.stream);
}

void Pull::media(const rtmp::Media& media) {
  if (!publisher_) return;
  const media::Unit unit = publish(*publisher_, media);
  const media::UnitView view = media::view(unit);
  tell_hub(hub_, member_, options_.stream, unit, told_data_.of(view, {}, loop_.now()));
  stats_.add(view, loop_.now());
  report_.tell(hub_, {member_, options_.stream}, view, stats_, loop_.now());
}

Push::Push(net::Loop& loop, bus::Client& hub, const RelayOptions& options)
    : hub_(hub),
      options_(options),
      connections_(loop, {.queue_bytes = 2 * options.media.player_queue}),
      stream_(loop, connections_, options.media,
              {.skips = {}, .stuck = [this](const StreamKey& key) {
                 connections_.abort(key.client, "it takes the stream too slowly");
               }}) {
  for (const rtmp::Url& url : options.urls) {
    const auto at = remotes_.size();
    const auto key = [this, at] {
      return StreamKey{remotes_[at]->connection(), remotes_[at]->stream()};
    };
    remotes_.push_back(std::make_unique<Remote>(
        loop, connections_, Remote::Target{url, Remote::Role::kPublish, options.identity},
        Remote::Handlers{
            .begun = [this, key] { stream_.add_player(key()); }, .ended = {}, .media = {}}));
  }
  connections_.set_handlers({.on_bytes =
                                 [this](net::ConnId id, ByteView bytes) {
                                   for (const auto& remote : remotes_) remote->received(id, bytes);
                                 },
                             .on_close =
                                 [this](net::ConnId id, std::string_view why) {
                                   for (const auto& remote : remotes_) {
                                     stream_.remove_player({id, remote->stream()});
                                     remote->closed(id, why);
                                   }
                                 }});
}

void Push::start() {
  hub_.listen({.event = [this](const wire::FrameView& frame) { event(frame); }});
  hub_.follow(options_.stream, {.meta = false, .streams = true, .latest = false});
}

void Push::event(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  if (event.header.kind != wire::Kind::kStream || event.scope != options_.stream || !body) return;
  if (json::text(*body, "state") == "down") return end();
  const std::string endpoint{json::text(*body, "endpoint").value_or("")};
  if (endpoint.empty()) return;
  if (const auto fetched = stream_.fetch(endpoint); !fetched)
    return log::error("{}: {}", options_.stream, fetched.error().text);
  log::info("{} is pushed to {} servers", options_.stream, remotes_.size());
  for (const auto& remote : remotes_) remote->start();
}

void Push::end() {
  stream_.end_source();
  for (const auto& remote : remotes_) {
    stream_.remove_player({remote->connection(), remote->stream()});
    remote->stop();
  }
}

void Push::stop() {
  end();
}

}  // namespace so::ingest
