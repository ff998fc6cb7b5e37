#include "net/ws_client_connection.h"

#include <array>
#include <bit>

#include <fmt/format.h>
#include <libwebsockets.h>

#include "base/cursor.h"
#include "base/random.h"
#include "base/writer.h"

namespace so::net {
namespace {

constexpr std::size_t kMaxReason = 123;  // RFC 6455, 5.5

}  // namespace

// The reason is of the library's own words.
Error open_error(const WsClientConnection& c, std::string_view why) {
  const unsigned status = c.wsi != nullptr ? lws_http_client_http_response(c.wsi) : 0;
  const std::string to = to_string(c.target.url.address) + c.target.url.target;
  if (status != 0 && status != 101) {
    const bool later = status == 503 || status == 429;  // not now, or not so many
    const Code code = status == 404 ? Code::kNotFound : later ? Code::kUnreachable : Code::kRefused;
    return {code, fmt::format("unable to open ws://{}: refused with status {}", to, status)};
  }
  return {Code::kUnreachable, fmt::format("unable to open ws://{}: {}", to, why)};
}

// Called while the request is written: *in is where, room how much there is.
int add_headers(const WsClientConnection& c, void* in, std::size_t room) {
  auto** const at = static_cast<unsigned char**>(in);
  unsigned char* const end = *at + room;
  for (const auto& [name, value] : c.target.headers) {
    const std::string with_colon = name + ":";
    if (lws_add_http_header_by_name(c.wsi, as_bytes(with_colon.c_str()).data(),
                                    as_bytes(value).data(), static_cast<int>(value.size()), at,
                                    end) != 0) {
      return -1;
    }
  }
  return 0;
}

void read_close(WsClientConnection& c, ByteView payload) {
  if (c.code != 0) return;
  Cursor in{payload};
  c.code = payload.empty() ? close_code::kNone : in.u16();
  c.reason = to_text(in.rest());
}

// fin:1 rsv:3 opcode:4 | mask:1 length:7 | mask:32 | code:16 reason, masked
// Ours and not the library's, which forgets its own when something comes in at that moment.
bool write_close(const WsClientConnection& c) {
  Bytes payload;
  Writer body{payload};
  body.u16(c.code);
  body.text(std::string_view{c.reason}.substr(0, kMaxReason));
  const auto key = std::bit_cast<std::array<std::uint8_t, 8>>(random_u64());
  Bytes bytes;
  Writer out{bytes};
  out.u8(0x88);
  out.u8(static_cast<std::uint8_t>(0x80 | payload.size()));
  out.bytes(ByteView{key}.first(4));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out.u8(static_cast<std::uint8_t>(payload[i] ^ key.at(i % 4)));
  }
  return lws_write(c.wsi, bytes.data(), bytes.size(), LWS_WRITE_RAW) >= 0;
}

}  // namespace so::net
