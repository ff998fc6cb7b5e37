#include <cassert>

#include "amf/amf0.h"
#include "amf/marker.h"

namespace so::amf {
namespace {

constexpr std::size_t kShort = 0xFFFF;  // bytes a 16-bit length can say

struct Encode {
  const Value& value;
  Writer& out;

  void short_text(std::string_view text) const {
    assert(text.size() <= kShort);
    out.u16(static_cast<std::uint16_t>(text.size()));
    out.text(text);
  }
  void long_text(std::string_view text) const {
    out.u32(static_cast<std::uint32_t>(text.size()));
    out.text(text);
  }
  void behind_0x11() const {
    out.u8(amf0::kAvmPlus);
    encode3(value, out);
  }
  void members(const Members& members) const {
    for (const Member& member : members) {
      short_text(member.key);
      encode(member.value, out);
    }
    out.u16(0);
    out.u8(amf0::kObjectEnd);
  }

  void operator()(Undefined) const { out.u8(amf0::kUndefined); }
  void operator()(Null) const { out.u8(amf0::kNull); }
  void operator()(Unsupported) const { out.u8(amf0::kUnsupported); }
  void operator()(bool flag) const {
    out.u8(amf0::kBoolean);
    out.u8(flag ? 1 : 0);
  }
  void operator()(double number) const {
    out.u8(amf0::kNumber);
    out.f64(number);
  }
  void operator()(const std::string& text) const {
    if (text.size() > kShort) return (*this)(LongString{text});
    out.u8(amf0::kString);
    short_text(text);
  }
  void operator()(const LongString& string) const {
    out.u8(amf0::kLongString);
    long_text(string.text);
  }
  void operator()(const Object& object) const {
    out.u8(amf0::kObject);
    members(object.members);
  }
  void operator()(const EcmaArray& array) const {
    out.u8(amf0::kEcmaArray);
    out.u32(array.count);
    members(array.members);
  }
  void operator()(const StrictArray& array) const {
    out.u8(amf0::kStrictArray);
    out.u32(static_cast<std::uint32_t>(array.items.size()));
    for (const Value& item : array.items) encode(item, out);
  }
  void operator()(const Date& date) const {
    out.u8(amf0::kDate);
    out.f64(date.ms);
    out.u16(static_cast<std::uint16_t>(date.zone));
  }
  void operator()(const TypedObject& object) const {
    out.u8(amf0::kTypedObject);
    short_text(object.class_name);
    members(object.members);
  }
  void operator()(const Xml& xml) const {
    if (xml.document) return behind_0x11();
    out.u8(amf0::kXmlDocument);
    long_text(xml.text);
  }
  void operator()(const Reference& reference) const {
    out.u8(amf0::kReference);
    out.u16(static_cast<std::uint16_t>(reference.index));
  }
  template <class Amf3Only>
  void operator()(const Amf3Only&) const {
    behind_0x11();
  }
};

}  // namespace

void encode(const Value& value, Writer& out) {
  std::visit(Encode{value, out}, value.is);
}

Bytes encode(const Values& values) {
  Bytes bytes;
  Writer out{bytes};
  for (const Value& value : values) encode(value, out);
  return bytes;
}

}  // namespace so::amf
