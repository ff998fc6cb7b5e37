#include "amf/json_scalars.h"

#include <algorithm>
#include <array>

#include "amf/marker.h"

namespace so::amf {
namespace {

constexpr Range kInt16{-0x8000, 0x7FFF};
constexpr Range kInt29{-0x10000000, 0x0FFFFFFF};
constexpr Range kIndex0{0, 0xFFFF};
constexpr Range kIndex3{0, 0x0FFFFFFF};
constexpr Range kMarkers3{amf3::kXmlDocument, amf3::kDictionary};

Value undefined(JsonFields& in, const Fields& f) {
  in.yes(f[0]);
  return Value::undefined();
}
Value unsupported(JsonFields& in, const Fields& f) {
  in.yes(f[0]);
  return {Unsupported{}};
}
Value number(JsonFields& in, const Fields& f) {
  return Value::number(in.number(f[0]));
}
Value string(JsonFields& in, const Fields& f) {
  return Value::string(as_text(in.base64(f[0])));
}
Value long_string(JsonFields& in, const Fields& f) {
  return {LongString{in.text(f[0])}};
}
Value xml(JsonFields& in, const Fields& f) {
  return {Xml{in.text(f[0]), false}};
}
Value xml_document(JsonFields& in, const Fields& f) {
  return {Xml{in.text(f[0]), true}};
}
Value date(JsonFields& in, const Fields& f) {
  return {Date{in.number(f[0]), static_cast<std::int16_t>(in.whole(f[1], kInt16))}};
}
Value reference(JsonFields& in, const Fields& f) {
  return {Reference{static_cast<std::uint32_t>(in.whole(f[0], kIndex0))}};
}
Value integer(JsonFields& in, const Fields& f) {
  return {Integer{static_cast<std::int32_t>(in.whole(f[0], kInt29))}};
}
Value byte_array(JsonFields& in, const Fields& f) {
  return {ByteArray{in.base64(f[0])}};
}
Value reference3(JsonFields& in, const Fields& f) {
  Reference3 reference;
  reference.index = static_cast<std::uint32_t>(in.whole(f[0], kIndex3));
  if (f[1].value) reference.marker = static_cast<std::uint8_t>(in.whole(f[1], kMarkers3));
  return {reference};
}

constexpr std::array kForms{
    ScalarForm{{{"$undef"}}, undefined},     ScalarForm{{{"$unsup"}}, unsupported},
    ScalarForm{{{"$num"}}, number},          ScalarForm{{{"$str8"}}, string},
    ScalarForm{{{"$lstr"}}, long_string},    ScalarForm{{{"$xml"}}, xml},
    ScalarForm{{{"$xmldoc"}}, xml_document}, ScalarForm{{{"$date", "tz"}}, date},
    ScalarForm{{{"$ref"}}, reference},       ScalarForm{{{"$int"}}, integer},
    ScalarForm{{{"$bytes"}}, byte_array},    ScalarForm{{{"$ref3", "marker"}}, reference3},
};

}  // namespace

const ScalarForm* find_scalar_form(std::string_view key) {
  const auto name = [](const ScalarForm& form) { return form.shape.keys.front(); };
  const auto* const form = std::ranges::find(kForms, key, name);
  return form == kForms.end() ? nullptr : form;
}

}  // namespace so::amf
