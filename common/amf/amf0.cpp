#include "amf/amf0.h"

#include <array>
#include <cassert>

namespace so::amf {
namespace {

enum Marker : std::uint8_t {
  kNumber = 0x00,
  kBoolean = 0x01,
  kString = 0x02,
  kObject = 0x03,
  kMovieClip = 0x04,
  kNull = 0x05,
  kUndefined = 0x06,
  kReference = 0x07,
  kEcmaArray = 0x08,
  kObjectEnd = 0x09,
  kStrictArray = 0x0A,
  kDate = 0x0B,
  kLongString = 0x0C,
  kUnsupported = 0x0D,
  kRecordSet = 0x0E,
  kXmlDocument = 0x0F,
  kTypedObject = 0x10,
  kAvmPlus = 0x11,
};

constexpr std::array<std::string_view, 18> kNames{
    "amf0 number",       "amf0 boolean",     "amf0 string",       "amf0 object",
    "amf0 movieclip",    "amf0 null",        "amf0 undefined",    "amf0 reference",
    "amf0 ecma array",   "amf0 object end",  "amf0 strict array", "amf0 date",
    "amf0 long string",  "amf0 unsupported", "amf0 recordset",    "amf0 xml document",
    "amf0 typed object", "amf0 avm+ value"};

std::string_view name(std::uint8_t marker) {
  return marker < kNames.size() ? kNames.at(marker) : "amf0 value";
}

constexpr std::size_t kShort = 0xFFFF;  // bytes a 16-bit length can say

}  // namespace

Result<Value> Decoder::next() {
  Value read = value(0);
  if (source_.error()) return fail(*source_.error());
  return read;
}

Result<Values> Decoder::all() {
  Values values;
  while (!source_.in().done()) {
    auto read = next();
    if (!read) return fail(read.error());
    values.push_back(std::move(*read));
  }
  return values;
}

Value Decoder::value(std::size_t depth) {
  if (!source_.enter("amf0 value", depth)) return {};
  const std::size_t at = source_.in().at();
  const std::uint8_t marker = source_.in().u8();
  Value read = after_marker(marker, at, depth);
  source_.leave(name(marker), at);
  return read;
}

Value Decoder::after_marker(std::uint8_t marker, std::size_t at, std::size_t depth) {
  Cursor& in = source_.in();
  switch (static_cast<Marker>(marker)) {
    case kNumber:
      return Value::number(in.f64());
    case kBoolean:
      return Value::boolean(in.u8() != 0);
    case kString:
      return {short_text()};
    case kObject:
      ++complex_;
      return Value::object(members(depth, End::kMayBeMissing));
    case kNull:
      return Value::null();
    case kUndefined:
      return Value::undefined();
    case kReference:
      return reference(at);
    case kEcmaArray:
      return ecma_array(depth);
    case kStrictArray:
      return strict_array(at, depth);
    case kDate:
      return date();
    case kLongString:
      return long_string();
    case kUnsupported:
      return {Unsupported{}};
    case kXmlDocument:
      return {Xml{long_text(), false}};
    case kTypedObject:
      return typed_object(depth);
    case kAvmPlus:
    case kMovieClip:
    case kRecordSet:
    case kObjectEnd:
      break;
  }
  source_.refuse("amf0 value", at, fmt::format("marker 0x{:02x} is no value", marker));
  return {};
}

// members  (u16 n, n bytes of key, value)* 00 00 09
Members Decoder::members(std::size_t depth, End end) {
  Cursor& in = source_.in();
  Members members;
  while (source_.ok()) {
    if (end == End::kMayBeMissing && in.left() == 0) break;
    std::string key = short_text();
    if (key.empty() && in.peek() == kObjectEnd) {  // before anything else it is a real empty key
      in.skip(1);
      break;
    }
    if (!source_.ok()) break;
    members.push_back({std::move(key), value(depth + 1)});
  }
  return members;
}

// 10  u16 n, n bytes of class name, members
Value Decoder::typed_object(std::size_t depth) {
  ++complex_;
  TypedObject object;
  object.class_name = short_text();
  object.members = members(depth, End::kRequired);
  return {std::move(object)};
}

// 08  u32 count, members. The count is a hint, often 0 or wrong.
Value Decoder::ecma_array(std::size_t depth) {
  ++complex_;
  EcmaArray array;
  array.count = source_.in().u32();
  array.members = members(depth, End::kMayBeMissing);
  return {std::move(array)};
}

// 0A  u32 n, n values
Value Decoder::strict_array(std::size_t at, std::size_t depth) {
  ++complex_;
  const std::uint32_t count = source_.in().u32();
  StrictArray array;
  if (!source_.believe(count, 1, name(kStrictArray), at)) return {};
  for (std::uint32_t i = 0; i < count && source_.ok(); ++i) array.items.push_back(value(depth + 1));
  return {std::move(array)};
}

// 07  u16 index
Value Decoder::reference(std::size_t at) {
  const std::uint16_t index = source_.in().u16();
  if (source_.ok() && index >= complex_) {
    source_.refuse(name(kReference), at, fmt::format("to value {} of {} so far", index, complex_));
  }
  return {Reference{index}};
}

// 0B  f64 ms, s16 zone
Value Decoder::date() {
  Cursor& in = source_.in();
  Date date;
  date.ms = in.f64();
  date.zone = static_cast<std::int16_t>(in.u16());
  return {date};
}

Value Decoder::long_string() {
  std::string text = long_text();
  if (text.size() > kShort) return {std::move(text)};
  return {LongString{std::move(text)}};
}

std::string Decoder::short_text() {
  return std::string{source_.in().text(source_.in().u16())};
}
std::string Decoder::long_text() {
  return std::string{source_.in().text(source_.in().u32())};
}

namespace {

struct Encode {
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
  void members(const Members& members) const {
    for (const Member& member : members) {
      short_text(member.key);
      encode(member.value, out);
    }
    out.u16(0);
    out.u8(kObjectEnd);
  }

  void operator()(Undefined) const { out.u8(kUndefined); }
  void operator()(Null) const { out.u8(kNull); }
  void operator()(Unsupported) const { out.u8(kUnsupported); }
  void operator()(bool value) const {
    out.u8(kBoolean);
    out.u8(value ? 1 : 0);
  }
  void operator()(double value) const {
    out.u8(kNumber);
    out.f64(value);
  }
  void operator()(const std::string& text) const {
    if (text.size() > kShort) return (*this)(LongString{text});
    out.u8(kString);
    short_text(text);
  }
  void operator()(const LongString& string) const {
    out.u8(kLongString);
    long_text(string.text);
  }
  void operator()(const Object& object) const {
    out.u8(kObject);
    members(object.members);
  }
  void operator()(const EcmaArray& array) const {
    out.u8(kEcmaArray);
    out.u32(array.count);
    members(array.members);
  }
  void operator()(const StrictArray& array) const {
    out.u8(kStrictArray);
    out.u32(static_cast<std::uint32_t>(array.items.size()));
    for (const Value& item : array.items) encode(item, out);
  }
  void operator()(const Date& date) const {
    out.u8(kDate);
    out.f64(date.ms);
    out.u16(static_cast<std::uint16_t>(date.zone));
  }
  void operator()(const TypedObject& object) const {
    out.u8(kTypedObject);
    short_text(object.class_name);
    members(object.members);
  }
  void operator()(const Xml& xml) const {
    out.u8(kXmlDocument);
    long_text(xml.text);
  }
  void operator()(const Reference& reference) const {
    out.u8(kReference);
    out.u16(static_cast<std::uint16_t>(reference.index));
  }
  template <class Amf3Only>
  void operator()(const Amf3Only&) const {
    out.u8(kUnsupported);  // nothing gives such a value before AMF3 is read
  }
};

}  // namespace

void encode(const Value& value, Writer& out) {
  std::visit(Encode{out}, value.is);
}

Bytes encode(const Values& values) {
  Bytes bytes;
  Writer out{bytes};
  for (const Value& value : values) encode(value, out);
  return bytes;
}

Result<Values> decode(ByteView body, Limits limits) {
  Cursor in{body};
  return Decoder{in, limits}.all();
}

}  // namespace so::amf
