#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rtmp/session.h"

namespace so::rtmp {
namespace {

constexpr std::size_t kStrangerNodes = 4096;  // values in a connect command

std::string text_of(const amf::Value& object, std::string_view key) {
  const amf::Value* value = object.find(key);
  return std::string{value != nullptr ? value->as_string().value_or("") : ""};
}

}  // namespace

ServerSession::Handler ServerSession::handler(std::string_view command) {
  struct Verb {
    std::string_view name;
    Handler run;
  };
  static constexpr auto kVerbs = std::to_array<Verb>({
      {"connect", &ServerSession::on_connect},
      {"createStream", &ServerSession::on_create_stream},
      {"publish", &ServerSession::on_publish},
      {"play", &ServerSession::on_play},
      {"play2", &ServerSession::on_play2},
      {"pause", &ServerSession::on_pause},
      {"pauseRaw", &ServerSession::on_pause},
      {"receiveAudio", &ServerSession::on_receive_audio},
      {"receiveVideo", &ServerSession::on_receive_video},
      {"seek", &ServerSession::on_seek},
      {"closeStream", &ServerSession::on_close_stream},
      {"deleteStream", &ServerSession::on_delete_stream},
      {"getStreamLength", &ServerSession::on_stream_length},
      {"releaseStream", &ServerSession::agree},
      {"initStream", &ServerSession::agree},
      {"FCPublish", &ServerSession::agree},
      {"FCUnpublish", &ServerSession::on_farewell},
      {"FCSubscribe", &ServerSession::agree},
      {"FCUnsubscribe", &ServerSession::agree},
      {"_checkbw", &ServerSession::agree},  // Haivision's encoders wait for it
      {"checkBandwidth", &ServerSession::agree},
      {"_result", &ServerSession::on_reply},
      {"_error", &ServerSession::on_reply},
  });
  const auto* verb = std::ranges::find(kVerbs, command, &Verb::name);
  return verb != kVerbs.end() ? verb->run : nullptr;
}

Result<ServerSession::Answer> ServerSession::on_command(const RawMessage& message) {
  const bool connected = phase_ == Phase::kConnected;
  amf::Limits limits;
  if (!connected) limits.nodes = kStrangerNodes;
  auto command = Command::decode(message, limits);
  if (!command) return fail(command.error());
  if (connected == (command->name == "connect")) {
    return fail(Code::kPeer, connected ? "connect for the second time" : "command before connect");
  }
  // Who speaks AMF3 and uses its commands understands them too; type 20 suits all others.
  const bool amf3 =
      encoding_ == Encoding::kAmf3 && message.header.type == MessageType::kCommandAmf3;
  command_encoding_ = amf3 ? Encoding::kAmf3 : Encoding::kAmf0;
  const std::uint32_t stream = message.header.stream;
  if (const Handler run = handler(command->name)) return (this->*run)(*command, stream);
  more_than_streams_ = true;
  return Answer{Call{std::move(command->name), command->transaction, std::move(command->object),
                     std::move(command->arguments), stream}};
}

Result<ServerSession::Answer> ServerSession::on_connect(const Command& command,
                                                        std::uint32_t /*stream*/) {
  connect_transaction_ = command.transaction;
  auto [app, auth] = split_auth(text_of(command.object, "app"));
  app_ = std::move(app);
  auto path = join_path(app_);
  if (!path) {
    const std::string_view named = std::string_view{app_}.substr(0, app_.find('?'));
    const bool none = named.find_first_not_of('/') == std::string_view::npos;
    reject_connect(none ? "NetConnection.Connect.InvalidApp" : "NetConnection.Connect.Rejected",
                   path.error().text);
    return fail(*link_.failure());
  }
  ConnectRequest request;
  request.path = std::move(*path);
  request.app = app_;
  request.tc_url = text_of(command.object, "tcUrl");
  if (request.tc_url.empty()) request.tc_url = text_of(command.object, "tcurl");
  const amf::Value* encoding = command.object.find("objectEncoding");
  if (encoding != nullptr && encoding->as_number() == 3) encoding_ = Encoding::kAmf3;
  request.encoding = encoding_;
  request.object = command.object;
  request.arguments = command.arguments;
  request.auth = std::move(auth);
  deciding_ = true;
  return Answer{std::move(request)};
}

void ServerSession::accept_connect(const amf::Members& extra) {
  deciding_ = false;
  phase_ = Phase::kConnected;
  adjust();
  link_.send(WindowAckSize{options_.link.window});
  link_.send(SetPeerBandwidth{options_.link.window, SetPeerBandwidth::Limit::kDynamic});
  link_.set_chunk_size(options_.chunk_size);
  link_.send(UserControl{UserControl::Event::kStreamBegin, 0});

  const amf::Value properties =
      amf::Value::object({{"fmsVer", amf::Value::string(options_.version)},
                          {"capabilities", amf::Value::number(31)},
                          {"mode", amf::Value::number(1)}});
  amf::Value info = information("status", "NetConnection.Connect.Success", "Connection succeeded.");
  amf::Members& members = std::get<amf::Object>(info.is).members;
  members.push_back({"objectEncoding", amf::Value::number(static_cast<double>(encoding_))});
  members.insert(members.end(), extra.begin(), extra.end());
  send_command({"_result", connect_transaction_, properties, {info}}, 0);
}

void ServerSession::reject_connect(std::string_view code, std::string_view description,
                                   const amf::Value& application) {
  deciding_ = false;
  amf::Value info = information("error", code, description);
  if (!application.is_nothing()) {
    std::get<amf::Object>(info.is).members.push_back({"application", application});
  }
  send_command({"_error", connect_transaction_, amf::Value::null(), {info}}, 0);
  link_.fail({Code::kRefused, fmt::format("connect refused: {}: {}", code, description)});
}

Result<ServerSession::Answer> ServerSession::on_reply(const Command& command,
                                                      std::uint32_t /*stream*/) {
  if (calls_.erase(command.transaction) == 0) return Answer{};
  return Answer{Reply{command.transaction, command.name == "_error", command.arguments}};
}

Result<ServerSession::Answer> ServerSession::on_stream_length(const Command& command,
                                                              std::uint32_t /*stream*/) {
  auto path = join_path(app_, command.argument(0).as_string().value_or(""));
  if (path) return Answer{LengthRequest{command.transaction, std::move(*path)}};
  result(command.transaction, amf::Value::number(0));
  return Answer{};
}

Result<ServerSession::Answer> ServerSession::agree(const Command& command,
                                                   std::uint32_t /*stream*/) {
  result(command.transaction, amf::Value::undefined());
  return Answer{};
}

Result<ServerSession::Answer> ServerSession::on_farewell(const Command& command,
                                                         std::uint32_t stream) {
  leaving_ = true;
  return agree(command, stream);
}

void ServerSession::result(double transaction, const amf::Value& value) {
  if (transaction == 0) return;  // nobody waits
  send_command({"_result", transaction, amf::Value::null(), {value}}, 0);
}

void ServerSession::error(double transaction, std::string_view code, std::string_view description,
                          const amf::Members& extra) {
  if (transaction == 0) return;
  amf::Value info = information("error", code, description);
  amf::Members& members = std::get<amf::Object>(info.is).members;
  members.insert(members.end(), extra.begin(), extra.end());
  send_command({"_error", transaction, amf::Value::null(), {info}}, 0);
}

double ServerSession::call(std::string_view name, const amf::Values& arguments) {
  last_call_ += 1;
  more_than_streams_ = true;
  calls_.insert(last_call_);
  send_command({std::string{name}, last_call_, amf::Value::null(), arguments}, 0);
  return last_call_;
}

}  // namespace so::rtmp
