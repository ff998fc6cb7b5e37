#include <cassert>
#include <cmath>

#include "amf/amf3.h"
#include "amf/marker.h"

namespace so::amf {
namespace {

constexpr std::uint32_t kMaxU29 = 0x1FFFFFFF;
constexpr std::int32_t kMaxInteger = 0x0FFFFFFF;

void u29(std::uint32_t value, Writer& out) {
  assert(value <= kMaxU29);
  const auto more = [&out](std::uint32_t bits) { out.u8(static_cast<std::uint8_t>(bits | 0x80U)); };
  if (value >= 1U << 21U) {  // the fourth byte has eight bits
    more(value >> 22U);
    more(value >> 15U);
    more(value >> 8U);
    return out.u8(static_cast<std::uint8_t>(value));
  }
  if (value >= 1U << 14U) more(value >> 14U);
  if (value >= 1U << 7U) more(value >> 7U);
  out.u8(static_cast<std::uint8_t>(value & 0x7FU));
}

// Of an item of a vector of int or uint; what does not fit becomes the nearest that does.
std::uint32_t item_bits(const Value& item) {
  const double number = item.as_number().value_or(0);
  return static_cast<std::uint32_t>(
      static_cast<std::int64_t>(std::fmin(std::fmax(number, -2147483648.0), 4294967295.0)));
}

struct Encode {
  Writer& out;

  // U29 count << 1 | 1: written out, not a reference
  void head(std::size_t count) const {
    assert(count <= kMaxU29 >> 1U);
    u29(static_cast<std::uint32_t>(count << 1U | 1U), out);
  }
  void text(std::string_view text) const {
    head(text.size());
    out.text(text);
  }
  void value(const Value& value) const { std::visit(*this, value.is); }
  void values(const Values& values) const {
    for (const Value& each : values) value(each);
  }
  void named(const Member& member) const {
    if (member.key.empty()) return;
    text(member.key);
    value(member.value);
  }
  void dynamic(const Members& members) const {
    for (const Member& member : members) named(member);
    text("");
  }
  void anonymous(std::string_view class_name, const Members& members) const {
    out.u8(amf3::kObject);
    u29(0x0B, out);  // dynamic, nothing sealed
    text(class_name);
    dynamic(members);
  }

  void operator()(Undefined) const { out.u8(amf3::kUndefined); }
  void operator()(Unsupported) const { out.u8(amf3::kUndefined); }
  void operator()(const Reference&) const { out.u8(amf3::kUndefined); }
  void operator()(Null) const { out.u8(amf3::kNull); }
  void operator()(bool flag) const { out.u8(flag ? amf3::kTrue : amf3::kFalse); }
  void operator()(const Integer& integer) const {
    if (integer.value > kMaxInteger || integer.value < -kMaxInteger - 1) {
      return (*this)(double{static_cast<double>(integer.value)});
    }
    out.u8(amf3::kInteger);
    u29(static_cast<std::uint32_t>(integer.value) & kMaxU29, out);
  }
  void operator()(double number) const {
    out.u8(amf3::kDouble);
    out.f64(number);
  }
  void operator()(const std::string& string) const {
    out.u8(amf3::kString);
    text(string);
  }
  void operator()(const LongString& string) const { (*this)(string.text); }
  void operator()(const Xml& xml) const {
    out.u8(xml.document ? amf3::kXmlDocument : amf3::kXml);
    text(xml.text);
  }
  void operator()(const Date& date) const {
    out.u8(amf3::kDate);
    head(0);
    out.f64(date.ms);
  }
  void operator()(const StrictArray& array) const {
    out.u8(amf3::kArray);
    head(array.items.size());
    text("");
    values(array.items);
  }
  void operator()(const EcmaArray& array) const {
    out.u8(amf3::kArray);
    head(0);
    dynamic(array.members);
  }
  void operator()(const Array3& array) const {
    out.u8(amf3::kArray);
    head(array.dense.size());
    dynamic(array.associative);
    values(array.dense);
  }
  void operator()(const Object& object) const { anonymous("", object.members); }
  void operator()(const TypedObject& object) const { anonymous(object.class_name, object.members); }
  void operator()(const Object3& object) const {
    assert(object.members.size() >= object.sealed.size());
    out.u8(amf3::kObject);
    u29(static_cast<std::uint32_t>(object.sealed.size() << 4U) | (object.dynamic ? 0x0BU : 0x03U),
        out);
    text(object.class_name);
    for (const std::string& name : object.sealed) text(name);
    for (std::size_t i = 0; i < object.members.size(); ++i) {
      if (i < object.sealed.size()) {
        value(object.members[i].value);
      } else {
        named(object.members[i]);
      }
    }
    if (object.dynamic) text("");
  }
  void operator()(const Externalizable& external) const {
    assert(external.value.size() == 1);
    out.u8(amf3::kObject);
    u29(0x07, out);
    text(external.class_name);
    values(external.value);
  }
  void operator()(const ByteArray& array) const {
    out.u8(amf3::kByteArray);
    head(array.bytes.size());
    out.bytes(array.bytes);
  }
  void operator()(const Vector3& vector) const {
    out.u8(static_cast<std::uint8_t>(vector.kind));
    head(vector.items.size());
    out.u8(vector.fixed ? 1 : 0);
    if (vector.kind == VectorKind::kObject) text(vector.class_name);
    for (const Value& each : vector.items) item(vector.kind, each);
  }
  void item(VectorKind kind, const Value& item) const {
    if (kind == VectorKind::kObject) return value(item);
    if (kind == VectorKind::kDouble) return out.f64(item.as_number().value_or(0));
    out.u32(item_bits(item));
  }
  void operator()(const Dictionary& dictionary) const {
    out.u8(amf3::kDictionary);
    head(dictionary.entries.size());
    out.u8(dictionary.weak ? 1 : 0);
    for (const Entry& entry : dictionary.entries) {
      value(entry.key);
      value(entry.value);
    }
  }
  void operator()(const Reference3& reference) const {
    out.u8(reference.marker);
    u29(reference.index << 1U, out);
  }
  void operator()(const Amf3& wrapper) const {
    assert(wrapper.value.size() == 1);
    values(wrapper.value);
  }
};

}  // namespace

void encode3(const Value& value, Writer& out) {
  Encode{out}.value(value);
}

}  // namespace so::amf
