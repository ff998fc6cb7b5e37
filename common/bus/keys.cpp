#include "bus/keys.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/unique_fd.h"
#include "bus/zmq_keys.h"

namespace so::bus {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
constexpr std::size_t kKey = 40;
constexpr std::string_view kSpace = " \t\r";

Status write_file(const std::string& file, mode_t mode, const std::string& text) {
  const UniqueFd out{open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  const auto unable = [&] {
    return fail(Code::kSystem, fmt::format("unable to write {}: {}", file, std::strerror(errno)));
  };
  if (!out) return unable();
  const ssize_t written = write(out.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || fsync(out.get()) != 0) return unable();
  return {};
}

}  // namespace

Status save_key_pair(const std::string& name, const KeyPair& pair) {
  constexpr mode_t kSecret = 0600;
  constexpr mode_t kPublic = 0644;
  const std::string_view base = std::string_view{name}.substr(name.rfind('/') + 1);
  const std::string known = fmt::format("{} {}\n", pair.known, base);
  if (auto good = write_file(name + ".key", kSecret, pair.secret + "\n"); !good) return good;
  auto good = write_file(name + ".pub", kPublic, known);
  if (!good) unlink((name + ".key").c_str());
  return good;
}

Result<KeyPair> load_key_pair(const std::string& file) {
  const auto text = read_secret_file(file, kMaxBytes);
  if (!text) return fail(text.error());
  std::string secret{trimmed(std::string_view{*text}.substr(0, text->find('\n')), kSpace)};
  auto known = known_of(secret);
  if (!known) return fail(Code::kUsage, fmt::format("{} holds no secret key", file));
  return KeyPair{*std::move(known), std::move(secret)};
}

Result<std::vector<KnownKey>> load_known_keys(const std::string& file) {
  const auto text = read_file(file, kMaxBytes);
  if (!text) return fail(text.error());
  return parse_known_keys(*text, file);
}

Result<std::vector<KnownKey>> parse_known_keys(std::string_view text, std::string_view file) {
  std::vector<KnownKey> keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end), kSpace);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;  // no key begins so, it would be too large
    const std::string_view key = line.substr(0, kKey);
    const std::string_view rest = line.substr(key.size());
    if (!key_bytes(key) || (!rest.empty() && trimmed(rest, kSpace).size() == rest.size())) {
      return fail(Code::kUsage,
                  fmt::format("{}:{}: no public key of {} characters", file, number, kKey));
    }
    keys.push_back({std::string{key}, std::string{trimmed(rest, kSpace)}});
  }
  if (keys.empty()) return fail(Code::kUsage, fmt::format("{} holds no public key", file));
  return keys;
}

}  // namespace so::bus
