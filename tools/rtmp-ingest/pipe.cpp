#include "pipe.h"

#include <utility>

#include "base/log.h"
#include "wire/path.h"

namespace so::ingest {
namespace {

Exit exit_for_refusal(std::string_view code) {
  return code == "hub_lost" ? Exit::kUnreachable : Exit::kRefused;
}

}  // namespace

PipePublish::PipePublish(net::Loop& loop, bus::Client& hub, std::string stream,
                         std::string media_folder, Handlers handlers)
    : loop_(loop),
      hub_(hub),
      stream_(std::move(stream)),
      media_folder_(std::move(media_folder)),
      handlers_(std::move(handlers)),
      member_(hub.new_member()) {}

void PipePublish::start() {
  auto opened = media::Publisher::open(loop_, media_folder_, {});
  if (!opened) {
    log::error("{}", opened.error().text);
    return finish(Exit::kFailure);
  }
  publisher_ = std::move(*opened);
  hub_.join(member_, wire::parent_path(stream_), {});
  hub_.publish(member_, stream_, {.endpoint = publisher_->endpoint()},
               [this](const bus::Reply& reply) { published(reply); });
}

void PipePublish::published(const bus::Reply& reply) {
  if (reply.ok()) {
    log::info("ready: publishing {}", stream_);
    return handlers_.ready();
  }
  log::error("unable to publish {}: {}", stream_, reply.message);
  finish(exit_for_refusal(reply.code));
}

void PipePublish::receive(ByteView bytes) {
  reader_.receive(bytes);
  while (publisher_) {
    const auto tag = reader_.next();
    if (!tag) {
      log::error("standard input: {}", tag.error().text);
      return finish(Exit::kProtocol);
    }
    if (!*tag) return;
    const media::Unit unit = publisher_->publish(**tag);
    const media::UnitView view = media::view(unit);
    tell_hub(hub_, member_, stream_, unit, told_data_.of(view, {}, loop_.now()));
    stats_.add(view, loop_.now());
    report_.tell(hub_, {member_, stream_}, view, stats_, loop_.now());
  }
}

void PipePublish::end() {
  if (!publisher_) return;
  if (!reader_.between_tags()) {
    log::error("standard input ends inside a tag");
    return finish(Exit::kProtocol);
  }
  finish(Exit::kOk);
}

void PipePublish::finish(Exit exit) {
  if (publisher_) hub_.unpublish(member_, stream_);
  publisher_.reset();
  if (const auto done = std::exchange(handlers_.done, nullptr)) done(exit);
}

PipeTap::PipeTap(net::Loop& loop, bus::Client& hub, Options options,
                 std::function<bool(ByteView)> write, std::function<void(Exit)> done)
    : options_(std::move(options)),
      write_(std::move(write)),
      done_(std::move(done)),
      follower_(loop, hub, options_.stream,
                {.unit = [this](const media::UnitView& u, bool) { unit(u); },
                 .metadata = {},
                 .end =
                     [this](Exit exit, const std::string& why) {
                       if (!why.empty()) log::error("{}", why);
                       finish(exit);
                     }}) {}

void PipeTap::start() {
  follower_.start(options_.wait);
}

void PipeTap::unit(const media::UnitView& unit) {
  if (!done_) return;
  Bytes out;
  Writer to{out};
  const bool frame = unit.type != flv::TagType::kScript && !unit.has(media::flag::kRetained);
  if (!std::exchange(begun_, true)) {
    follower_.stop_waiting();
    flv::write_file_header(true, true, to);
  }
  if (frame && !first_) first_ = unit.timestamp;
  flv::write_tag(unit.tag(), to);
  if (!write_(out)) return finish(Exit::kOk);
  // Serial arithmetic: the clock wraps.
  const auto passed = frame ? static_cast<std::int32_t>(unit.timestamp - *first_) : 0;
  if (options_.duration && passed >= options_.duration->count()) finish(Exit::kOk);
}

void PipeTap::finish(Exit exit) {
  follower_.stop_waiting();
  if (const auto done = std::exchange(done_, nullptr)) done(exit);
}

}  // namespace so::ingest
