#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/result.h"

namespace so::json {

/// A parsed value, borrowed from the Parser that made it: valid until its next parse().
using Element = simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

struct Limits {
  std::size_t bytes = 1U << 20U;  // the largest record of the bus
  std::size_t depth = 32;         // nested containers; AMF has the same bound
};

/// Parses whole RFC 8259 texts: UTF-8 and numbers are validated, nothing may follow the value.
/// Keeps its memory from one text to the next.
class Parser {
 public:
  explicit Parser(Limits limits = {});
  Result<Element> parse(std::string_view text);

 private:
  Limits limits_;
  simdjson::dom::parser parser_;
};

/// Members of an object by name; nullopt when absent, of another type, or when `from` is no object.
std::optional<Element> member(Element from, std::string_view key);
std::optional<std::string_view> text(Element from, std::string_view key);
std::optional<double> number(Element from, std::string_view key);
std::optional<std::uint64_t> integer(Element from, std::string_view key);  // whole and not negative
std::optional<bool> boolean(Element from, std::string_view key);

/// The value without white space, member order kept, numbers in their shortest form. Two texts with
/// the same compact form hold the same value; this is what the hub stores, compares and sends.
std::string compact(Element value);
void append_compact(std::string& out, Element value);

/// parse() and compact() in one.
Result<std::string> normalise(std::string_view text, Limits limits = {});

}  // namespace so::json
