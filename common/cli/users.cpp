#include "cli/users.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/log.h"
#include "base/utf8.h"

namespace so::cli {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;
constexpr std::size_t kMaxWord = 255;

bool stands_in_urls(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || std::string_view{"-._~@"}.find(c) != std::string::npos;
}

Status add_user(std::string_view line, Passwords& to) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return fail(Code::kUsage, "it is not NAME:PASSWORD");
  const std::string_view name = line.substr(0, colon);
  const std::string_view password = line.substr(colon + 1);
  if (name.empty() || name.size() > kMaxWord || !std::ranges::all_of(name, stands_in_urls))
    return fail(Code::kUsage, "the name is not of letters, digits and -._~@");
  if (password.empty() || password.size() > kMaxWord || !is_utf8(as_bytes(password)) ||
      std::ranges::any_of(password, is_control)) {
    return fail(Code::kUsage, fmt::format("the password is not text of 1 to {} bytes", kMaxWord));
  }
  if (!to.emplace(name, password).second) return fail(Code::kUsage, "the name is there already");
  if (to.size() <= kMaxUsers) return {};
  return fail(Code::kUsage, fmt::format("{} users are the limit", kMaxUsers));
}

}  // namespace

Result<Passwords> parse_passwords(std::string_view text, std::string_view file) {
  Passwords passwords;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (const auto added = add_user(line, passwords); !added)
      return fail(Code::kUsage, fmt::format("{}:{}: {}", file, number, added.error().text));
  }
  return passwords;
}

Result<std::shared_ptr<const Passwords>> read_passwords(const std::string& file) {
  const auto text = read_secret_file(file, kMaxFile);
  if (!text) return fail(text.error());
  auto passwords = parse_passwords(*text, file);
  if (!passwords) return fail(passwords.error());
  return std::make_shared<const Passwords>(*std::move(passwords));
}

bool passwords_again(Users& users) {
  if (users.file.empty()) return false;
  auto passwords = read_passwords(users.file);
  if (!passwords) {
    log::error("the users stay as they were: {}", passwords.error().text);
    return false;
  }
  users.passwords = *std::move(passwords);
  log::info("users read again: {}", users.passwords->size());
  return true;
}

}  // namespace so::cli
