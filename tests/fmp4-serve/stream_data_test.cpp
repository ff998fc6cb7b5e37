#include "stream_data.h"

#include <doctest/doctest.h>

#include "amf/amf0.h"
#include "fmp4/event_message.h"

using namespace so;
using namespace so::fmp4serve;

namespace {

std::optional<Description> read(const amf::Values& values) {
  const Bytes body = amf::encode(values);
  return read_description({flv::TagType::kScript, 40, body});
}

}  // namespace

TEST_CASE("what a publisher says of its stream is read, object or array with names") {
  const auto name = amf::Value::string("onMetaData");
  const auto object = amf::Value::object({{"width", amf::Value::number(160)}});
  const auto said = read({name, object});
  REQUIRE(said);
  CHECK(said->json == R"({"onMetaData":{"width":160}})");
  CHECK(said->timestamp == 40);
  amf::Value array;
  array.is = amf::EcmaArray{1, {{"width", amf::Value::number(160)}}};
  CHECK(read({name, array})->json == said->json);
  CHECK_FALSE(read({amf::Value::string("onCuePoint"), object}));
  CHECK_FALSE(read({name}));
  CHECK_FALSE(read({object, name}));
  CHECK_FALSE(read({name, amf::Value::string(std::string(70'000, 'x'))}));
  const Bytes body = amf::encode({name, object});
  CHECK_FALSE(read_description({flv::TagType::kVideo, 0, body}));
  CHECK_FALSE(read_description({flv::TagType::kScript, 0, ByteView{body}.first(20)}));
}

TEST_CASE("the kind of an event is the name of its data message") {
  CHECK(kind_of(R"({"onCuePoint":{"name":"ad"}})") == "onCuePoint");
  CHECK(kind_of(R"({"onTextData":1})") == "onTextData");
  for (const char* const other : {R"({"a":1})", R"({"on":1})", R"({"one":1})", R"("onCuePoint")",
                                  R"({"on\u0000":1})", R"({"onX)", "{}", ""}) {
    CHECK_MESSAGE(kind_of(other) == "meta", other);
  }
  CHECK(kind_of("{\"onX" + std::string(100, 'x') + "\":1}") == "meta");
}

TEST_CASE("events wait for a fragment within bounds") {
  Bytes waiting;
  const std::string text(60'000, 'x');
  int taken = 0;
  while (add_event(waiting, {.id = 1, .value = "meta", .text = text})) ++taken;
  CHECK(taken == 4);
  CHECK(waiting.size() < 262'144);
}
