#include "net/static_dir.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "net/pages.h"
#include "net/socket.h"

namespace so::net {
namespace {

constexpr int kInside = O_CLOEXEC | O_NOFOLLOW;

bool is_folder(int fd) {
  struct stat facts {};
  return fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode);
}

// Another with each change: of the file, its size and its time.
std::string tag_of(const struct stat& facts) {
  return fmt::format("\"{:x}-{:x}-{:x}.{:x}\"", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                     facts.st_mtim.tv_nsec);
}

// nullopt: it changes while it is read.
std::optional<std::string> read_whole(int fd, std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t at = 0; at < size;) {
    const ssize_t got = read(fd, &text[at], size - at);
    if (got <= 0) return std::nullopt;
    at += static_cast<std::size_t>(got);
  }
  return text;
}

HttpReply too_many() {
  return {
      .status = 503, .body = "too many files are being sent\n", .headers = {{"Retry-After", "1"}}};
}

}  // namespace

Result<StaticDir> StaticDir::open(const std::string& path) {
  UniqueFd folder{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!folder) return system_error("open the folder " + path);
  return StaticDir{std::move(folder)};
}

std::optional<HttpReply> StaticDir::get(std::string_view path,
                                        std::string_view if_none_match) const {
  std::string file{path};
  UniqueFd found = find(path);
  if (found && is_folder(found.get())) {
    file = "/index.html";
    found = UniqueFd{openat(found.get(), "index.html", kInside | O_RDONLY | O_NONBLOCK)};
  }
  struct stat facts {};
  if (!found || fstat(found.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  const std::string tag = tag_of(facts);
  HttpReply reply{.content_type = std::string{content_type(file)}, .headers = {{"ETag", tag}}};
  if (names_tag(if_none_match, tag)) {
    reply.status = 304;
    return reply;
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  const std::string state = fmt::format("{:x} {}", facts.st_dev, tag);
  if (has_place(state)) {
    reply.file = {share(std::move(found), state), size};
    return reply;
  }
  auto text = size <= kSmall ? read_whole(found.get(), size) : std::nullopt;
  if (text) {
    reply.body = *std::move(text);
    return reply;
  }
  ++refused_;
  return too_many();
}

bool StaticDir::has_place(const std::string& state) const {
  std::erase_if(open_, [](const auto& each) { return each.second.expired(); });
  return open_.size() < kMostOpen || open_.contains(state);
}

std::shared_ptr<const UniqueFd> StaticDir::share(UniqueFd file, const std::string& state) const {
  if (const auto known = open_.find(state); known != open_.end()) return known->second.lock();
  auto shared = std::make_shared<const UniqueFd>(std::move(file));
  open_.emplace(state, shared);
  return shared;
}

// Step by step, so that no step leads out. "/" is the folder itself.
UniqueFd StaticDir::find(std::string_view path) const {
  UniqueFd at{openat(folder_.get(), ".", kInside | O_RDONLY | O_DIRECTORY)};
  while (at && !path.empty()) {
    path.remove_prefix(1);
    const std::string name{path.substr(0, path.find('/'))};
    path.remove_prefix(name.size());
    if (name.empty() && path.empty()) return at;  // "/folder/"
    if (name.empty() || name.front() == '.') return {};
    at = UniqueFd{openat(at.get(), name.c_str(), kInside | O_RDONLY | O_NONBLOCK)};
  }
  return at;
}

}  // namespace so::net
