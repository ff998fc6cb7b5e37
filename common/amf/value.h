#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace so::amf {

struct Value;
struct Member;
struct Entry;
using Values = std::vector<Value>;
using Members = std::vector<Member>;  // order kept; keys may repeat or be empty

// What AMF0 and AMF3 can say, a type each, so that what was decoded encodes to the same bytes
// again.
struct Undefined {};
struct Null {};
struct Unsupported {};  // AMF0 0x0D
struct Integer {
  std::int32_t value = 0;
};  // AMF3, 29 bits signed; AMF0 has doubles only
struct LongString {
  std::string text;
};  // AMF0 0x0C where 0x02 would have done
struct Date {
  double ms = 0;
  std::int16_t zone = 0;
};  // since 1970 UTC; the zone is to be ignored
struct Xml {
  std::string text;
  bool document = false;
};  // text, never parsed; document: AMF3 0x07
struct Object {
  Members members;
};  // AMF0 0x03
struct EcmaArray {
  std::uint32_t count = 0;
  Members members;
};  // count: the sender's hint
struct StrictArray {
  Values items;
};  // AMF0 0x0A
struct TypedObject {
  std::string class_name;
  Members members;
};
struct Reference {
  std::uint32_t index = 0;
};  // AMF0 0x07, not expanded: it may point at what encloses it
struct Amf3 {
  Values value;
};  // AMF0 0x11; holds exactly one AMF3 value

struct ByteArray {
  Bytes bytes;
};
struct Array3 {
  Members associative;
  Values dense;
};
struct Object3 {  // sealed: the names of the leading members; without dynamic, of all
  std::string class_name;
  bool dynamic = true;
  std::vector<std::string> sealed;
  Members members;
};
struct Externalizable {
  std::string class_name;
  Values value;
};  // Flex collections; exactly one value
enum class VectorKind : std::uint8_t { kInt = 0x0D, kUint = 0x0E, kDouble = 0x0F, kObject = 0x10 };
struct Vector3 {  // items: Integer of 32 bits; number; number; anything, of class_name
  VectorKind kind = VectorKind::kInt;
  bool fixed = false;
  std::string class_name;
  Values items;
};
struct Dictionary {
  bool weak = false;
  std::vector<Entry> entries;
};
struct Reference3 {
  std::uint32_t index = 0;
  std::uint8_t marker = 0x0A;
};  // AMF3 reference, not expanded; marker: the type it claims to point at

using Variant =
    std::variant<Undefined, Null, bool, double, std::string, Object, EcmaArray, StrictArray, Date,
                 TypedObject, LongString, Xml, Unsupported, Reference, Amf3, Integer, ByteArray,
                 Array3, Object3, Externalizable, Vector3, Dictionary, Reference3>;

/// One value. Strings are bytes: usually UTF-8, which nobody guarantees.
struct Value {
  Variant is;

  Value();                 // undefined
  Value(Variant variant);  // NOLINT(google-explicit-constructor)
  static Value null();
  static Value undefined();
  static Value boolean(bool value);
  static Value number(double value);
  static Value string(std::string_view text);
  static Value object(Members members);
  static Value array(Values items);

  /// What the value is for somebody who does not care how it was encoded, behind 0x11 too; nullopt
  /// when it is something else.
  [[nodiscard]] std::optional<double> as_number() const;  // number, integer
  [[nodiscard]] std::optional<bool> as_boolean() const;
  [[nodiscard]] std::optional<std::string_view> as_string() const;  // string, long string
  [[nodiscard]] bool is_nothing() const;                            // null, undefined
  /// Of an object, typed object, ECMA array, AMF3 object or array; else nullptr. Borrowed.
  [[nodiscard]] const Members* members() const;
  [[nodiscard]] const Value* find(std::string_view key) const;  // the first member of that name

  bool operator==(
      const Value& other) const;  // same type, same bits: NaN equals itself, -0 is not 0
};

struct Member {
  std::string key;
  Value value;
  bool operator==(const Member& other) const;
};

struct Entry {
  Value key;
  Value value;
  bool operator==(const Entry& other) const;
};

// Here and not in the class: clang 14 wants Member and Entry complete first.
inline Value::Value() = default;
inline Value::Value(Variant variant) : is(std::move(variant)) {}
inline Value Value::null() {
  return {Null{}};
}
inline Value Value::undefined() {
  return {Undefined{}};
}
inline Value Value::boolean(bool value) {
  return {Variant{value}};
}
inline Value Value::number(double value) {
  return {Variant{value}};
}
inline Value Value::string(std::string_view text) {
  return {Variant{std::string{text}}};
}
inline Value Value::object(Members members) {
  return {Object{std::move(members)}};
}
inline Value Value::array(Values items) {
  return {StrictArray{std::move(items)}};
}

/// Bounds of decoding. Beside them a count is never believed before the bytes are there.
struct Limits {
  std::size_t depth = 32;            // values around a value; deeper is an attack on our stack
  std::size_t nodes = 65536;         // values in one body: some 10 MiB of memory
  std::size_t sealed = 256;          // member names that one AMF3 class declares
  std::size_t repeated = 1U << 20U;  // bytes of AMF3 text that stand for references of two bytes
};

}  // namespace so::amf
