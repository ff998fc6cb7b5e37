#include <algorithm>
#include <cassert>
#include <vector>

#include "amf/json.h"
#include "amf/number_name.h"
#include "base/base64.h"
#include "json/write.h"

namespace so::amf {
namespace {

// Can the members be a JSON object that nobody takes for one of our own?
bool plain(const Members& members) {
  std::vector<std::string_view> keys;
  keys.reserve(members.size());
  for (const Member& member : members) {
    if (member.key.starts_with('$') || !simdjson::validate_utf8(member.key)) return false;
    keys.emplace_back(member.key);
  }
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) == keys.end();
}

std::string_view kind_name(VectorKind kind) {
  switch (kind) {
    case VectorKind::kInt:
      return "int";
    case VectorKind::kUint:
      return "uint";
    case VectorKind::kDouble:
      return "double";
    case VectorKind::kObject:
      return "object";
  }
  return {};
}

struct Append {
  std::string& out;

  void value(const Value& value) const { std::visit(*this, value.is); }

  void open(std::string_view key) const { out.append("{\"").append(key).append("\":"); }
  void also(std::string_view key) const { out.append(",\"").append(key).append("\":"); }
  void close() const { out += '}'; }

  void text(std::string_view text) const {
    if (simdjson::validate_utf8(text)) return json::append_string(out, text);
    open("$str8");
    base64(as_bytes(text));
    close();
  }
  void base64(ByteView bytes) const {
    out += '"';
    out += to_base64(bytes);
    out += '"';
  }
  void number(double number) const {  // where a string can only be the name of one
    if (needs_name(number)) return json::append_string(out, number_name(number));
    json::append_number(out, number);
  }
  void natural(std::uint64_t number) const { json::append_number(out, number); }
  void boolean(bool flag) const { out += flag ? "true" : "false"; }

  template <class Range, class Each>
  void list(const Range& range, char opening, char closing, Each each) const {
    out += opening;
    bool first = true;
    for (const auto& item : range) {
      if (!first) out += ',';
      first = false;
      each(item);
    }
    out += closing;
  }
  void values(const Values& values) const {
    list(values, '[', ']', [this](const Value& each) { value(each); });
  }
  void texts(const std::vector<std::string>& texts) const {
    list(texts, '[', ']', [this](const std::string& each) { text(each); });
  }
  void object(const Members& members) const {
    list(members, '{', '}', [this](const Member& member) {
      json::append_string(out, member.key);
      out += ':';
      value(member.value);
    });
  }
  void pairs(const Members& members) const {
    list(members, '[', ']', [this](const Member& member) {
      out += '[';
      text(member.key);
      out += ',';
      value(member.value);
      out += ']';
    });
  }
  void members(const Members& members) const { plain(members) ? object(members) : pairs(members); }

  void operator()(Undefined) const { out += R"({"$undef":true})"; }
  void operator()(Unsupported) const { out += R"({"$unsup":true})"; }
  void operator()(Null) const { out += "null"; }
  void operator()(bool flag) const { boolean(flag); }
  void operator()(double value) const {
    if (!needs_name(value)) return number(value);
    open("$num");
    number(value);
    close();
  }
  void operator()(const std::string& string) const { text(string); }
  void operator()(const LongString& string) const {
    open("$lstr");
    text(string.text);
    close();
  }
  void operator()(const Xml& xml) const {
    open(xml.document ? "$xmldoc" : "$xml");
    text(xml.text);
    close();
  }
  void operator()(const Date& date) const {
    open("$date");
    number(date.ms);
    also("tz");
    json::append_number(out, std::int64_t{date.zone});
    close();
  }
  void operator()(const StrictArray& array) const { values(array.items); }
  void operator()(const Object& anonymous) const {
    if (plain(anonymous.members)) return object(anonymous.members);
    open("$obj");
    pairs(anonymous.members);
    close();
  }
  void operator()(const EcmaArray& array) const {
    open("$ecma");
    members(array.members);
    if (array.count != array.members.size()) {
      also("n");
      natural(array.count);
    }
    close();
  }
  void operator()(const TypedObject& typed) const {
    open("$class");
    text(typed.class_name);
    also("v");
    members(typed.members);
    close();
  }
  void operator()(const Reference& reference) const {
    open("$ref");
    natural(reference.index);
    close();
  }
  void operator()(const Amf3& wrapper) const {
    assert(wrapper.value.size() == 1);
    open("$amf3");
    value(wrapper.value.front());
    close();
  }
  void operator()(const Integer& integer) const {
    open("$int");
    json::append_number(out, std::int64_t{integer.value});
    close();
  }
  void operator()(const ByteArray& array) const {
    open("$bytes");
    base64(array.bytes);
    close();
  }
  void operator()(const Array3& array) const {
    open("$array");
    values(array.dense);
    if (!array.associative.empty()) {
      also("assoc");
      members(array.associative);
    }
    close();
  }
  void operator()(const Object3& object3) const {
    open("$obj3");
    open("class");
    text(object3.class_name);
    also("dynamic");
    boolean(object3.dynamic);
    also("sealed");
    texts(object3.sealed);
    also("members");
    members(object3.members);
    close();
    close();
  }
  void operator()(const Externalizable& external) const {
    assert(external.value.size() == 1);
    open("$ext");
    text(external.class_name);
    also("v");
    value(external.value.front());
    close();
  }
  void operator()(const Vector3& vector) const {
    open("$vec");
    json::append_string(out, kind_name(vector.kind));
    also("fixed");
    boolean(vector.fixed);
    if (vector.kind == VectorKind::kObject) {
      also("class");
      text(vector.class_name);
    }
    also("v");
    list(vector.items, '[', ']', [&](const Value& each) { item(vector.kind, each); });
    close();
  }
  void item(VectorKind kind, const Value& item) const {
    const auto* integer = std::get_if<Integer>(&item.is);
    if (kind != VectorKind::kInt || integer == nullptr) return value(item);
    json::append_number(out, std::int64_t{integer->value});
  }
  void operator()(const Dictionary& dictionary) const {
    open("$dict");
    list(dictionary.entries, '[', ']', [this](const Entry& entry) {
      out += '[';
      value(entry.key);
      out += ',';
      value(entry.value);
      out += ']';
    });
    also("weak");
    boolean(dictionary.weak);
    close();
  }
  void operator()(const Reference3& reference) const {
    open("$ref3");
    natural(reference.index);
    if (reference.marker != Reference3{}.marker) {
      also("marker");
      natural(reference.marker);
    }
    close();
  }
};

}  // namespace

void append_json(std::string& out, const Value& value) {
  Append{out}.value(value);
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace so::amf
