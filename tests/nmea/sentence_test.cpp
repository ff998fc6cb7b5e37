#include "nmea/sentence.h"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "json/read.h"

using namespace so;

namespace {

struct Case {
  std::string_view sentence;
  std::string_view json;
};

std::string with_checksum(std::string_view body) {
  unsigned sum = 0;
  for (const char c : body) sum ^= static_cast<unsigned char>(c);
  return fmt::format("${}*{:02X}", body, sum);
}
std::string read(std::string_view sentence) {
  const auto json = nmea::to_json(sentence);
  return json ? *json : json.error().text;
}
std::string read_body(std::string_view body) {
  return read(with_checksum(body));
}

}  // namespace

TEST_CASE("sentences of receivers, byte for byte, and what they say") {
  // As manuals of receivers print them, checksums included.
  constexpr auto kCases = std::to_array<Case>({
      {"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47",
       R"({"sentence":"GGA","talker":"GP","time":"12:35:19","lat":48.1173,"lon":11.516666667,)"
       R"("quality":1,"satellites":8,"hdop":0.9,"alt":545.4,"geoid":46.9})"},
      {"$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A",
       R"({"sentence":"RMC","talker":"GP","time":"12:35:19","date":"1994-03-23","valid":true,)"
       R"("lat":48.1173,"lon":11.516666667,"speed_kn":22.4,"course":84.4,"variation":-3.1})"},
      {"$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K*48",
       R"({"sentence":"VTG","talker":"GP","course":54.7,"course_magnetic":34.4,"speed_kn":5.5,)"
       R"("speed_kmh":10.2})"},
      {"$GPGLL,4916.45,N,12311.12,W,225444,A*31",
       R"({"sentence":"GLL","talker":"GP","time":"22:54:44","valid":true,"lat":49.274166667,)"
       R"("lon":-123.185333333})"},
      {"$GPZDA,201530.00,04,07,2002,00,00*60",
       R"({"sentence":"ZDA","talker":"GP","fields":["201530.00","04","07","2002","00","00"]})"},
      {"!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C",
       R"({"sentence":"VDM","talker":"AI",)"
       R"("fields":["1","1","","B","177KQJ5000G?tO`K>RA1wUbN0TKH","0"]})"},
  });
  for (const Case& c : kCases) CHECK(read(c.sentence) == c.json);
}

TEST_CASE("what a receiver without a fix leaves empty is left out") {
  CHECK(read_body("GNGGA,,,,,,0,00,99.99,,,,,,") ==
        R"({"sentence":"GGA","talker":"GN","quality":0,"satellites":0,"hdop":99.99})");
  CHECK(read_body("GNRMC,,V,,,,,,,,,,N") ==
        R"({"sentence":"RMC","talker":"GN","valid":false,"mode":"N"})");
  CHECK(read_body("GPGLL,,,,") == R"({"sentence":"GLL","talker":"GP"})");
  CHECK(read_body("GPVTG,,T,,M,,N,,K,N") == R"({"sentence":"VTG","talker":"GP","mode":"N"})");
  CHECK(read_body("GPVTG") == R"({"sentence":"VTG","talker":"GP"})");
}

TEST_CASE("old and new forms") {
  CHECK(read_body("GPVTG,054.7,034.4,005.5,010.2") ==
        R"({"sentence":"VTG","talker":"GP","course":54.7,"course_magnetic":34.4,"speed_kn":5.5,)"
        R"("speed_kmh":10.2})");
  CHECK(read_body("GNRMC,235960.50,A,0000.000,S,00000.0,W,0.0,,311225,3.1,E,D,V") ==
        R"({"sentence":"RMC","talker":"GN","time":"23:59:60.50","date":"2025-12-31","valid":true,)"
        R"("lat":0,"lon":0,"speed_kn":0,"variation":3.1,"mode":"D"})");
  CHECK(read_body("GPGLL,9000.000,S,18000.000,W") ==
        R"({"sentence":"GLL","talker":"GP","lat":-90,"lon":-180})");
  CHECK(read_body("GPGGA,,4807.0381234567,N,01131.0000001,E,4") ==
        R"({"sentence":"GGA","talker":"GP","lat":48.117302058,"lon":11.516666668,"quality":4})");
  CHECK(read("\\s:gps,c:1700000000*0F\\$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K*48")
            .starts_with(R"({"sentence":"VTG")"));
  CHECK(read("$gpvtg*72").starts_with(R"({"sentence":"vtg","talker":"gp","fields":[]})"));
}

TEST_CASE("makers' own sentences and strange names keep their fields") {
  CHECK(read_body("PUBX,00,a\"b\\") == R"({"sentence":"PUBX","fields":["00","a\"b\\"]})");
  CHECK(read_body("PGRME,15.0,M") == R"({"sentence":"PGRME","fields":["15.0","M"]})");
  CHECK(read_body("X,") == R"({"sentence":"X","fields":[""]})");
}

TEST_CASE("what is no sentence is refused by name") {
  const auto wrong = [](std::string_view sentence, std::string_view why) {
    CAPTURE(sentence);
    const auto json = nmea::to_json(sentence);
    REQUIRE_FALSE(json);
    CHECK(json.error().text == "NMEA: " + std::string{why});
  };
  wrong("", "the sentence does not begin with $ or !");
  wrong("GPGGA*00", "the sentence does not begin with $ or !");
  wrong("$GPGGA,123519", "there is no checksum");
  wrong("$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K*49", "the checksum is 48, not 49");
  wrong("$GPVTG*4", "the checksum is not two hexadecimal digits");
  wrong("$GPVTG*4G", "the checksum is not two hexadecimal digits");
  wrong("$GPVTG*480", "the checksum is not two hexadecimal digits");
  wrong("$*00", "the sentence has no name");
  wrong("$,*2C", "the sentence has no name");
  wrong("\\s:gps", "the tag block does not end");
  wrong("$GP\x01", "a byte is no printable ASCII");
  wrong("$GP\xC3\xA9", "a byte is no printable ASCII");
  wrong(std::string(nmea::kMaxSentence + 1, '$'), "the sentence is over 1024 bytes");
}

TEST_CASE("a field that cannot be read is refused by name, and no number but a decimal is one") {
  const auto wrong = [](std::string_view body, std::string_view why) {
    CAPTURE(body);
    const auto json = nmea::to_json(with_checksum(body));
    REQUIRE_FALSE(json);
    CHECK(json.error().text == "NMEA: " + std::string{why});
  };
  wrong("GPGGA,24", "GGA: field 1 is not a time");
  wrong("GPGGA,246060", "GGA: field 1 is not a time");
  wrong("GPGGA,123519x", "GGA: field 1 is not a time");
  for (const auto* lat : {"x807.038", "9100.000", "9000.001", "4860.000", "48-1.0", "4807038", "4",
                          "48", "481.0", "-107.00", "48nan"}) {
    wrong(fmt::format("GPGGA,,{},N", lat), "GGA: field 2 is not a latitude");
  }
  wrong("GPGGA,,4807.038,E", "GGA: field 3 is not N or S");
  wrong("GPGGA,,4807.038,", "GGA: field 3 is not N or S");
  wrong("GPGGA,,4807.038,NS", "GGA: field 3 is not N or S");
  wrong("GPGGA,,4807.038,N,18000.001,E", "GGA: field 4 is not a longitude");
  for (const auto* number :
       {"inf", "nan", "1e5", "0x10", "+1", "1.2.3", "-", ".", "1 ", "111111111111111111111"}) {
    wrong(fmt::format("GPGGA,,,,,,{}", number), "GGA: field 6 is not a number");
  }
  wrong("GPRMC,,A,,,,,,,320194", "RMC: field 9 is not a date");
  wrong("GPRMC,,A,,,,,,,000194", "RMC: field 9 is not a date");
  wrong("GPRMC,,A,,,,,,,2301944", "RMC: field 9 is not a date");
  wrong("GPRMC,,A,,,,,,,,x,W", "RMC: field 10 is not a number");
}
