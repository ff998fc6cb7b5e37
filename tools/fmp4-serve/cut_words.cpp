#include "cut_words.h"

#include <vector>

#include "cli/units.h"

namespace so::fmp4serve {
namespace {

constexpr Millis kStep{50};
constexpr Millis kLongest{5000};

}  // namespace

Result<fmp4::Cut> parse_cut(std::string_view text) {
  using At = fmp4::Cut::At;
  if (text == "frame") return fmp4::Cut{};
  if (text == "gop") return fmp4::Cut{At::kGop};
  const auto every = cli::parse_duration(text);
  if (!every || *every < kStep || *every > kLongest || *every % kStep != Millis{0}) {
    return fail(Code::kUsage, "frame, gop, or a time of 50ms to 5s in steps of 50ms");
  }
  return fmp4::Cut{At::kTime, *every};
}

std::string show_cut(const fmp4::Cut& cut) {
  if (cut.at == fmp4::Cut::At::kTime) return cli::show_duration(cut.every);
  return cut.at == fmp4::Cut::At::kGop ? "gop" : "frame";
}

cli::Value cut(fmp4::Cut& field) {
  return {"frame|100ms|gop", false,
          [&field](const std::vector<std::string>& words) -> Status {
            const auto parsed = parse_cut(words.front());
            if (!parsed) return fail(parsed.error());
            field = *parsed;
            return {};
          },
          [&field] { return std::vector{show_cut(field)}; }};
}

}  // namespace so::fmp4serve
