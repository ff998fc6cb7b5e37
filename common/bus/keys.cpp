#include "bus/keys.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "bus/zmq_keys.h"

namespace so::bus {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
constexpr std::size_t kKey = 40;
constexpr std::string_view kSpace = " \t\r";

Error system_error(std::string_view doing, const std::string& file) {
  return {Code::kSystem, fmt::format("unable to {} {}: {}", doing, file, std::strerror(errno))};
}

Status write_file(const std::string& file, mode_t mode, const std::string& text) {
  const UniqueFd out{open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!out) return fail(system_error("write", file));
  const ssize_t written = write(out.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || fsync(out.get()) != 0) {
    return fail(system_error("write", file));
  }
  return {};
}

struct Read {
  std::string text;
  mode_t mode;
};
Result<Read> read_file(const std::string& file) {
  const UniqueFd in{open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat there {};
  if (!in || fstat(in.get(), &there) != 0) return fail(system_error("read", file));
  std::string text(kMaxBytes + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    const ssize_t more = read(in.get(), text.data() + size, text.size() - size);
    if (more < 0) return fail(system_error("read", file));
    if (more == 0) break;
    size += static_cast<std::size_t>(more);
  }
  if (size > kMaxBytes) {
    return fail(Code::kUsage, fmt::format("{} is over the limit of {} bytes", file, kMaxBytes));
  }
  text.resize(size);
  return Read{std::move(text), there.st_mode};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
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
  const auto read = read_file(file);
  if (!read) return fail(read.error());
  if ((read->mode & 077U) != 0) {
    return fail(Code::kUsage, fmt::format("{} may be read by others: chmod 600 {}", file, file));
  }
  std::string secret{trimmed(std::string_view{read->text}.substr(0, read->text.find('\n')))};
  auto known = known_of(secret);
  if (!known) return fail(Code::kUsage, fmt::format("{} holds no secret key", file));
  return KeyPair{*std::move(known), std::move(secret)};
}

Result<std::vector<KnownKey>> load_known_keys(const std::string& file) {
  const auto read = read_file(file);
  if (!read) return fail(read.error());
  return parse_known_keys(read->text, file);
}

Result<std::vector<KnownKey>> parse_known_keys(std::string_view text, std::string_view file) {
  std::vector<KnownKey> keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;  // no key begins so, it would be too large
    const std::string_view key = line.substr(0, kKey);
    const std::string_view rest = line.substr(key.size());
    if (!key_bytes(key) || (!rest.empty() && trimmed(rest).size() == rest.size())) {
      return fail(Code::kUsage,
                  fmt::format("{}:{}: no public key of {} characters", file, number, kKey));
    }
    keys.push_back({std::string{key}, std::string{trimmed(rest)}});
  }
  if (keys.empty()) return fail(Code::kUsage, fmt::format("{} holds no public key", file));
  return keys;
}

}  // namespace so::bus
