#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "amf/amf3.h"
#include "amf/marker.h"
#include "amf/quoted.h"
#include "base/cursor.h"

namespace so::amf {
namespace {

constexpr std::array<std::string_view, 18> kNames{"amf3 undefined",
                                                  "amf3 null",
                                                  "amf3 false",
                                                  "amf3 true",
                                                  "amf3 integer",
                                                  "amf3 double",
                                                  "amf3 string",
                                                  "amf3 xml document",
                                                  "amf3 date",
                                                  "amf3 array",
                                                  "amf3 object",
                                                  "amf3 xml",
                                                  "amf3 byte array",
                                                  "amf3 vector of int",
                                                  "amf3 vector of uint",
                                                  "amf3 vector of double",
                                                  "amf3 vector of objects",
                                                  "amf3 dictionary"};

// The value that is being read: what for, and for the error texts.
struct Place {
  std::uint8_t marker;
  std::size_t at;
  std::size_t depth;
  [[nodiscard]] std::string_view name() const {
    return marker < kNames.size() ? kNames.at(marker) : "amf3 value";
  }
};

class Reader {
 public:
  Reader(Source& source, Tables3& tables) : source_(source), in_(source.in()), tables_(tables) {}
  Value value(std::size_t depth);

 private:
  Value after_marker(const Place& here);
  Value complex(const Place& here);
  Value complex(const Place& here, std::uint32_t head);
  Value array(const Place& here, std::uint32_t count);
  Value object(const Place& here, std::uint32_t head);
  Value sealed_and_dynamic(const Place& here, Traits3 traits);
  Value externalizable(const Place& here, Traits3 traits);
  Value vector(const Place& here, std::uint32_t count);
  Value vector_item(const Place& here);
  Value dictionary(const Place& here, std::uint32_t count);
  Traits3 traits(const Place& here, std::uint32_t head);
  Traits3 declared_traits(const Place& here, std::uint32_t head);
  void dynamic_members(const Place& here, Members& members);
  std::string string(const Place& here);
  std::string text(std::uint32_t bytes) { return std::string{in_.text(bytes)}; }
  std::uint32_t u29();

  void refuse(const Place& here, std::string_view why) {
    source_.refuse(here.name(), here.at, why);
  }

  Source& source_;
  Cursor& in_;
  Tables3& tables_;
};

// Seven bits a byte, the high bit says that more follow; all eight bits of a fourth byte.
std::uint32_t Reader::u29() {
  std::uint32_t value = 0;
  for (int i = 0; i < 3; ++i) {
    const std::uint8_t byte = in_.u8();
    value = value << 7U | (byte & 0x7FU);
    if (byte < 0x80) return value;
  }
  return value << 8U | in_.u8();
}

Value Reader::value(std::size_t depth) {
  if (!source_.enter("amf3 value", depth)) return {};
  Place here{.marker = 0, .at = in_.at(), .depth = depth};
  here.marker = in_.u8();
  Value read = after_marker(here);
  source_.leave(here.name(), here.at);
  return read;
}

Value Reader::after_marker(const Place& here) {
  switch (here.marker) {
    case amf3::kUndefined:
      return Value::undefined();
    case amf3::kNull:
      return Value::null();
    case amf3::kFalse:
    case amf3::kTrue:
      return Value::boolean(here.marker == amf3::kTrue);
    case amf3::kInteger:  // 29 bits, the highest is the sign
      return {Integer{static_cast<std::int32_t>(u29() << 3U) >> 3}};
    case amf3::kDouble:
      return Value::number(in_.f64());
    case amf3::kString:
      return {string(here)};
    default:
      return complex(here);
  }
}

// U29  index << 1      a reference into the table of objects
//      head << 1 | 1   what follows; it has an index from here on
Value Reader::complex(const Place& here) {
  if (here.marker > amf3::kDictionary) {
    source_.refuse("amf3 value", here.at, fmt::format("marker 0x{:02x} is no value", here.marker));
    return {};
  }
  const std::uint32_t head = u29();
  if ((head & 1U) != 0) {
    tables_.add_object();
    return complex(here, head >> 1U);
  }
  if (in_.ok() && !tables_.has_object(head >> 1U)) {
    refuse(here, fmt::format("reference to object {}, which is not there", head >> 1U));
  }
  return {Reference3{head >> 1U, here.marker}};
}

Value Reader::complex(const Place& here, std::uint32_t head) {
  switch (here.marker) {
    case amf3::kXmlDocument:
    case amf3::kXml:
      return {Xml{text(head), here.marker == amf3::kXmlDocument}};
    case amf3::kDate:
      return {Date{in_.f64(), 0}};
    case amf3::kArray:
      return array(here, head);
    case amf3::kObject:
      return object(here, head);
    case amf3::kByteArray:
      return {ByteArray{to_bytes(in_.bytes(head))}};
    case amf3::kDictionary:
      return dictionary(here, head);
    default:
      return vector(here, head);
  }
}

// 06 or a key  U29 index << 1      a reference into the table of strings
//              U29 bytes << 1 | 1  the bytes; in the table from here on, unless there are none
std::string Reader::string(const Place& here) {
  const std::uint32_t head = u29();
  if ((head & 1U) != 0) {
    std::string read = text(head >> 1U);
    if (!read.empty()) tables_.add(read);
    return read;
  }
  if (!in_.ok()) return {};
  const std::string* known = tables_.string(head >> 1U);
  if (known == nullptr) {
    refuse(here, fmt::format("reference to string {}, which is not there", head >> 1U));
    return {};
  }
  return source_.repeat(known->size(), here.name(), here.at) ? *known : std::string{};
}

// 09  (key, value)* empty key, count values
Value Reader::array(const Place& here, std::uint32_t count) {
  Array3 array;
  dynamic_members(here, array.associative);
  if (!source_.ok() || !source_.believe(count, 1, here.name(), here.at)) return {};
  for (std::uint32_t i = 0; i < count && source_.ok(); ++i) {
    array.dense.push_back(value(here.depth + 1));
  }
  return {std::move(array)};
}

void Reader::dynamic_members(const Place& here, Members& members) {
  while (source_.ok()) {
    std::string key = string(here);
    if (key.empty()) return;
    members.push_back({std::move(key), value(here.depth + 1)});
  }
}

// 0A  traits, then for an externalizable class its own body, else the values of the sealed
//     members, then if dynamic (key, value)* empty key
Value Reader::object(const Place& here, std::uint32_t head) {
  Traits3 known = traits(here, head);
  if (!source_.ok()) return {};
  return known.externalizable ? externalizable(here, std::move(known))
                              : sealed_and_dynamic(here, std::move(known));
}

// head  index << 1                                     a reference into the table of traits
//       sealed << 3 | dynamic << 2 | external << 1 | 1  class name, names of the sealed members
Traits3 Reader::traits(const Place& here, std::uint32_t head) {
  if ((head & 1U) != 0) return declared_traits(here, head >> 1U);
  if (!in_.ok()) return {};
  const Traits3* known = tables_.traits(head >> 1U);
  if (known == nullptr) {
    refuse(here, fmt::format("reference to traits {}, which are not there", head >> 1U));
    return {};
  }
  std::size_t bytes = known->class_name.size();
  for (const std::string& name : known->sealed) bytes += name.size();
  return source_.repeat(bytes, here.name(), here.at) ? *known : Traits3{};
}

Traits3 Reader::declared_traits(const Place& here, std::uint32_t head) {
  Traits3 traits;
  traits.externalizable = (head & 1U) != 0;
  traits.dynamic = (head & 2U) != 0;
  traits.class_name = string(here);
  const std::uint32_t count = traits.externalizable ? 0 : head >> 2U;
  if (count > source_.limits().sealed) {
    source_.refuse(here.name(), here.at,
                   fmt::format("a class of more than {} members", source_.limits().sealed),
                   Code::kLimit);
    return {};
  }
  for (std::uint32_t i = 0; i < count && source_.ok(); ++i) traits.sealed.push_back(string(here));
  tables_.add(traits);
  return traits;
}

Value Reader::sealed_and_dynamic(const Place& here, Traits3 traits) {
  Object3 object{std::move(traits.class_name), traits.dynamic, std::move(traits.sealed), {}};
  for (const std::string& name : object.sealed) {
    if (!source_.ok()) return {};
    object.members.push_back({name, value(here.depth + 1)});
  }
  if (object.dynamic) dynamic_members(here, object.members);
  return {std::move(object)};
}

Value Reader::externalizable(const Place& here, Traits3 traits) {
  if (!is_flex_collection(traits.class_name)) {
    refuse(here, fmt::format("externalizable class {} is unknown", amf::quoted(traits.class_name)));
    return {};
  }
  Externalizable external{std::move(traits.class_name), {}};
  external.value.push_back(value(here.depth + 1));
  return {std::move(external)};
}

// 0D, 0E, 0F  u8 fixed, count items of 4, 4, 8 bytes
// 10          u8 fixed, class name, count values
Value Reader::vector(const Place& here, std::uint32_t count) {
  Vector3 vector{static_cast<VectorKind>(here.marker), in_.u8() != 0, {}, {}};
  if (vector.kind == VectorKind::kObject) vector.class_name = string(here);
  const std::size_t smallest = vector.kind == VectorKind::kObject   ? 1
                               : vector.kind == VectorKind::kDouble ? 8
                                                                    : 4;
  if (!source_.ok() || !source_.believe(count, smallest, here.name(), here.at)) return {};
  for (std::uint32_t i = 0; i < count && source_.ok(); ++i)
    vector.items.push_back(vector_item(here));
  return {std::move(vector)};
}

Value Reader::vector_item(const Place& here) {
  if (here.marker == amf3::kVectorObject) return value(here.depth + 1);
  if (!source_.enter(here.name(), here.depth + 1)) return {};
  if (here.marker == amf3::kVectorDouble) return Value::number(in_.f64());
  const std::uint32_t bits = in_.u32();
  if (here.marker == amf3::kVectorUint) return Value::number(bits);
  return {Integer{static_cast<std::int32_t>(bits)}};
}

// 11  u8 weak, count times key value, value value
Value Reader::dictionary(const Place& here, std::uint32_t count) {
  Dictionary dictionary;
  dictionary.weak = in_.u8() != 0;
  if (!source_.ok() || !source_.believe(count, 2, here.name(), here.at)) return {};
  for (std::uint32_t i = 0; i < count && source_.ok(); ++i) {
    Value key = value(here.depth + 1);
    dictionary.entries.push_back({std::move(key), value(here.depth + 1)});
  }
  return {std::move(dictionary)};
}

}  // namespace

bool is_flex_collection(std::string_view class_name) {
  return std::ranges::any_of(std::array<std::string_view, 3>{"flex.messaging.io.ArrayCollection",
                                                             "flex.messaging.io.ObjectProxy",
                                                             "flex.messaging.io.ArrayList"},
                             [class_name](std::string_view known) { return known == class_name; });
}

Value decode3(Source& source, Tables3& tables, std::size_t depth) {
  tables.begin_value();
  return Reader{source, tables}.value(depth);
}

}  // namespace so::amf
