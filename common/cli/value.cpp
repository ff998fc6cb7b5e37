#include "cli/value.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/units.h"

namespace so::cli {
namespace {

using Words = std::vector<std::string>;

Status store(const Number& number, const Result<std::uint64_t>& parsed) {
  if (!parsed) return fail(parsed.error());
  if (*parsed > number.largest) {
    return fail(Code::kUsage, fmt::format("{} is over {}", *parsed, number.largest));
  }
  number.set(*parsed);
  return {};
}

}  // namespace

Value flag(bool& field) {
  Value value;
  value.set = [&field](const Words& words) -> Status {
    if (words.front() != "true" && words.front() != "false") {
      return fail(Code::kUsage, fmt::format("\"{}\" is not true or false", words.front()));
    }
    field = words.front() == "true";
    return {};
  };
  value.show = [&field] { return Words{field ? "true" : "false"}; };
  return value;
}

Value text(std::string& field, std::string placeholder) {
  return {std::move(placeholder), false,
          [&field](const Words& words) -> Status {
            field = words.front();
            return {};
          },
          [&field] { return Words{field}; }};
}

Value texts(std::vector<std::string>& field, std::string placeholder) {
  return {std::move(placeholder), true,
          [&field](const Words& words) -> Status {
            field = words;
            return {};
          },
          [&field] { return field; }};
}

Value choice(std::string& field, std::string placeholder, std::vector<std::string> words) {
  Value value = text(field, std::move(placeholder));
  value.set = [&field, words = std::move(words)](const Words& given) -> Status {
    if (std::ranges::find(words, given.front()) == words.end()) {
      return fail(Code::kUsage,
                  fmt::format("\"{}\" is not one of {}", given.front(), fmt::join(words, ", ")));
    }
    field = given.front();
    return {};
  };
  return value;
}

Value duration(Millis& field) {
  return {"DURATION", false,
          [&field](const Words& words) -> Status {
            const auto parsed = parse_duration(words.front());
            if (!parsed) return fail(parsed.error());
            field = *parsed;
            return {};
          },
          [&field] { return Words{show_duration(field)}; }};
}

Value addresses(std::vector<Listen>& field) {
  return {"ADDRESS", true,
          [&field](const Words& words) -> Status {
            std::vector<Listen> all;
            for (const std::string& word : words) {
              auto listen = parse_listen(word);
              if (!listen) return fail(listen.error());
              all.push_back(*std::move(listen));
            }
            field = std::move(all);
            return {};
          },
          [&field] {
            Words words;
            for (const Listen& listen : field) words.push_back(show_listen(listen));
            return words;
          }};
}

Value count(const Number& number) {
  return {"N", false,
          [number](const Words& words) { return store(number, parse_count(words.front())); },
          [number] { return Words{fmt::format("{}", number.get())}; }};
}

Value size(const Number& number) {
  return {"SIZE", false,
          [number](const Words& words) { return store(number, parse_size(words.front())); },
          [number] { return Words{show_size(number.get())}; }};
}

}  // namespace so::cli
