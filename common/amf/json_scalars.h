#pragma once

#include <string_view>

#include "amf/json_fields.h"
#include "amf/value.h"

namespace so::amf {

/// One of the forms in json.h that hold no other value.
struct ScalarForm {
  Shape shape;
  Value (*read)(JsonFields& in, const Fields& f);
};

/// By its first key; nullptr if there is none.
const ScalarForm* find_scalar_form(std::string_view key);

}  // namespace so::amf
