#include "remote.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "rtmp/authmod.h"

namespace so::ingest {
namespace {

constexpr Millis kDial{10'000};
constexpr Millis kTick{500};
constexpr Seconds kGood{30};  // so long is a success, after which it begins with the short waits

bool is_end(std::string_view code) {
  constexpr auto kEnds = std::to_array<std::string_view>(
      {"NetStream.Play.Stop", "NetStream.Play.UnpublishNotify", "NetStream.Play.Complete",
       "NetStream.Unpublish.Success", "NetConnection.Connect.Closed",
       "NetConnection.Connect.ReconnectRequest"});
  return std::ranges::find(kEnds, code) != kEnds.end();
}

std::string without_secrets(const rtmp::Url& url) {
  const std::string path = url.path.substr(0, url.path.find('?'));
  return rtmp::tc_url(url, path);
}

}  // namespace

Remote::Remote(net::Loop& loop, net::TcpConnections& connections, Target target, Handlers handlers)
    : loop_(loop),
      connections_(connections),
      target_(std::move(target)),
      path_(rtmp::split_path(target_.url.path)),
      name_(without_secrets(target_.url)),
      handlers_(std::move(handlers)),
      retry_(loop, [this] { dial(); }),
      tick_(loop, [this] { tick(); }) {}

void Remote::start() {
  if (std::exchange(wanted_, true)) return;
  dial();
}

void Remote::stop() {
  wanted_ = false;
  retry_.stop();
  dial_.reset();
  if (id_ == net::kNoConn) return;
  if (begun_ && target_.role == Role::kPublish) session_->unpublish(path_.name);
  if (stream_ != 0) session_->delete_stream(stream_);
  give_up("done");
}

void Remote::dial() {
  if (id_ != net::kNoConn) return retry_.start(Millis{100});  // the last one is still closing
  dial_.emplace(loop_, net::Address{target_.url.host, target_.url.port}, kDial,
                [this](Result<UniqueFd> socket) { dialled(std::move(socket)); });
}

void Remote::dialled(Result<UniqueFd> socket) {
  if (!socket) {
    auth_.clear();
    return lost(socket.error().text);
  }
  auto tls = target_.url.secure
                 ? std::make_unique<net::TlsSession>(target_.identity, target_.url.host)
                 : nullptr;
  id_ = connections_.adopt(std::move(*socket), {target_.url.host, target_.url.port}, {},
                           std::move(tls));
  session_.emplace(rtmp::ClientOptions{}, random_u64(), loop_.now());
  stream_ = 0;
  rtmp::ConnectArguments arguments;
  arguments.app = path_.app + auth_;
  arguments.tc_url = rtmp::tc_url(target_.url, arguments.app);
  if (target_.role == Role::kPublish) {
    arguments.flash_version = "FMLE/3.0 (compatible; scopewire)";
    arguments.extra.push_back({"type", amf::Value::string("nonprivate")});
  }
  auth_.clear();  // good once
  session_->connect(arguments);
  tick_.start(kTick, kTick);
  turn();
}

bool Remote::received(net::ConnId id, ByteView bytes) {
  if (id != id_ || !session_) return false;
  session_->receive(bytes, loop_.now());
  turn();
  return true;
}

bool Remote::closed(net::ConnId id, std::string_view why) {
  if (id != id_) return false;
  id_ = net::kNoConn;
  tick_.stop();
  lost(why);
  return true;
}

void Remote::turn() {
  std::string failure;
  while (session_) {
    auto event = session_->next();
    if (!event) failure = event.error().text;
    if (!event || !*event) break;
    std::visit([this](const auto& e) { on(e); }, **event);
  }
  if (Bytes output = session_->take_output(); !output.empty())
    connections_.send(id_, std::move(output));
  if (!failure.empty()) give_up(failure);
}

void Remote::tick() {
  if (id_ == net::kNoConn || !session_) return;
  session_->tick(loop_.now());
  turn();
}

void Remote::give_up(std::string_view why) {
  if (Bytes output = session_->take_output(); !output.empty())
    connections_.send(id_, std::move(output));
  connections_.close(id_, why);
}

void Remote::lost(std::string_view why) {
  if (std::exchange(begun_, false)) {
    if (loop_.now() - since_ >= kGood) backoff_.reset();
    if (handlers_.ended) handlers_.ended();
  }
  if (!wanted_) return;
  if (!auth_.empty()) return dial();
  const Millis wait = backoff_.next(random_u64());
  log::warn("{}: {}; again in {} ms", name_, why, wait.count());
  retry_.start(wait);
}

void Remote::on(const rtmp::Connected& /*event*/) {
  asked_ = 0;
  session_->create_stream();
}

// Servers that want user and password ask twice.
Status Remote::answer(std::string_view challenge) {
  constexpr unsigned kTwice = 2;
  const std::string& who = target_.url.user_info;
  if (who.empty()) return fail(Code::kRefused, std::string{challenge});
  const std::size_t colon = std::min(who.find(':'), who.size());
  auto answer = rtmp::auth_answer(challenge, path_.app, who.substr(0, colon),
                                  who.substr(std::min(colon + 1, who.size())),
                                  fmt::format("{:08x}", random_u64() & 0xFFFFFFFFU));
  if (!answer) return fail(answer.error());
  if (++asked_ > kTwice) return fail(Code::kRefused, std::string{challenge});
  auth_ = *std::move(answer);
  return {};
}

void Remote::on(const rtmp::ConnectRefused& event) {
  const auto answered = answer(event.description);
  if (answered) return give_up("it asks for user and password");
  asked_ = 0;
  give_up(fmt::format("refused: {} {}", event.code, answered.error().text));
}

void Remote::on(const rtmp::StreamCreated& event) {
  stream_ = event.stream;
  if (target_.role == Role::kPublish) {
    session_->publish(stream_, path_.name);
  } else {
    session_->play(stream_, path_.name, -2000);
  }
}

void Remote::on(const rtmp::StreamStatus& event) {
  const bool starts =
      event.code == "NetStream.Publish.Start" || event.code == "NetStream.Play.Start";
  if (starts && !begun_) {
    begun_ = true;
    since_ = loop_.now();
    log::info("{}: {}", name_, event.code);
    if (Bytes output = session_->take_output(); !output.empty())
      connections_.send(id_, std::move(output));
    if (handlers_.begun) handlers_.begun();
  } else if (event.level == "error" || is_end(event.code)) {
    give_up(fmt::format("{} {}", event.code, event.description));
  }
}

void Remote::on(const rtmp::StreamEof& /*event*/) {
  if (target_.role == Role::kPlay && begun_) give_up("the stream has ended");
}

void Remote::on(const rtmp::Media& media) const {
  if (begun_ && handlers_.media) handlers_.media(media);
}

void Remote::on(const rtmp::Call& call) {
  session_->result(call.transaction, amf::Value::undefined());
}

}  // namespace so::ingest
