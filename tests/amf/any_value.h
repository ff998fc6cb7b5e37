#pragma once

#include <array>
#include <bit>
#include <random>
#include <string>

#include "amf/amf0.h"
#include "amf/value.h"

namespace so::amf {

// Draws values as a Decoder could give them: any type, any bits. The same seed draws the same.
class AnyValue {
 public:
  explicit AnyValue(std::uint32_t seed) : random_(seed) {}

  Value amf0(int depth) {
    switch (below(depth > 0 ? 14 : 9)) {
      case 0:
        return Value::undefined();
      case 1:
        return Value::null();
      case 2:
        return Value::boolean(coin());
      case 3:
        return Value::number(number());
      case 4:
        return Value::string(text());
      case 5:
        return {Date{number(), static_cast<std::int16_t>(bits())}};
      case 6:
        return {LongString{text()}};
      case 7:
        return {Xml{text(), false}};
      case 8:
        return {Unsupported{}};
      case 9:
        return Value::object(members(depth, false));
      case 10:
        return {EcmaArray{static_cast<std::uint32_t>(below(3)), members(depth, false)}};
      case 11:
        return {TypedObject{text(), members(depth, false)}};
      case 12:
        return Value::array(list([&] { return amf0(depth - 1); }));
      default:
        return one<Amf3>({}, amf3(depth - 1));
    }
  }

  Value amf3(int depth) {
    switch (below(depth > 0 ? 14 : 9)) {
      case 0:
        return Value::undefined();
      case 1:
        return Value::null();
      case 2:
        return Value::boolean(coin());
      case 3:
        return {integer()};
      case 4:
        return Value::number(number());
      case 5:
        return Value::string(text());
      case 6:
        return {Xml{text(), coin()}};
      case 7:
        return {Date{number(), 0}};
      case 8:
        return {ByteArray{to_bytes(as_bytes(text()))}};
      case 9:
        return {Array3{members(depth, true), list([&] { return amf3(depth - 1); })}};
      case 10:
        return object3(depth);
      case 11:
        return one<Externalizable>({"flex.messaging.io.ObjectProxy", {}}, amf3(depth - 1));
      case 12:
        return vector(depth);
      default:
        return dictionary(depth);
    }
  }

 private:
  std::uint64_t bits() { return random_(); }
  std::size_t below(std::size_t n) { return bits() % n; }
  bool coin() { return below(2) == 0; }

  double number() {
    switch (below(4)) {
      case 0:
        return std::bit_cast<double>(bits());
      case 1:
        return std::bit_cast<double>(bits() | 0x7FF0000000000000U);  // NaN, mostly
      case 2:
        return -0.0;
      default:
        return static_cast<double>(below(1000));
    }
  }
  Integer integer() { return {static_cast<std::int32_t>(below(0x20000000)) - 0x10000000}; }
  std::string text() {
    static constexpr std::array<std::string_view, 6> kPieces{"a", "$", "é", "\xff", "\n", "kk"};
    std::string text;
    for (std::size_t n = below(4); n > 0; --n) text += kPieces.at(below(kPieces.size()));
    return text;
  }

  template <class Item>
  Values list(Item item) {
    Values values;
    for (std::size_t n = below(4); n > 0; --n) values.push_back(item());
    return values;
  }
  Members members(int depth, bool in_amf3) {
    Members members;
    for (std::size_t n = below(4); n > 0; --n) {
      std::string key = text() + (in_amf3 ? "k" : "");  // AMF3 has no empty keys
      members.push_back({std::move(key), in_amf3 ? amf3(depth - 1) : amf0(depth - 1)});
    }
    return members;
  }
  template <class Wrapper>
  static Value one(Wrapper wrapper, Value value) {
    wrapper.value.push_back(std::move(value));
    return {std::move(wrapper)};
  }
  Value object3(int depth) {
    Object3 object{text(), coin(), {}, members(depth, true)};
    for (const Member& member : object.members) {
      if (!object.dynamic || (object.sealed.size() < 2 && coin())) {
        if (object.sealed.size() == static_cast<std::size_t>(&member - object.members.data())) {
          object.sealed.push_back(member.key);
        }
      }
    }
    return {std::move(object)};
  }
  Value vector(int depth) {
    static constexpr std::array kKinds{VectorKind::kInt, VectorKind::kUint, VectorKind::kDouble,
                                       VectorKind::kObject};
    Vector3 vector{kKinds.at(below(4)), coin(), {}, {}};
    if (vector.kind == VectorKind::kObject) vector.class_name = text();
    vector.items = list([&]() -> Value {
      switch (vector.kind) {
        case VectorKind::kInt:
          return {Integer{static_cast<std::int32_t>(bits())}};
        case VectorKind::kUint:
          return Value::number(static_cast<std::uint32_t>(bits()));
        case VectorKind::kDouble:
          return Value::number(number());
        case VectorKind::kObject:
          break;
      }
      return amf3(depth - 1);
    });
    return {std::move(vector)};
  }
  Value dictionary(int depth) {
    Dictionary dictionary{coin(), {}};
    for (std::size_t n = below(3); n > 0; --n) {
      Value key = amf3(depth - 1);
      dictionary.entries.push_back({std::move(key), amf3(depth - 1)});
    }
    return {std::move(dictionary)};
  }

  std::mt19937_64 random_;
};

}  // namespace so::amf
