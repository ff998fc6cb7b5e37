#include "rtmp/client_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rtmp/chunk_streams.h"

namespace so::rtmp {
namespace {

using amf::Value;

std::string text_of(const Value& object, std::string_view key) {
  const Value* value = object.find(key);
  return std::string{value != nullptr ? value->as_string().value_or("") : ""};
}

// What servers say about themselves and nobody here needs to know.
bool is_chatter(std::string_view command) {
  constexpr auto kChatter =
      std::to_array<std::string_view>({"onBWDone", "onFCPublish", "onFCUnpublish", "onFCSubscribe",
                                       "onFCUnsubscribe", "onFMLEStart", "close"});
  return std::ranges::find(kChatter, command) != kChatter.end();
}

}  // namespace

ClientSession::ClientSession(const ClientOptions& options, std::uint64_t seed, TimePoint now)
    : options_(options), link_(Role::kClient, options.link, seed, now) {}

Result<std::optional<ClientEvent>> ClientSession::next() {
  while (true) {
    const auto message = link_.next();
    if (!message) return fail(message.error());
    if (link_.established() && !std::exchange(waiting_, true)) {
      link_.expect("the answer to connect", options_.connect);
    }
    if (!*message) return std::nullopt;
    auto event = dispatch(**message);
    if (!event) link_.fail(event.error());
    if (!event || *event) return event;
  }
}

Result<ClientSession::Answer> ClientSession::dispatch(const RawMessage& message) {
  const MessageType type = message.header.type;
  if (type == MessageType::kCommandAmf0 || type == MessageType::kCommandAmf3) {
    return on_command(message);
  }
  if (type == MessageType::kUserControl) {
    const auto control = UserControl::decode(message.body);
    if (!control) return fail(control.error());
    if (control->event != UserControl::Event::kStreamEof) return Answer{};
    return Answer{StreamEof{control->value}};
  }
  if (const auto media = Media::from(message)) return Answer{*media};
  auto object = SharedObjectMessage::decode(message, options_.shared_objects);
  if (!object) return fail(object.error());
  return Answer{std::move(*object)};
}

Result<ClientSession::Answer> ClientSession::on_command(const RawMessage& message) {
  auto command = Command::decode(message);
  if (!command) return fail(command.error());
  if (command->name == "_result" || command->name == "_error") return on_reply(*command);
  if (is_chatter(command->name)) return Answer{};
  if (command->name == "onStatus") {
    const Value& info = command->argument(0);
    return Answer{StreamStatus{message.header.stream, text_of(info, "level"), text_of(info, "code"),
                               text_of(info, "description")}};
  }
  return Answer{Call{std::move(command->name), command->transaction, std::move(command->object),
                     std::move(command->arguments), message.header.stream}};
}

ClientSession::Answer ClientSession::on_reply(const Command& command) {
  auto asked = asked_.find(command.transaction);
  // Servers exist that answer with another number; where there is one question only, it is that.
  if (asked == asked_.end() && asked_.size() == 1) asked = asked_.begin();
  if (asked == asked_.end()) return std::nullopt;
  const auto [transaction, what] = *asked;
  asked_.erase(asked);
  const bool failed = command.name == "_error";
  if (what == Asked::kConnect) return on_connect_reply(command);
  if (what == Asked::kCreateStream && !failed) {
    const double stream = command.argument(0).as_number().value_or(0);
    const bool valid = stream >= 1 && stream <= kMaxMessageStream;
    return StreamCreated{valid ? static_cast<std::uint32_t>(stream) : 0};
  }
  return Reply{transaction, failed, command.arguments};
}

ClientSession::Answer ClientSession::on_connect_reply(const Command& command) {
  link_.settled();
  const Value& info = command.argument(0);
  if (command.name == "_error") {
    const Value* application = info.find("application");
    return ConnectRefused{text_of(info, "code"), text_of(info, "description"),
                          application == nullptr ? Value::null() : *application};
  }
  link_.set_chunk_size(options_.chunk_size);
  return Connected{command.object, info};
}

void ClientSession::connect(const ConnectArguments& arguments) {
  amf::Members members{{"app", Value::string(arguments.app)},
                       {"flashVer", Value::string(arguments.flash_version)},
                       {"tcUrl", Value::string(arguments.tc_url)},
                       {"fpad", Value::boolean(false)},
                       {"capabilities", Value::number(15)},
                       {"audioCodecs", Value::number(0x0FFF)},
                       {"videoCodecs", Value::number(0x00FF)},
                       {"videoFunction", Value::number(1)}};
  if (arguments.encoding == Encoding::kAmf3)
    members.push_back({"objectEncoding", Value::number(3)});
  members.insert(members.end(), arguments.extra.begin(), arguments.extra.end());
  ask(Asked::kConnect, {"connect", 0, Value::object(std::move(members)), arguments.arguments});
  encoding_ = arguments.encoding;
}

void ClientSession::create_stream() {
  ask(Asked::kCreateStream, {"createStream", 0, Value::null(), {}});
}

void ClientSession::delete_stream(std::uint32_t stream) {
  tell("deleteStream", {Value::number(stream)});
}

void ClientSession::publish(std::uint32_t stream, std::string_view name, std::string_view type) {
  tell("releaseStream", {Value::string(name)});
  tell("FCPublish", {Value::string(name)});
  tell("publish", {Value::string(name), Value::string(type)}, stream);
}

void ClientSession::unpublish(std::string_view name) {
  tell("FCUnpublish", {Value::string(name)});
}

void ClientSession::play(std::uint32_t stream, std::string_view name, double start) {
  tell("play", {Value::string(name), Value::number(start)}, stream);
  link_.send(UserControl{UserControl::Event::kSetBufferLength, stream, 3000});
}

void ClientSession::send_media(const Media& media) {
  link_.send_short(media.header(), media.body);
}

void ClientSession::send_data(std::uint32_t stream, std::uint32_t timestamp,
                              const amf::Values& values) {
  const Bytes body = amf::encode(values);
  send_media({stream, MediaKind::kData, timestamp, body});
}

void ClientSession::send_shared_object(const SharedObjectMessage& message) {
  link_.send({kCommandChunks, 0, SharedObjectMessage::type(encoding_), 0},
             message.encode(encoding_));
}

double ClientSession::call(std::string_view name, const amf::Values& arguments) {
  return ask(Asked::kCall, {std::string{name}, 0, Value::null(), arguments});
}

void ClientSession::result(double transaction, const amf::Value& value) {
  if (transaction == 0) return;  // nobody waits
  send_command({"_result", transaction, Value::null(), {value}}, 0);
}

void ClientSession::error(double transaction, std::string_view code, std::string_view description,
                          const amf::Members& extra) {
  if (transaction == 0) return;
  Value info = information("error", code, description);
  amf::Members& members = std::get<amf::Object>(info.is).members;
  members.insert(members.end(), extra.begin(), extra.end());
  send_command({"_error", transaction, Value::null(), {info}}, 0);
}

double ClientSession::ask(Asked what, Command command) {
  command.transaction = ++transaction_;
  asked_.emplace(command.transaction, what);
  send_command(command, 0);
  return command.transaction;
}

// Transaction 0: no answer is wanted.
void ClientSession::tell(std::string_view name, const amf::Values& arguments,
                         std::uint32_t stream) {
  send_command({std::string{name}, 0, Value::null(), arguments}, stream);
}

void ClientSession::send_command(const Command& command, std::uint32_t stream) {
  const std::uint32_t chunks = stream == 0 ? kCommandChunks : kStatusChunks;
  link_.send({chunks, 0, Command::type(encoding_), stream}, command.encode(encoding_));
}

}  // namespace so::rtmp
