#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/http.h"

namespace so::net {

/// The files of a folder, as they are when they are asked for. Only what is really in it: no name
/// that begins with a dot, and no symbolic link, is followed. A folder is its index.html.
///
/// A file is read while it is sent, and open once, however many are sent it. Bound: kMostOpen
/// files at a time, each state of one that changes; one more is read whole if it is small, else
/// answered 503.
class StaticDir {
 public:
  static constexpr std::size_t kMostOpen = 128;  // WsServer leaves more for others than connections
  static constexpr std::size_t kSmall = 256U << 10U;

  static Result<StaticDir> open(const std::string& path);

  /// nullopt: there is no such file.
  [[nodiscard]] std::optional<HttpReply> get(std::string_view path,
                                             std::string_view if_none_match = {}) const;
  /// How often there was one too many.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  explicit StaticDir(UniqueFd folder) : folder_(std::move(folder)) {}
  [[nodiscard]] UniqueFd find(std::string_view path) const;
  [[nodiscard]] bool has_place(const std::string& state) const;
  [[nodiscard]] std::shared_ptr<const UniqueFd> share(UniqueFd file,
                                                      const std::string& state) const;

  UniqueFd folder_;
  // By what it is and was when it was opened. To be asked for a file changes no file.
  mutable std::unordered_map<std::string, std::weak_ptr<const UniqueFd>> open_;
  mutable std::uint64_t refused_ = 0;
};

}  // namespace so::net
