#include "bus/question.h"

#include <algorithm>

#include <fmt/format.h>

#include "json/write.h"
#include "wire/frame.h"

namespace so::bus {
namespace {

constexpr std::size_t kMaxReason = 1024;

std::string cut(std::string_view text) {
  std::size_t end = std::min(text.size(), kMaxReason);
  const auto inside = [&] { return end < text.size() && (text[end] & 0xC0) == 0x80; };
  while (inside()) --end;  // of a character
  return std::string{text.substr(0, end)};
}

}  // namespace

std::string question(std::uint64_t id, const hub::Intent& intent, const hub::Deed& deed) {
  json::Writer out;
  out.object().key("id").natural(id).key("hook").string(policy::to_text(deed.action));
  out.key("scope").string(deed.scope);
  if (deed.object) out.key("object").string(*deed.object);
  if (!deed.stream.empty()) out.key("stream").string(deed.stream);
  out.key("member").string(intent.member).key("claims").raw(intent.claims);
  if (!intent.info.empty()) out.key("info").raw(intent.info);
  if (!intent.changes.empty()) out.key("changes").raw(intent.changes);
  return out.end().take();
}

Result<Answer> read_answer(json::Element answer) {
  const auto allow = json::boolean(answer, "allow");
  if (!allow) return fail(Code::kPeer, "\"allow\" is not true or false");
  if (!*allow) {
    return Answer{Answer::Verdict::kRefuse, cut(json::text(answer, "reason").value_or(""))};
  }
  Answer out{Answer::Verdict::kAllow};
  if (const auto changes = json::member(answer, "changes")) {
    if (!changes->is_array()) return fail(Code::kPeer, "\"changes\" is not a list");
    out.changes = json::compact(*changes);
  }
  return out;
}

Result<std::string> with_changes(std::string_view body, std::string_view changes) {
  json::Parser parser{{.bytes = wire::kMaxBody}};
  const auto parsed = parser.parse(body);
  if (!parsed) return fail(parsed.error());
  if (!parsed->is_object()) return fail(Code::kPeer, "body is not an object");
  json::Writer out;
  out.object();
  const json::Object members = parsed->get_object().value_unsafe();
  for (const auto& [name, value] : members) {
    if (name != "changes") out.key(name).raw(json::compact(value));
  }
  std::string text = out.key("changes").raw(changes).end().take();
  if (text.size() > wire::kMaxBody) {
    return fail(Code::kLimit,
                fmt::format("{} bytes are over the limit of {}", text.size(), wire::kMaxBody));
  }
  return text;
}

}  // namespace so::bus
