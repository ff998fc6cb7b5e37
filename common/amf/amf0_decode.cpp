#include <array>

#include <fmt/format.h>

#include "amf/amf0.h"
#include "amf/marker.h"

namespace so::amf {
namespace {

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
  switch (static_cast<amf0::Marker>(marker)) {
    case amf0::kNumber:
      return Value::number(in.f64());
    case amf0::kBoolean:
      return Value::boolean(in.u8() != 0);
    case amf0::kString:
      return {short_text()};
    case amf0::kObject:
      ++complex_;
      return Value::object(members(depth, End::kMayBeMissing));
    case amf0::kNull:
      return Value::null();
    case amf0::kUndefined:
      return Value::undefined();
    case amf0::kReference:
      return reference(at);
    case amf0::kEcmaArray:
      return ecma_array(depth);
    case amf0::kStrictArray:
      return strict_array(at, depth);
    case amf0::kDate:
      return date();
    case amf0::kLongString:
      return long_string();
    case amf0::kUnsupported:
      return {Unsupported{}};
    case amf0::kXmlDocument:
      return {Xml{long_text(), false}};
    case amf0::kTypedObject:
      return typed_object(depth);
    case amf0::kAvmPlus:
      return amf3_value(depth);
    case amf0::kMovieClip:
    case amf0::kRecordSet:
    case amf0::kObjectEnd:
      break;
  }
  source_.refuse("amf0 value", at, fmt::format("marker 0x{:02x} is no value", marker));
  return {};
}

// 11  one AMF3 value
Value Decoder::amf3_value(std::size_t depth) {
  Amf3 wrapper;
  wrapper.value.push_back(decode3(source_, tables_, depth + 1));
  return {std::move(wrapper)};
}

// members  (u16 n, n bytes of key, value)* 00 00 09
Members Decoder::members(std::size_t depth, End end) {
  Cursor& in = source_.in();
  Members members;
  while (source_.ok()) {
    if (end == End::kMayBeMissing && in.left() == 0) break;
    std::string key = short_text();
    const bool end_marker = key.empty() && in.peek() == amf0::kObjectEnd;
    if (end_marker) {  // an empty key in front of anything else is a key
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
  if (!source_.believe(count, 1, name(amf0::kStrictArray), at)) return {};
  for (std::uint32_t i = 0; i < count && source_.ok(); ++i) array.items.push_back(value(depth + 1));
  return {std::move(array)};
}

// 07  u16 index
Value Decoder::reference(std::size_t at) {
  const std::uint16_t index = source_.in().u16();
  if (source_.ok() && index >= complex_) {
    source_.refuse(name(amf0::kReference), at,
                   fmt::format("to value {} of {} so far", index, complex_));
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

Result<Values> decode(ByteView body, Limits limits) {
  Cursor in{body};
  return Decoder{in, limits}.all();
}

}  // namespace so::amf
