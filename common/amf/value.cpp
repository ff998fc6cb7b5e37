#include "amf/value.h"

#include <algorithm>
#include <bit>

namespace so::amf {
namespace {

const Value& behind_marker(const Value& value) {
  const auto* wrapper = std::get_if<Amf3>(&value.is);
  return wrapper != nullptr && !wrapper->value.empty() ? wrapper->value.front() : value;
}

struct FindMembers {
  const Members* operator()(const Object& object) const { return &object.members; }
  const Members* operator()(const EcmaArray& array) const { return &array.members; }
  const Members* operator()(const TypedObject& object) const { return &object.members; }
  const Members* operator()(const Array3& array) const { return &array.associative; }
  const Members* operator()(const Object3& object) const { return &object.members; }
  template <class Other>
  const Members* operator()(const Other&) const {
    return nullptr;
  }
};

// Equality by hand: clang 14 crashes on the defaulted one of recursive types, and doubles are
// compared by their bits.
bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

struct Same {
  bool operator()(bool a, bool b) const { return a == b; }
  bool operator()(double a, double b) const { return same_bits(a, b); }
  bool operator()(const std::string& a, const std::string& b) const { return a == b; }
  bool operator()(const Integer& a, const Integer& b) const { return a.value == b.value; }
  bool operator()(const LongString& a, const LongString& b) const { return a.text == b.text; }
  bool operator()(const Date& a, const Date& b) const {
    return same_bits(a.ms, b.ms) && a.zone == b.zone;
  }
  bool operator()(const Xml& a, const Xml& b) const {
    return a.text == b.text && a.document == b.document;
  }
  bool operator()(const Object& a, const Object& b) const { return a.members == b.members; }
  bool operator()(const EcmaArray& a, const EcmaArray& b) const {
    return a.count == b.count && a.members == b.members;
  }
  bool operator()(const StrictArray& a, const StrictArray& b) const { return a.items == b.items; }
  bool operator()(const TypedObject& a, const TypedObject& b) const {
    return a.class_name == b.class_name && a.members == b.members;
  }
  bool operator()(const Reference& a, const Reference& b) const { return a.index == b.index; }
  bool operator()(const Amf3& a, const Amf3& b) const { return a.value == b.value; }
  bool operator()(const ByteArray& a, const ByteArray& b) const { return a.bytes == b.bytes; }
  bool operator()(const Array3& a, const Array3& b) const {
    return a.associative == b.associative && a.dense == b.dense;
  }
  bool operator()(const Object3& a, const Object3& b) const {
    return a.class_name == b.class_name && a.dynamic == b.dynamic && a.sealed == b.sealed &&
           a.members == b.members;
  }
  bool operator()(const Externalizable& a, const Externalizable& b) const {
    return a.class_name == b.class_name && a.value == b.value;
  }
  bool operator()(const Vector3& a, const Vector3& b) const {
    return a.kind == b.kind && a.fixed == b.fixed && a.class_name == b.class_name &&
           a.items == b.items;
  }
  bool operator()(const Dictionary& a, const Dictionary& b) const {
    return a.weak == b.weak && a.entries == b.entries;
  }
  bool operator()(const Reference3& a, const Reference3& b) const {
    return a.index == b.index && a.marker == b.marker;
  }
  bool operator()(Undefined, Undefined) const { return true; }
  bool operator()(Null, Null) const { return true; }
  bool operator()(Unsupported, Unsupported) const { return true; }
};

}  // namespace

std::optional<double> Value::as_number() const {
  const Variant& variant = behind_marker(*this).is;
  if (const auto* number = std::get_if<double>(&variant)) return *number;
  if (const auto* integer = std::get_if<Integer>(&variant)) return integer->value;
  return std::nullopt;
}

std::optional<bool> Value::as_boolean() const {
  const auto* boolean = std::get_if<bool>(&behind_marker(*this).is);
  return boolean != nullptr ? std::optional{*boolean} : std::nullopt;
}

std::optional<std::string_view> Value::as_string() const {
  const Variant& variant = behind_marker(*this).is;
  if (const auto* text = std::get_if<std::string>(&variant)) return *text;
  if (const auto* text = std::get_if<LongString>(&variant)) return text->text;
  return std::nullopt;
}

bool Value::is_nothing() const {
  const Variant& variant = behind_marker(*this).is;
  return std::holds_alternative<Null>(variant) || std::holds_alternative<Undefined>(variant);
}

const Members* Value::members() const {
  return std::visit(FindMembers{}, behind_marker(*this).is);
}

const Value* Value::find(std::string_view key) const {
  const Members* all = members();
  if (all == nullptr) return nullptr;
  const auto member = std::ranges::find(*all, key, &Member::key);
  return member == all->end() ? nullptr : &member->value;
}

bool Value::operator==(const Value& other) const {
  if (is.index() != other.is.index()) return false;
  const auto same_as_other = [&other](const auto& mine) {
    return Same{}(mine, std::get<std::decay_t<decltype(mine)>>(other.is));
  };
  return std::visit(same_as_other, is);
}

bool Member::operator==(const Member& other) const {
  return key == other.key && value == other.value;
}

bool Entry::operator==(const Entry& other) const {
  return key == other.key && value == other.value;
}

}  // namespace so::amf
