#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/http.h"

namespace so::net {

/// The files of a folder, as they are when they are asked for. Only what is really in it: no name
/// that begins with a dot, and no symbolic link, is followed. A folder is its index.html.
class StaticDir {
 public:
  static constexpr std::size_t kMaxBytes = 64U << 20U;  // of a file: it is read whole

  static Result<StaticDir> open(const std::string& path);

  /// nullopt: there is no such file.
  [[nodiscard]] std::optional<HttpReply> get(std::string_view path,
                                             std::string_view if_none_match = {}) const;

 private:
  explicit StaticDir(UniqueFd folder) : folder_(std::move(folder)) {}
  [[nodiscard]] UniqueFd find(std::string_view path) const;

  UniqueFd folder_;
};

}  // namespace so::net
