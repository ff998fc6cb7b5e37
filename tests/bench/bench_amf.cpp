// What AMF costs: the metadata of an encoder, an ECMA array of 20 members, read and written, beside
// the memory it takes; and a shared object's value on its way from AMF to JSON and back.
#include <array>
#include <string>

#include <fmt/format.h>

#include "amf/amf0.h"
#include "amf/json.h"
#include "bench.h"

using namespace so;

namespace {

amf::Value metadata() {
  amf::Members members;
  for (const char* name : {"duration", "fileSize", "width", "height", "videodatarate", "framerate",
                           "audiodatarate", "audiosamplerate", "audiosamplesize", "audiochannels"})
    members.push_back({name, amf::Value::number(720)});
  for (const char* name : {"stereo", "2.1", "3.1", "4.0", "4.1", "5.1", "7.1"})
    members.push_back({name, amf::Value::boolean(false)});
  members.push_back({"encoder", amf::Value::string("obs-output module (libobs version 30.0.0)")});
  members.push_back({"videocodecid", amf::Value::string("avc1")});
  members.push_back({"audiocodecid", amf::Value::string("mp4a")});
  const auto count = static_cast<std::uint32_t>(members.size());
  return {amf::EcmaArray{count, std::move(members)}};
}

amf::Value chat_line() {
  return amf::Value::object(
      {{"from", amf::Value::string("user-1234")},
       {"text", amf::Value::string("hello, \"world\"")},
       {"at", amf::Value::number(1719849600.25)},
       {"tags", amf::Value::array({amf::Value::string("chat"), amf::Value::string("room1")})}});
}

bench::Way copying(const Bytes& bytes) {
  return {"copying the bytes", [&bytes, copy = Bytes{}]() mutable {
            copy.assign(bytes.begin(), bytes.end());
            bench::keep(copy);
            return bytes.size();
          }};
}

void both_ways(std::string_view title, const amf::Values& values) {
  const Bytes bytes = amf::encode(values);
  const std::array ways{copying(bytes),
                        bench::Way{"read",
                                   [&] {
                                     bench::keep(amf::decode(bytes));
                                     return bytes.size();
                                   }},
                        bench::Way{"write", [&] {
                                     bench::keep(amf::encode(values));
                                     return bytes.size();
                                   }}};
  bench::compare(fmt::format("{}, {} bytes", title, bytes.size()), "B", ways);
}

void through_json() {
  const amf::Value value = chat_line();
  const std::string text = amf::to_json(value);
  const std::array ways{bench::Way{"AMF0 read and written",
                                   [&, bytes = amf::encode(amf::Values{value})] {
                                     bench::keep(amf::encode(*amf::decode(bytes)));
                                     return 1U;
                                   }},
                        bench::Way{"value to JSON",
                                   [&] {
                                     bench::keep(amf::to_json(value));
                                     return 1U;
                                   }},
                        bench::Way{"JSON to value", [&] {
                                     bench::keep(amf::from_json(text));
                                     return 1U;
                                   }}};
  bench::compare(fmt::format("a value of {} bytes of JSON", text.size()), "values", ways);
}

}  // namespace

int main() {
  both_ways("metadata in AMF0", {metadata()});
  both_ways("metadata in AMF3", {amf::Value{amf::Amf3{{metadata()}}}});
  through_json();
}
