#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "flv/tag.h"

namespace so::test {

struct OwnedTag {
  flv::TagType type{};
  std::uint32_t timestamp = 0;
  Bytes body;
  [[nodiscard]] flv::Tag view() const { return {type, timestamp, body}; }
  bool operator==(const OwnedTag&) const = default;
};

/// A recording of tests/data/flv.
inline Bytes flv_bytes(const std::string& name) {
  std::ifstream file{std::string{SO_TEST_DATA} + "/flv/" + name + ".flv", std::ios::binary};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// All tags of a stream that must be free of errors; the reader is fed in pieces of `step` bytes.
inline std::vector<OwnedTag> read_tags(ByteView bytes, std::size_t step) {
  std::vector<OwnedTag> tags;
  flv::Reader reader;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.receive(bytes.subspan(at, std::min(step, bytes.size() - at)));
    for (;;) {
      const auto tag = reader.next();
      REQUIRE(tag);
      if (!*tag) break;
      tags.push_back({(*tag)->type, (*tag)->timestamp, to_bytes((*tag)->body)});
    }
  }
  REQUIRE(reader.between_tags());
  return tags;
}

inline std::vector<OwnedTag> flv_tags(const std::string& name) {
  const Bytes bytes = flv_bytes(name);
  return read_tags(bytes, bytes.size());
}

}  // namespace so::test
