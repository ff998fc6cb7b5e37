#pragma once

#include <array>
#include <string>
#include <type_traits>
#include <variant>

#include <fmt/format.h>

#include "rtmp/client_session.h"
#include "rtmp/session.h"

// RTMP events as lines of text, so that a scenario can be read and compared as a list.

namespace so::test {

std::string describe(const amf::Value& value);

inline std::string describe(const amf::Values& values) {
  std::string text;
  for (const amf::Value& value : values) text += (text.empty() ? "" : ", ") + describe(value);
  return text;
}

inline std::string describe(const amf::Value& value) {
  if (value.is_nothing()) return "null";
  if (const auto text = value.as_string()) return fmt::format("'{}'", *text);
  if (const auto number = value.as_number()) return fmt::format("{}", *number);
  if (const auto boolean = value.as_boolean()) return *boolean ? "true" : "false";
  if (const auto* items = std::get_if<amf::StrictArray>(&value.is)) {
    return "[" + describe(items->items) + "]";
  }
  std::string text;
  if (const amf::Members* members = value.members()) {
    for (const amf::Member& member : *members) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", member.key, describe(member.value));
    }
  }
  return "{" + text + "}";
}

struct DescribeShared {
  using Text = std::string;
  Text operator()(const rtmp::shared::Use&) const { return "use"; }
  Text operator()(const rtmp::shared::Release&) const { return "release"; }
  Text operator()(const rtmp::shared::RequestChange& e) const {
    return "request " + e.key + "=" + describe(e.value);
  }
  Text operator()(const rtmp::shared::Change& e) const {
    return "change " + e.key + "=" + describe(e.value);
  }
  Text operator()(const rtmp::shared::Success& e) const { return "success " + e.key; }
  Text operator()(const rtmp::shared::SendMessage& e) const {
    return "send " + e.handler + "(" + describe(e.arguments) + ")";
  }
  Text operator()(const rtmp::shared::Status& e) const { return e.level + " " + e.code; }
  Text operator()(const rtmp::shared::Clear&) const { return "clear"; }
  Text operator()(const rtmp::shared::Remove& e) const { return "remove " + e.key; }
  Text operator()(const rtmp::shared::RequestRemove& e) const { return "request remove " + e.key; }
  Text operator()(const rtmp::shared::UseSuccess&) const { return "in use"; }
  Text operator()(const rtmp::shared::KeyVersion& e) const {
    return fmt::format("{} v{}", e.key, e.version);
  }
  Text operator()(const rtmp::shared::ChangeEcho& e) const {
    return "echo " + e.key + "=" + describe(e.value);
  }
  Text operator()(const rtmp::shared::RequestClear&) const { return "request clear"; }
};

struct DescribeEvent {
  using Text = std::string;

  Text operator()(const rtmp::ConnectRequest& e) const {
    return fmt::format("connect {}{}", e.path.path, query(e.path));
  }
  Text operator()(const rtmp::PublishRequest& e) const {
    return fmt::format("publish {} {}{} {}", e.stream, e.path.path, query(e.path), e.type);
  }
  Text operator()(const rtmp::PlayRequest& e) const {
    return fmt::format("play {} {}{} from {}", e.stream, e.path.path, query(e.path), e.start);
  }
  Text operator()(const rtmp::PublishEnd& e) const {
    return fmt::format("publish {} ends", e.stream);
  }
  Text operator()(const rtmp::PlayEnd& e) const { return fmt::format("play {} ends", e.stream); }
  Text operator()(const rtmp::Media& e) const {
    return fmt::format("{} on {} at {}, {} bytes", kind(e.kind), e.stream, e.timestamp,
                       e.body.size());
  }
  Text operator()(const rtmp::Pause& e) const {
    return fmt::format("{} {}", e.paused ? "pause" : "unpause", e.stream);
  }
  Text operator()(const rtmp::Receive& e) const {
    return fmt::format("{} {} {}", e.wanted ? "send" : "do not send", kind(e.kind), e.stream);
  }
  Text operator()(const rtmp::Seek& e) const {
    return fmt::format("seek {} to {}", e.stream, e.position_ms);
  }
  Text operator()(const rtmp::LengthRequest& e) const {
    return fmt::format("length of {}, transaction {}", e.path.path, e.transaction);
  }
  Text operator()(const rtmp::BufferLength& e) const {
    return fmt::format("buffer {} of {} ms", e.stream, e.milliseconds);
  }
  Text operator()(const rtmp::SharedObjectMessage& e) const {
    Text text = fmt::format("object {} v{}{}", e.name, e.version, e.persistent() ? " kept" : "");
    for (const auto& event : e.events) text += ", " + std::visit(DescribeShared{}, event);
    return text;
  }
  Text operator()(const rtmp::Call& e) const {
    return fmt::format("call {} {}({}) on {}", e.transaction, e.name, describe(e.arguments),
                       e.stream);
  }
  Text operator()(const rtmp::Reply& e) const {
    return fmt::format("{} {} {}", e.failed ? "failure" : "reply", e.transaction,
                       describe(e.values));
  }
  Text operator()(const rtmp::Connected& e) const { return "connected " + code(e.information); }
  Text operator()(const rtmp::ConnectRefused& e) const {
    Text text = fmt::format("refused {}: {}", e.code, e.description);
    return e.application.is_nothing() ? text : text + " for " + describe(e.application);
  }
  Text operator()(const rtmp::StreamCreated& e) const { return fmt::format("stream {}", e.stream); }
  Text operator()(const rtmp::StreamStatus& e) const {
    return fmt::format("{} {} {}", e.level, e.stream, e.code);
  }
  Text operator()(const rtmp::StreamEof& e) const { return fmt::format("eof {}", e.stream); }

  static Text query(const rtmp::StreamPath& path) {
    return path.query.empty() ? "" : "?" + path.query;
  }
  static Text kind(rtmp::MediaKind kind) {
    constexpr std::array<std::string_view, 3> kNames{"audio", "video", "data"};
    return Text{kNames.at(static_cast<std::size_t>(kind))};
  }
  static Text code(const amf::Value& information) {
    const amf::Value* found = information.find("code");
    return found != nullptr ? Text{found->as_string().value_or("?")} : "?";
  }
};

template <class Event>
std::string describe_event(const Event& event) {
  return std::visit(DescribeEvent{}, event);
}

}  // namespace so::test
