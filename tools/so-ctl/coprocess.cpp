#include "coprocess.h"

#include <string>
#include <utility>

#include "base/log.h"
#include "json/read.h"

namespace so::ctl {
namespace {

// The views borrow from the error and from `data`.
bus::CallResult error_of(json::Element error, std::string& data) {
  if (const auto more = json::member(error, "data")) data = json::compact(*more);
  return {.code = json::text(error, "code").value_or("failed"),
          .message = json::text(error, "message").value_or(""),
          .value = data};
}

}  // namespace

Coprocess::Coprocess(net::Loop& loop, int in, int out, Handlers handlers)
    : handlers_(std::move(handlers)),
      in_(loop, in,
          {.on_bytes =
               [this](ByteView bytes) {
                 splitter_.receive(as_text(bytes));
                 read_some();
               },
           .on_end =
               [this](const Status& status) {
                 if (!status) log::error("{}", status.error().text);
                 splitter_.end();
                 read_some();
                 handlers_.done();
               }}),
      out_(loop, out, {.on_drained = {}, .on_closed = [this](const Error&) { handlers_.done(); }}) {
}

void Coprocess::call(std::string_view event) {
  Bytes line{event.begin(), event.end()};
  line.push_back('\n');
  const net::Sent sent = out_.write(std::move(line));
  if (sent == net::Sent::kQueued) return;
  handlers_.answer(bus::call_id(event),
                   {.code = "limit", .message = "whoever answers does not read"});
}

void Coprocess::read_some() {
  while (const auto piece = splitter_.next()) read(*piece);
}

void Coprocess::read(const json::Splitter::Piece& piece) {
  if (piece.broken) return log::error("line {}: {}", piece.line, piece.text);
  const auto answer = parser_.parse(piece.text);
  const auto call = answer ? json::text(*answer, "call") : std::nullopt;
  if (!call) return log::error("line {}: there is no call in it", piece.line);
  std::string text;
  if (const auto error = json::member(*answer, "error")) {
    return handlers_.answer(*call, error_of(*error, text));
  }
  if (const auto result = json::member(*answer, "result")) text = json::compact(*result);
  handlers_.answer(*call, {.value = text});
}

}  // namespace so::ctl
