#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::net {

/// Reads one answer of an HTTP/1.1 server (RFC 9112): bytes in, status and body out, at most 16 KiB
/// of head and 64 KiB of body. What follows the answer is ignored.
class HttpAnswer {
 public:
  static constexpr std::size_t kMaxHead = 16384;
  static constexpr std::size_t kMaxBody = 65536;

  /// Whether it is whole. What failed stays failed.
  Result<bool> receive(std::string_view bytes);
  /// The server closed the connection: an answer without a length is whole then.
  Result<bool> end();

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  enum class At { kHead, kLength, kClose, kChunkSize, kChunk, kChunkEnd, kTrailer, kWhole };

  Result<bool> step();  // whether there may be another
  Result<bool> read_head();
  Status read_status(std::string_view line);
  Status read_field(std::string_view line);
  Result<bool> read_body();
  Result<bool> read_chunk_line();
  Result<std::optional<std::string>> take_line();

  At at_ = At::kHead;
  std::string in_;  // not read yet
  std::optional<std::size_t> length_;
  bool chunked_ = false;
  std::size_t left_ = 0;   // of the body or the chunk
  std::size_t lines_ = 0;  // bytes of head, sizes of chunks and trailer so far
  int status_ = 0;
  std::string body_;
  std::optional<Error> failed_;
};

}  // namespace so::net
