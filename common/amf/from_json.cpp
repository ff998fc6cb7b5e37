#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "amf/amf3.h"
#include "amf/json.h"
#include "amf/json_fields.h"
#include "amf/json_scalars.h"
#include "amf/marker.h"
#include "amf/number_name.h"

namespace so::amf {
namespace {

constexpr std::size_t kMaxKey = 0xFFFF;  // bytes of a key or class name of AMF0
constexpr Range kUint32{0, 0xFFFFFFFF};

// Which keys a list of members may have.
enum class Keys { kAmf0, kAmf3, kSealed };

class Reader {
 public:
  explicit Reader(const Limits& limits) : limits_(limits) {}
  Result<Value> read(json::Element element);

 private:
  struct Form {
    Shape shape;
    Value (Reader::*read)(const Fields& fields, std::size_t inside);
  };
  static const Form* find_form(std::string_view key);

  Value value(json::Element element, std::size_t depth);
  Value object(const json::Object& object, std::size_t inside);
  Value form(std::string_view key, const json::Object& object, std::size_t inside);
  Values values(const Field& field, std::size_t inside);
  Members members(const Field& field, std::size_t inside, Keys keys);
  Members of_object(const json::Object& object, std::size_t inside, Keys keys);
  Members of_pairs(const Field& field, std::size_t inside, Keys keys);
  void check_key(std::string_view key, Keys keys);

  // The forms of json.h. `inside` is the depth of the values in them.
  Value ecma(const Fields& f, std::size_t inside);
  Value typed(const Fields& f, std::size_t inside);
  Value obj(const Fields& f, std::size_t inside);
  Value amf3(const Fields& f, std::size_t inside);
  Value array3(const Fields& f, std::size_t inside);
  Value obj3(const Fields& f, std::size_t inside);
  Value ext(const Fields& f, std::size_t inside);
  Value vec(const Fields& f, std::size_t inside);
  Value dict(const Fields& f, std::size_t inside);

  void check(const Object3& object);
  Value item(VectorKind kind, Value item);

  Limits limits_;
  std::size_t nodes_ = 0;
  JsonFields in_;
};

const Reader::Form* Reader::find_form(std::string_view key) {
  static constexpr std::array<Form, 9> kForms{{
      {{{"$ecma", "n"}}, &Reader::ecma},
      {{{"$class", "v"}, 2}, &Reader::typed},
      {{{"$obj"}}, &Reader::obj},
      {{{"$amf3"}}, &Reader::amf3},
      {{{"$array", "assoc"}}, &Reader::array3},
      {{{"$obj3"}}, &Reader::obj3},
      {{{"$ext", "v"}, 2}, &Reader::ext},
      {{{"$vec", "v", "fixed", "class"}, 2}, &Reader::vec},
      {{{"$dict", "weak"}}, &Reader::dict},
  }};
  const auto name = [](const Form& form) { return form.shape.keys.front(); };
  const auto* const form = std::ranges::find(kForms, key, name);
  return form == kForms.end() ? nullptr : form;
}

Result<Value> Reader::read(json::Element element) {
  Value read = value(element, 0);
  if (in_.error()) return fail(*in_.error());
  return read;
}

Value Reader::value(json::Element element, std::size_t depth) {
  using simdjson::dom::element_type;
  if (depth > limits_.depth) {
    in_.refuse(Code::kLimit, fmt::format("json value nested deeper than {}", limits_.depth));
  }
  if (++nodes_ > limits_.nodes) {
    in_.refuse(Code::kLimit, fmt::format("json of more than {} values", limits_.nodes));
  }
  if (!in_.ok()) return {};
  switch (element.type()) {
    case element_type::ARRAY:
      return Value::array(values({"", element}, depth + 1));
    case element_type::OBJECT:
      return object(element.get_object().value_unsafe(), depth + 1);
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
      return Value::number(element.get_double().value_unsafe());
    case element_type::STRING:
      return Value::string(element.get_string().value_unsafe());
    case element_type::BOOL:
      return Value::boolean(element.get_bool().value_unsafe());
    case element_type::NULL_VALUE:
      break;
  }
  return Value::null();
}

// An object of the peer's, unless a key starts with "$": then one of ours.
Value Reader::object(const json::Object& object, std::size_t inside) {
  for (const auto& [key, ignored] : object) {
    if (key.starts_with('$')) return form(key, object, inside);
  }
  return Value::object(of_object(object, inside, Keys::kAmf0));
}

Value Reader::form(std::string_view key, const json::Object& object, std::size_t inside) {
  if (const ScalarForm* scalar = find_scalar_form(key)) {
    const Fields fields = in_.split(object, scalar->shape);
    return in_.ok() ? scalar->read(in_, fields) : Value{};
  }
  if (const Form* form = find_form(key)) {
    const Fields fields = in_.split(object, form->shape);
    return in_.ok() ? (this->*form->read)(fields, inside) : Value{};
  }
  in_.refuse(key, "is unknown");
  return {};
}

Values Reader::values(const Field& field, std::size_t inside) {
  Values values;
  for (const json::Element each : in_.array(field)) {
    if (!in_.ok()) break;
    values.push_back(value(each, inside));
  }
  return values;
}

Members Reader::members(const Field& field, std::size_t inside, Keys keys) {
  if (!field.value) return {};
  if (field.value->is_array()) return of_pairs(field, inside, keys);
  const auto object = in_.object(field);
  return object ? of_object(*object, inside, keys) : Members{};
}

Members Reader::of_object(const json::Object& object, std::size_t inside, Keys keys) {
  Members members;
  for (const auto& [key, element] : object) {
    if (key.starts_with('$')) in_.refuse(key, "may only stand in a list of pairs");
    check_key(key, keys);
    if (!in_.ok()) break;
    members.push_back({std::string{key}, value(element, inside)});
  }
  return members;
}

Members Reader::of_pairs(const Field& field, std::size_t inside, Keys keys) {
  Members members;
  for (const json::Element each : in_.array(field)) {
    const auto [key, element] = in_.pair(field, each);
    if (!in_.ok()) break;
    std::string name = in_.text({field.key, key});
    check_key(name, keys);
    if (!in_.ok()) break;
    members.push_back({std::move(name), value(element, inside)});
  }
  return members;
}

void Reader::check_key(std::string_view key, Keys keys) {
  if (keys == Keys::kAmf0 && key.size() > kMaxKey) {
    in_.refuse(key, fmt::format("is over {} bytes", kMaxKey));
  }
  if (keys == Keys::kAmf3 && key.empty()) in_.refuse(key, "cannot be empty in AMF3");
}

Value Reader::ecma(const Fields& f, std::size_t inside) {
  EcmaArray array;
  array.members = members(f[0], inside, Keys::kAmf0);
  array.count =
      static_cast<std::uint32_t>(f[1].value ? in_.whole(f[1], kUint32) : std::ssize(array.members));
  return {std::move(array)};
}

Value Reader::typed(const Fields& f, std::size_t inside) {
  return {TypedObject{in_.text(f[0], kMaxKey), members(f[1], inside, Keys::kAmf0)}};
}

Value Reader::obj(const Fields& f, std::size_t inside) {
  return Value::object(of_pairs(f[0], inside, Keys::kAmf0));
}

Value Reader::amf3(const Fields& f, std::size_t inside) {
  Amf3 wrapper;
  wrapper.value.push_back(value(*f[0].value, inside));
  return {std::move(wrapper)};
}

Value Reader::array3(const Fields& f, std::size_t inside) {
  return {Array3{members(f[1], inside, Keys::kAmf3), values(f[0], inside)}};
}

Value Reader::obj3(const Fields& f, std::size_t inside) {
  const auto fields = in_.object(f[0]);
  if (!fields) return {};
  const auto [all, class_name, dynamic, sealed] =
      in_.split(*fields, {{"members", "class", "dynamic", "sealed"}});
  Object3 object;
  object.members = members(all, inside, Keys::kSealed);
  object.class_name = in_.text(class_name);
  object.dynamic = !dynamic.value || in_.boolean(dynamic);
  for (const json::Element name : in_.array(sealed)) {
    if (!in_.ok()) return {};
    object.sealed.push_back(in_.text({sealed.key, name}));
  }
  check(object);
  return {std::move(object)};
}

// What AMF3 can write: the sealed members first, no others unless dynamic, and those with a name.
void Reader::check(const Object3& object) {
  const std::size_t sealed = object.sealed.size();
  if (sealed > limits_.sealed) {
    in_.refuse("sealed", fmt::format("has more than {} names", limits_.sealed), Code::kLimit);
  }
  const auto differs = std::ranges::mismatch(object.sealed, object.members, {}, {}, &Member::key);
  const bool leading = differs.in1 == object.sealed.end();
  if (!leading) in_.refuse("sealed", "does not name the first members");
  if (!object.dynamic && object.members.size() > sealed) {
    in_.refuse("sealed", "does not name all members, and \"dynamic\" is false");
  }
  for (std::size_t i = sealed; i < object.members.size(); ++i) {
    check_key(object.members[i].key, Keys::kAmf3);
  }
}

Value Reader::ext(const Fields& f, std::size_t inside) {
  Externalizable external{in_.text(f[0]), {}};
  if (!is_flex_collection(external.class_name)) in_.refuse(f[0].key, "is no class of Flex");
  external.value.push_back(value(*f[1].value, inside));
  return {std::move(external)};
}

Value Reader::vec(const Fields& f, std::size_t inside) {
  constexpr std::array<std::string_view, 4> kKinds{"int", "uint", "double", "object"};
  const auto* const kind = std::ranges::find(kKinds, in_.text(f[0]));
  if (kind == kKinds.end()) {
    in_.refuse(f[0].key, "is none of int, uint, double, object");
    return {};
  }
  Vector3 vector;
  vector.kind = static_cast<VectorKind>(amf3::kVectorInt + (kind - kKinds.begin()));
  vector.fixed = in_.boolean(f[2]);
  vector.class_name = in_.text(f[3]);
  if (vector.kind != VectorKind::kObject && f[3].value) {
    in_.refuse(f[3].key, "belongs to vectors of objects");
  }
  vector.items = values(f[1], inside);
  for (Value& each : vector.items) each = item(vector.kind, std::move(each));
  return {std::move(vector)};
}

// As the kind wants it: a number that fits, and for int an integer of 32 bits.
Value Reader::item(VectorKind kind, Value item) {
  if (kind == VectorKind::kObject) return item;
  const auto* number = std::get_if<double>(&item.is);
  const double low = kind == VectorKind::kInt ? -0x1p31 : 0;
  const double high = kind == VectorKind::kInt ? 0x1p31 - 1 : 0x1p32 - 1;
  const bool whole = number != nullptr && *number >= low && *number <= high &&
                     *number == std::trunc(*number) && !needs_name(*number);
  if (number == nullptr || (kind != VectorKind::kDouble && !whole)) {
    in_.refuse("v", "has an item that does not fit");
    return {};
  }
  if (kind != VectorKind::kInt) return item;
  return {Integer{static_cast<std::int32_t>(*number)}};
}

Value Reader::dict(const Fields& f, std::size_t inside) {
  Dictionary dictionary;
  dictionary.weak = in_.boolean(f[1]);
  for (const json::Element each : in_.array(f[0])) {
    const auto [key, element] = in_.pair(f[0], each);
    if (!in_.ok()) break;
    Value left = value(key, inside);
    dictionary.entries.push_back({std::move(left), value(element, inside)});
  }
  return {std::move(dictionary)};
}

}  // namespace

Result<Value> from_json(json::Element element, Limits limits) {
  return Reader{limits}.read(element);
}

Result<Value> from_json(std::string_view text, Limits limits) {
  // A value of ours in one of ours is up to four arrays and objects deeper, plus those of a key.
  json::Parser parser{{.depth = 4 * (limits.depth + 2)}};
  const auto element = parser.parse(text);
  if (!element) return fail(element.error());
  return from_json(*element, limits);
}

}  // namespace so::amf
