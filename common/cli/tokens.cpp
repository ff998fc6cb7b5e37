#include "cli/tokens.h"

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

}  // namespace

Result<std::shared_ptr<const token::Verifier>> read_keys(const Tokens& tokens) {
  token::Keys all;
  for (const std::string& file : tokens.files) {
    auto keys = read_keys_of(file);
    if (!keys) return fail(keys.error());
    for (token::Key& key : *keys) all.push_back(std::move(key));
  }
  if (all.size() > token::kMaxKeys) {
    return fail(Code::kUsage,
                fmt::format("{} keys for tokens: {} is the limit", all.size(), token::kMaxKeys));
  }
  return std::make_shared<const token::Verifier>(
      std::move(all), token::Expected{.issuer = tokens.issuer, .audience = tokens.audience});
}

bool keys_again(Tokens& tokens) {
  if (tokens.files.empty()) return false;
  auto verifier = read_keys(tokens);
  if (!verifier) {
    log::error("the keys for tokens stay as they were: {}", verifier.error().text);
    return false;
  }
  tokens.verifier = *std::move(verifier);
  log::info("keys for tokens read again: {}", tokens.verifier->keys());
  return true;
}

}  // namespace so::cli
