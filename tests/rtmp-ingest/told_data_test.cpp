#include "told_data.h"

#include <string>

#include <doctest/doctest.h>

#include "amf/amf0.h"

using namespace so;
using amf::Value;

namespace {

constexpr net::ConnId kId{7};

ingest::ToldData::Told tell(ingest::ToldData& data, ByteView body, TimePoint now = TimePoint{}) {
  return data.of(
      {1, media::flags_of({flv::TagType::kScript, 0, body}), flv::TagType::kScript, 0, body}, kId,
      now);
}
std::string told(const amf::Values& values) {
  ingest::ToldData data;
  return tell(data, amf::encode(values)).json;
}

}  // namespace

TEST_CASE("descriptions, cue points and texts are told as JSON, servers' words are not") {
  const Value cue = Value::object({{"name", Value::string("ad")}, {"time", Value::number(1.5)}});
  CHECK(told({Value::string("onCuePoint"), cue}) == R"({"onCuePoint":{"name":"ad","time":1.5}})");
  CHECK(told({Value::string("onFI"), {amf::EcmaArray{1, {{"st", Value::string("12:00")}}}}}) ==
        R"({"onFI":{"st":"12:00"}})");
  CHECK(told({Value::string("onTextData"), Value::string("a"), Value::number(1)}) ==
        R"({"onTextData":["a",1]})");
  CHECK(told({Value::string("onLastSecond")}) == R"({"onLastSecond":null})");
  CHECK(told({Value::string("onMetaData"), {amf::EcmaArray{1, {{"width", Value::number(160)}}}}}) ==
        R"({"onMetaData":{"width":160}})");
  CHECK(told({Value::string("onJsonMeta"), cue}) == R"({"name":"ad","time":1.5})");
  CHECK(told({Value::string("onJsonMeta"), Value::string("x")}) == R"("x")");
  CHECK(told({Value::string("|RtmpSampleAccess"), Value::boolean(true)}).empty());
  CHECK(told({Value::number(1)}).empty());
  CHECK(told({}).empty());
}

TEST_CASE("one publisher is told so much a second, and what cannot be read is nobody's") {
  ingest::ToldData data;
  const Bytes body = amf::encode({Value::string("onText"), Value::string("a")});
  for (unsigned i = 0; i < ingest::ToldData::kPerSecond; ++i)
    CHECK_FALSE(tell(data, body).json.empty());
  CHECK(tell(data, body).dropped);
  CHECK(tell(data, body).json.empty());
  CHECK_FALSE(tell(data, body, TimePoint{} + Seconds{1}).dropped);
  const Bytes broken{0x02, 0x00, 0x09, 'x'};
  CHECK(tell(data, broken, TimePoint{} + Seconds{1}).json.empty());
}
