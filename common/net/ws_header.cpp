#include "net/ws_header.h"

namespace so::net {

std::string header(lws* wsi, lws_token_indexes token) {
  std::string out(static_cast<std::size_t>(lws_hdr_total_length(wsi, token)), '\0');
  // One more for the zero it writes, which std::string has room for.
  if (lws_hdr_copy(wsi, out.data(), static_cast<int>(out.size()) + 1, token) < 0) return {};
  return out;
}

std::string other_header(lws* wsi, std::string_view name) {
  const auto name_size = static_cast<int>(name.size());
  const int size = lws_hdr_custom_length(wsi, name.data(), name_size);
  if (size <= 0) return {};
  std::string out(static_cast<std::size_t>(size), '\0');
  if (lws_hdr_custom_copy(wsi, out.data(), size + 1, name.data(), name_size) < 0) return {};
  return out;
}

bool has_header(lws* wsi, lws_token_indexes token) {
  return lws_hdr_total_length(wsi, token) > 0;
}

}  // namespace so::net
