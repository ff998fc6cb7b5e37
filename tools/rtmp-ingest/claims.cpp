#include "claims.h"

#include <set>

#include <fmt/format.h>

#include "base/utf8.h"
#include "json/write.h"
#include "wire/path.h"

namespace so::ingest {

Result<std::string> claims_of(std::string_view query) {
  if (query.size() > kMaxQuery) {
    return fail(Code::kPeer, fmt::format("the query is over {} bytes", kMaxQuery));
  }
  const auto parameters = wire::query_parameters(query);
  if (parameters.empty()) return std::string{};
  if (parameters.size() > kMaxParameters) {
    return fail(Code::kPeer, fmt::format("the query has over {} parameters", kMaxParameters));
  }
  json::Writer out;
  out.object().key("role").string("anonymous").key("door").string("rtmp");
  std::set<std::string_view> names;
  for (const auto& [name, value] : parameters) {
    if (!is_utf8(as_bytes(name)) || !is_utf8(as_bytes(value))) {
      return fail(Code::kPeer, "the query is not UTF-8");
    }
    if (names.insert(name).second) out.key("query." + name).string(value);
  }
  return out.end().take();
}

}  // namespace so::ingest
