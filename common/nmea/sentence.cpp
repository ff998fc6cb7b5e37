#include "nmea/sentence.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "nmea/fields.h"

namespace so::nmea {
namespace {

// $ or !   talker:2 type:3 or P and the maker's   , field , field ... * checksum:2 hexadecimal
// Talker, type and fields are what the checksum is the exclusive or of.

tl::unexpected<Error> wrong(std::string_view why) {
  return fail(Code::kPeer, fmt::format("NMEA: {}", why));
}

unsigned checksum(std::string_view text) {
  unsigned sum = 0;
  for (const char c : text) sum ^= static_cast<unsigned char>(c);
  return sum;
}

// What the checksum is of.
Result<std::string_view> checked(std::string_view sentence) {
  if (sentence.size() > kMaxSentence)
    return wrong(fmt::format("the sentence is over {} bytes", kMaxSentence));
  const bool printable =
      std::all_of(sentence.begin(), sentence.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable) return wrong("a byte is no printable ASCII");
  if (sentence.starts_with('\\')) {  // a tag block, IEC 61162-450
    const std::size_t end = sentence.find('\\', 1);
    if (end == std::string_view::npos) return wrong("the tag block does not end");
    sentence.remove_prefix(end + 1);
  }
  if (!sentence.starts_with('$') && !sentence.starts_with('!'))
    return wrong("the sentence does not begin with $ or !");
  sentence.remove_prefix(1);
  const std::size_t star = sentence.rfind('*');
  if (star == std::string_view::npos) return wrong("there is no checksum");
  const std::string_view digits = sentence.substr(star + 1);
  const auto high = digits.size() == 2 ? hex_digit(digits[0]) : std::nullopt;
  const auto low = digits.size() == 2 ? hex_digit(digits[1]) : std::nullopt;
  if (!high || !low) return wrong("the checksum is not two hexadecimal digits");
  const std::string_view body = sentence.substr(0, star);
  if (const unsigned sum = checksum(body); sum != *high * 16 + *low)
    return wrong(fmt::format("the checksum is {:02X}, not {}", sum, digits));
  return body;
}

void write_gga(json::Writer& out, Fields& in) {
  in.time(out, 0);
  in.position(out, 1);
  in.number(out, "quality", 5);
  in.number(out, "satellites", 6);
  in.number(out, "hdop", 7);
  in.number(out, "alt", 8);
  in.number(out, "geoid", 10);
  in.number(out, "age", 12);
  in.text(out, "station", 13);
}

void write_valid(json::Writer& out, const Fields& in, std::size_t index) {
  if (!in.at(index).empty()) out.key("valid").boolean(in.at(index) == "A");
}

void write_rmc(json::Writer& out, Fields& in) {
  in.time(out, 0);
  in.date(out, 8);
  write_valid(out, in, 1);
  in.position(out, 2);
  in.number(out, "speed_kn", 6);
  in.number(out, "course", 7);
  in.with_sign(out, "variation", 9, 'W');
  in.text(out, "mode", 11);
}

// Since version 2.0 the units stand behind the numbers.
void write_vtg(json::Writer& out, Fields& in) {
  const bool units = in.at(1) == "T";
  in.number(out, "course", 0);
  in.number(out, "course_magnetic", units ? 2 : 1);
  in.number(out, "speed_kn", units ? 4 : 2);
  in.number(out, "speed_kmh", units ? 6 : 3);
  if (units) in.text(out, "mode", 8);
}

void write_gll(json::Writer& out, Fields& in) {
  in.time(out, 4);
  write_valid(out, in, 5);
  in.position(out, 0);
  in.text(out, "mode", 6);
}

using Write = void (*)(json::Writer&, Fields&);
constexpr auto kKnown = std::to_array<std::pair<std::string_view, Write>>(
    {{"GGA", write_gga}, {"RMC", write_rmc}, {"VTG", write_vtg}, {"GLL", write_gll}});

void write_all(json::Writer& out, std::string_view fields) {
  for (bool more = true; more;) {
    const std::size_t comma = fields.find(',');
    out.string(fields.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) fields.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<std::string> to_json(std::string_view sentence) {
  const auto body = checked(sentence);
  if (!body) return fail(body.error());
  const std::string_view address = body->substr(0, body->find(','));
  if (address.empty()) return wrong("the sentence has no name");
  const bool of_talker = address.size() == 5 && !address.starts_with('P');
  const std::string_view name = of_talker ? address.substr(2) : address;
  json::Writer out;
  out.object().key("sentence").string(name);
  if (of_talker) out.key("talker").string(address.substr(0, 2));
  const bool bare = address.size() == body->size();
  const std::string_view rest = bare ? std::string_view{} : body->substr(address.size() + 1);
  const auto* const known = std::find_if(kKnown.begin(), kKnown.end(), [&](const auto& each) {
    return of_talker && each.first == name;
  });
  if (known == kKnown.end()) {
    out.key("fields").array();
    if (!bare) write_all(out, rest);
    out.end();
    return out.end().take();
  }
  Fields fields{rest};
  known->second(out, fields);
  if (!fields.wrong().empty()) return wrong(fmt::format("{}: {}", name, fields.wrong()));
  return out.end().take();
}

}  // namespace so::nmea
