#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "json/read.h"

namespace so::test {

/// A reader's copy of a shared object, made from what the hub sends: sync, resume and change
/// bodies. It holds the hub to its word: `broken` says the first thing that was against it.
struct Replica {
  std::string epoch;
  std::uint64_t version = 0;
  std::map<std::string, std::string> data{};  // key to compact JSON
  std::uint64_t resumes = 0;
  std::uint64_t syncs = 0;
  std::string broken{};

  void take(std::string_view body) {
    json::Parser parser;
    const auto event = parser.parse(body);
    if (!event) return breaks("not JSON");
    const std::string_view kind = json::text(*event, "event").value_or("");
    if (kind == "sync") return sync(*event);
    if (kind == "resume") return resume(*event);
    if (kind == "change") return change(*event, json::text(*event, "epoch").value_or(""));
    breaks("neither sync, resume nor change");
  }

 private:
  void sync(json::Element event) {
    ++syncs;
    epoch = json::text(event, "epoch").value_or("");
    version = json::integer(event, "version").value_or(0);
    data.clear();
    const json::Object attributes = json::member(event, "data")->get_object().value();
    for (const auto& [key, value] : attributes) {
      data[std::string{key}] = json::compact(value);
    }
  }

  void resume(json::Element event) {
    ++resumes;
    const std::string_view of = json::text(event, "epoch").value_or("");
    const json::Array batches = json::member(event, "batches")->get_array().value();
    for (const json::Element batch : batches) {
      change(batch, of);
    }
    if (version != json::integer(event, "version")) breaks("a resume does not reach its version");
  }

  void change(json::Element batch, std::string_view of) {
    const std::uint64_t next = json::integer(batch, "version").value_or(0);
    if (of != epoch) return breaks("a change of another epoch");
    if (next != version + 1) return breaks(fmt::format("version {} after {}", next, version));
    version = next;
    const json::Array changes = json::member(batch, "changes")->get_array().value();
    for (const json::Element each : changes) {
      perform(each);
    }
  }

  void perform(json::Element change) {
    const std::string_view op = json::text(change, "op").value_or("");
    const std::string key{json::text(change, "key").value_or("")};
    if (op == "set") data[key] = json::compact(json::member(change, "value").value());
    if (op == "delete") data.erase(key);
    if (op == "clear") data.clear();
  }

  void breaks(std::string why) {
    if (broken.empty()) broken = std::move(why);
  }
};

}  // namespace so::test
