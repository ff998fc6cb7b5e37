#include <cassert>
#include <limits>
#include <string_view>
#include <type_traits>

#include "amf/amf3.h"
#include "rtmp/shared_object_message.h"

namespace so::rtmp {
namespace {

void write_text(Writer& out, std::string_view text) {
  assert(text.size() <= std::numeric_limits<std::uint16_t>::max());
  out.u16(static_cast<std::uint16_t>(text.size()));
  out.text(text);
}

struct DataWriter {
  Writer& out;
  Encoding encoding;

  void operator()(const shared::RequestChange& e) const { pair(e.key, e.value); }
  void operator()(const shared::Change& e) const { pair(e.key, e.value); }
  void operator()(const shared::ChangeEcho& e) const { pair(e.key, e.value); }
  void operator()(const shared::Success& e) const { write_text(out, e.key); }
  void operator()(const shared::Remove& e) const { write_text(out, e.key); }
  void operator()(const shared::RequestRemove& e) const { write_text(out, e.key); }
  void operator()(const shared::SendMessage& e) const {
    amf::encode(amf::Value::string(e.handler), out);
    for (const amf::Value& argument : e.arguments) value(argument);
  }
  void operator()(const shared::Status& e) const {
    write_text(out, e.code);
    write_text(out, e.level);
  }
  void operator()(const shared::KeyVersion& e) const {
    write_text(out, e.key);
    out.u32(e.version);
  }
  template <class Event>
  requires std::is_empty_v<Event>
  void operator()(const Event&) const {}

  void pair(const std::string& key, const amf::Value& written) const {
    write_text(out, key);
    value(written);
  }
  void value(const amf::Value& written) const {
    if (encoding == Encoding::kAmf0) return amf::encode(written, out);
    out.u8(0x11);
    amf::encode3(written, out);
  }
};

}  // namespace

Bytes SharedObjectMessage::encode(Encoding encoding) const {
  Bytes body;
  Writer out{body};
  if (encoding == Encoding::kAmf3) out.u8(0);
  write_text(out, name);
  out.u32(version);
  out.u32(flags);
  out.u32(0);
  for (const shared::Event& event : events) {
    out.u8(static_cast<std::uint8_t>(event.index() + 1));
    const std::size_t length_at = out.at();
    out.u32(0);
    std::visit(DataWriter{out, encoding}, event);
    out.patch_u32(length_at, static_cast<std::uint32_t>(out.at() - length_at - 4));
  }
  return body;
}

}  // namespace so::rtmp
