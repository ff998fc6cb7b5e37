#include "cli/runtime_dir.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace so::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<RuntimeDir> prepared() {
  auto directory = RuntimeDir::choose();
  if (auto status = directory.prepare(); !status) return fail(status.error());
  return directory;
}

}  // namespace

RuntimeDir RuntimeDir::choose() {
  if (auto named = environment("SCOPEWIRE_RUNTIME_DIR"); !named.empty()) return {named, false};
  if (auto session = environment("XDG_RUNTIME_DIR"); !session.empty()) {
    return {session + "/scopewire"};
  }
  if (access("/run/scopewire", W_OK | X_OK) == 0) return {"/run/scopewire", false};
  return {fmt::format("/tmp/scopewire-{}", geteuid())};
}

Status RuntimeDir::prepare() const {
  const auto refuse = [this](std::string_view why) {
    return fail(Code::kSystem, fmt::format("unable to use the directory {}: {}", path, why));
  };
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return refuse(std::strerror(errno));
  struct stat found {};
  // A link is not followed where others could have put it.
  const int answer = is_private ? lstat(path.c_str(), &found) : stat(path.c_str(), &found);
  if (answer != 0) return refuse(std::strerror(errno));
  if (!S_ISDIR(found.st_mode)) return refuse("it is not a directory");
  if (!is_private) return {};
  if (found.st_uid != geteuid()) return refuse("it belongs to another user");
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) return refuse("others may write there");
  return {};
}

Result<std::string> hub_address(const std::string& named) {
  if (!named.empty()) return named;
  const auto directory = prepared();
  if (!directory) return fail(directory.error());
  return directory->hub_address();
}

Result<std::string> media_place(const std::string& named) {
  if (!named.empty()) return named;
  const auto directory = prepared();
  if (!directory) return fail(directory.error());
  return directory->path;
}

}  // namespace so::cli
