#include "net/http_answer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/number.h"

namespace so::net {
namespace {

bool is_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) { return to_lower(a) == b; });
}

}  // namespace

Result<bool> HttpAnswer::receive(std::string_view bytes) {
  if (failed_) return fail(*failed_);
  if (at_ == At::kWhole) return true;
  in_ += bytes;
  for (;;) {
    const auto more = step();
    if (!more) {
      failed_ = more.error();
      return fail(*failed_);
    }
    if (!*more || at_ == At::kWhole) return at_ == At::kWhole;
  }
}

Result<bool> HttpAnswer::end() {
  if (failed_) return fail(*failed_);
  if (at_ == At::kClose) at_ = At::kWhole;
  if (at_ == At::kWhole) return true;
  failed_ = Error{Code::kPeer, "the connection was closed within the answer"};
  return fail(*failed_);
}

Result<bool> HttpAnswer::step() {
  switch (at_) {
    case At::kHead:
      return read_head();
    case At::kLength:
    case At::kClose:
    case At::kChunk:
      return read_body();
    case At::kChunkSize:
    case At::kChunkEnd:
    case At::kTrailer:
      return read_chunk_line();
    case At::kWhole:
      break;
  }
  return false;
}

// A line without its end; nullopt: it is not all there.
Result<std::optional<std::string>> HttpAnswer::take_line() {
  const std::size_t end = in_.find('\n');
  if (lines_ + std::min(end, in_.size()) > kMaxHead) {
    return fail(Code::kPeer, fmt::format("an HTTP head of over {} bytes", kMaxHead));
  }
  if (end == std::string::npos) return std::nullopt;
  std::string line = in_.substr(0, end);
  if (line.ends_with('\r')) line.pop_back();
  in_.erase(0, end + 1);
  lines_ += end + 1;
  return line;
}

Result<bool> HttpAnswer::read_head() {
  auto line = take_line();
  if (!line) return fail(line.error());
  if (!*line) return false;
  if (status_ == 0) {
    if (auto good = read_status(**line); !good) return fail(good.error());
    return true;
  }
  if (!(*line)->empty()) {
    if (auto good = read_field(**line); !good) return fail(good.error());
    return true;
  }
  // From here on the head is complete.
  constexpr int kFinal = 200;
  if (status_ < kFinal) {  // one that says only that there will be another
    status_ = 0;
    return true;
  }
  if (chunked_ && length_) return fail(Code::kPeer, "an HTTP answer with two lengths");
  left_ = length_.value_or(0);
  at_ = chunked_ ? At::kChunkSize : length_ ? At::kLength : At::kClose;
  return true;
}

// HTTP/1.1 200 OK
Status HttpAnswer::read_status(std::string_view line) {
  constexpr std::size_t kDigits = 3;
  const std::size_t space = line.find(' ');
  const bool http = line.starts_with("HTTP/1.") && space == std::string_view{"HTTP/1.1"}.size();
  const std::string_view rest = http ? line.substr(space + 1) : std::string_view{};
  const auto status = parse_number<std::size_t>(rest.substr(0, kDigits));
  if (!status || *status < 100 || (rest.size() > kDigits && rest[kDigits] != ' ')) {
    return fail(Code::kPeer, "what came is no HTTP/1.1 answer");
  }
  status_ = static_cast<int>(*status);
  return {};
}

Status HttpAnswer::read_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return fail(Code::kPeer, "an HTTP header without a colon");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (is_word(name, "transfer-encoding")) {
    if (chunked_ || !is_word(value, "chunked")) {
      return fail(Code::kPeer, "an HTTP answer in an encoding that we did not ask for");
    }
    chunked_ = true;
  } else if (is_word(name, "content-length")) {
    const auto length = parse_number<std::size_t>(value);
    if (!length || (length_ && length_ != length)) {
      return fail(Code::kPeer, "an HTTP answer with a length that is none");
    }
    if (*length > kMaxBody) {
      return fail(Code::kPeer, fmt::format("an HTTP answer of over {} bytes", kMaxBody));
    }
    length_ = length;
  }
  return {};
}

Result<bool> HttpAnswer::read_body() {
  const std::size_t part = at_ == At::kClose ? in_.size() : std::min(in_.size(), left_);
  if (body_.size() + part > kMaxBody) {
    return fail(Code::kPeer, fmt::format("an HTTP answer of over {} bytes", kMaxBody));
  }
  body_.append(in_, 0, part);
  in_.erase(0, part);
  if (at_ == At::kClose) return false;
  left_ -= part;
  if (left_ > 0) return false;
  at_ = at_ == At::kChunk ? At::kChunkEnd : At::kWhole;
  return true;
}

// The size of a chunk, the end of its line, a line of the trailer.
Result<bool> HttpAnswer::read_chunk_line() {
  auto line = take_line();
  if (!line) return fail(line.error());
  if (!*line) return false;
  if (at_ == At::kChunkEnd) {
    if (!(*line)->empty()) return fail(Code::kPeer, "an HTTP chunk that is longer than it says");
    at_ = At::kChunkSize;
  } else if (at_ == At::kTrailer) {
    if ((*line)->empty()) at_ = At::kWhole;
  } else {
    const auto size = parse_number<std::size_t>(
        trimmed(std::string_view{**line}.substr(0, (*line)->find(';'))), 16);
    if (!size) return fail(Code::kPeer, "an HTTP chunk without a size");
    left_ = *size;
    at_ = left_ == 0 ? At::kTrailer : At::kChunk;
  }
  return true;
}

}  // namespace so::net
