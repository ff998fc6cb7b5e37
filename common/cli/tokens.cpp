#include "cli/tokens.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"

namespace so::cli {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 18U;

Result<token::Keys> read_keys_of(const std::string& file) {
  const auto text = read_file(file, kMaxFile);
  if (!text) return fail(text.error());
  auto keys = token::read_keys(*text);
  if (keys) return keys;
  return fail(Code::kUsage, fmt::format("{}: {}", file, keys.error().text));
}

bool has_secret(const token::Keys& keys) {
  return std::any_of(keys.begin(), keys.end(), [](const token::Key& key) {
    return key.algorithm() == token::Algorithm::kHs256;
  });
}

}  // namespace

Status read_keys(Tokens& tokens) {
  token::Keys all;
  std::vector<bool> secret;
  for (const std::string& file : tokens.files) {
    auto keys = read_keys_of(file);
    if (!keys) return fail(keys.error());
    const bool had_none = !tokens.secret.empty() && !tokens.secret[secret.size()];
    secret.push_back(has_secret(*keys));
    if (had_none && secret.back()) {
      return fail(
          Code::kUsage,
          fmt::format("{}: a secret in place of public keys is taken at a start only", file));
    }
    for (token::Key& key : *keys) all.push_back(std::move(key));
  }
  if (all.size() > token::kMaxKeys) {
    return fail(Code::kUsage,
                fmt::format("{} keys for tokens: {} is the limit", all.size(), token::kMaxKeys));
  }
  tokens.verifier = std::make_shared<const token::Verifier>(
      std::move(all), token::Expected{.issuer = tokens.issuer, .audience = tokens.audience});
  tokens.secret = std::move(secret);
  return {};
}

bool keys_again(Tokens& tokens) {
  if (tokens.files.empty()) return false;
  if (auto status = read_keys(tokens); !status) {
    log::error("the keys for tokens stay as they were: {}", status.error().text);
    return false;
  }
  log::info("keys for tokens read again: {}", tokens.verifier->keys());
  return true;
}

}  // namespace so::cli
