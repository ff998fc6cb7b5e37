#pragma once

#include <string>
#include <string_view>

#include "amf/value.h"
#include "base/result.h"
#include "json/read.h"

namespace so::amf {

// AMF to JSON and back without loss. Null, booleans, strings, numbers, strict arrays and anonymous
// objects are themselves. Everything else is an object with the keys of one line here, in any
// order; those after "..." may be missing and are then as shown (scopewire-bus(7) has the table
// too):
//
//   undefined, unsupported     {"$undef":true}  {"$unsup":true}
//   numbers JSON cannot say    {"$num":"NaN"}, "Infinity", "-Infinity", "-0", "0x7ff8000000000001"
//   text that is not UTF-8     {"$str8":BASE64}, also for each TEXT below
//   long string, if short      {"$lstr":TEXT}
//   XML, AMF3's old kind       {"$xml":TEXT}  {"$xmldoc":TEXT}
//   date                       {"$date":MS ... "tz":0}; MS a number or a string as in $num
//   ECMA array                 {"$ecma":MEMBERS ... "n":how many they are}
//   typed object               {"$class":TEXT,"v":MEMBERS}
//   object, if not an object   {"$obj":[[TEXT,VALUE],...]}
//   reference                  {"$ref":INDEX}
//   AMF3 behind 0x11           {"$amf3":VALUE}
//   AMF3 integer               {"$int":5}
//   AMF3 byte array            {"$bytes":BASE64}
//   AMF3 array                 {"$array":[VALUE,...] ... "assoc":{}}; MEMBERS
//   AMF3 object                {"$obj3":{"members":MEMBERS ... "class":"","dynamic":true,
//                                "sealed":[]}}; sealed: TEXT, the names of the first members
//   AMF3 externalizable        {"$ext":TEXT,"v":VALUE}
//   AMF3 vector                {"$vec":"int"|"uint"|"double","v":[NUMBER,...] ... "fixed":false}
//   AMF3 vector of objects     {"$vec":"object","v":[VALUE,...] ... "fixed":false,"class":""}
//   AMF3 dictionary            {"$dict":[[VALUE,VALUE],...] ... "weak":false}
//   AMF3 reference             {"$ref3":INDEX ... "marker":10}
//
// MEMBERS are an object, or [[TEXT,VALUE],...] where a key repeats, starts with "$" or is not
// UTF-8. Order is kept everywhere. A reference means something only in the body it came with.

/// The value is as deep as Limits allow: Decoder and from_json give no other.
void append_json(std::string& out, const Value& value);
std::string to_json(const Value& value);

/// Refuses what it does not know instead of guessing, an object with any unknown "$" key above all,
/// and what AMF cannot say: keys of AMF0 over 65535 bytes, empty keys of AMF3. The error names the
/// key. JSON's numbers become AMF0's, doubles.
Result<Value> from_json(json::Element element, Limits limits = {});
/// The same for a text of at most 1 MiB.
Result<Value> from_json(std::string_view text, Limits limits = {});

}  // namespace so::amf
