#include "amf/references.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

namespace so::amf {
namespace {

// The values right inside another, in the order in which they are on the wire. V may be const.
template <class V, class Each>
void each_inside(V& value, const Each& each) {
  const auto members = [&](auto& list) {
    for (auto& member : list) each(member.value);
  };
  const auto items = [&](auto& list) {
    for (auto& item : list) each(item);
  };
  std::visit(
      [&](auto& is) {
        using Is = std::remove_cvref_t<decltype(is)>;
        if constexpr (std::is_same_v<Is, Array3>) {
          members(is.associative);
          items(is.dense);
        } else if constexpr (std::is_same_v<Is, Dictionary>) {
          for (auto& entry : is.entries) {
            each(entry.key);
            each(entry.value);
          }
        } else if constexpr (requires { is.members; }) {
          members(is.members);
        } else if constexpr (requires { is.items; }) {
          items(is.items);
        } else if constexpr (std::is_same_v<Is, Externalizable> || std::is_same_v<Is, Amf3>) {
          items(is.value);
        }
      },
      value.is);
}

// Whether a reference may point at the value.
bool is_complex(const Value& value, bool amf3) {
  return std::visit(
      [amf3](const auto& is) {
        using Is = std::remove_cvref_t<decltype(is)>;
        constexpr bool kOnly3 = std::is_same_v<Is, Array3> || std::is_same_v<Is, Object3> ||
                                std::is_same_v<Is, Externalizable> || std::is_same_v<Is, Vector3> ||
                                std::is_same_v<Is, Dictionary> || std::is_same_v<Is, ByteArray>;
        constexpr bool kAmf3 = kOnly3 || std::is_same_v<Is, Date> || std::is_same_v<Is, Xml>;
        constexpr bool kAmf0 = std::is_same_v<Is, Object> || std::is_same_v<Is, EcmaArray> ||
                               std::is_same_v<Is, StrictArray> || std::is_same_v<Is, TypedObject>;
        return amf3 ? kAmf3 : kAmf0;
      },
      value.is);
}

struct Size {
  std::size_t nodes = 1;
  std::size_t depth = 0;  // values around the deepest
  std::size_t bytes = 0;  // of texts
  bool open = false;      // a reference has stayed in it
};

std::size_t text_bytes(const Value& value) {
  std::size_t bytes = 0;
  if (const auto* members = value.members()) {
    for (const Member& member : *members) bytes += member.key.size();
  }
  return bytes + std::visit(
                     [](const auto& is) -> std::size_t {
                       std::size_t own = 0;
                       if constexpr (requires { is.size(); }) own += is.size();
                       if constexpr (requires { is.text.size(); }) own += is.text.size();
                       if constexpr (requires { is.bytes.size(); }) own += is.bytes.size();
                       if constexpr (requires { is.class_name.size(); })
                         own += is.class_name.size();
                       return own;
                     },
                     value.is);
}

class Expander {
 public:
  explicit Expander(const Limits& limits) : limits_(limits) {}

  Size walk(Value& value, std::size_t depth, bool amf3) {
    ++nodes_;
    if (const auto* reference = std::get_if<Reference>(&value.is)) {
      return expand(value, depth, find(known0_, reference->index));
    }
    if (const auto* reference = std::get_if<Reference3>(&value.is)) {
      return expand(value, depth, find3(reference->index));
    }
    if (std::holds_alternative<Amf3>(value.is)) {
      amf3 = true;
      begin3_ = known3_.size();
    }
    const bool complex = is_complex(value, amf3);
    std::vector<Known>& known = amf3 ? known3_ : known0_;
    const std::size_t index = known.size();
    if (complex) known.push_back({&value, std::nullopt});
    Size size{1, 0, text_bytes(value), false};
    each_inside(value, [&](Value& inner) {
      const Size part = walk(inner, depth + 1, amf3);
      size.nodes += part.nodes;
      size.depth = std::max(size.depth, part.depth + 1);
      size.bytes += part.bytes;
      size.open = size.open || part.open;
    });
    if (complex) known[index].size = size;
    return size;
  }

 private:
  struct Known {
    const Value* value;
    std::optional<Size> size;  // until all inside was walked, a reference to it is a cycle
  };

  static const Known* find(const std::vector<Known>& known, std::size_t index) {
    return index < known.size() ? &known[index] : nullptr;
  }
  // As Tables3 does: counted from the current value, or, where that cannot be, from the first.
  const Known* find3(std::size_t index) {
    if (!shared3_ && index < known3_.size() - begin3_) return &known3_[begin3_ + index];
    shared3_ = true;
    return find(known3_, index);
  }

  Size expand(Value& reference, std::size_t depth, const Known* known) {
    constexpr Size kStays{1, 0, 0, true};
    if (known == nullptr || !known->size || known->size->open) return kStays;
    const Size size = *known->size;
    if (depth + size.depth > limits_.depth || nodes_ + size.nodes > limits_.nodes ||
        bytes_ + size.bytes > limits_.repeated) {
      return kStays;
    }
    nodes_ += size.nodes;
    bytes_ += size.bytes;
    reference = Value{*known->value};
    return size;
  }

  const Limits& limits_;
  std::vector<Known> known0_;
  std::vector<Known> known3_;
  std::size_t begin3_ = 0;
  bool shared3_ = false;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

bool expand_references(Values& body, const Limits& limits) {
  Expander expander{limits};
  bool all = true;
  for (Value& value : body) all = !expander.walk(value, 0, false).open && all;
  return all;
}

bool has_reference(const Value& value) {
  if (std::holds_alternative<Reference>(value.is) || std::holds_alternative<Reference3>(value.is)) {
    return true;
  }
  bool found = false;
  each_inside(value, [&](const Value& inner) { found = found || has_reference(inner); });
  return found;
}

}  // namespace so::amf
