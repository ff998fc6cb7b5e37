#include "net/pages.h"

#include <algorithm>
#include <array>
#include <utility>

namespace so::net {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".ts", "text/plain; charset=utf-8"},  // .d.ts, to be read by people
    {".txt", "text/plain; charset=utf-8"},
}};

}  // namespace

const Page* find_page(std::span<const Page> pages, std::string_view path) {
  if (path == "/") path = "/index.html";
  const auto found =
      std::find_if(pages.begin(), pages.end(), [&](const Page& page) { return page.path == path; });
  return found != pages.end() ? &*found : nullptr;
}

std::string_view content_type(std::string_view path) {
  for (const auto& [extension, type] : kTypes) {
    if (path.ends_with(extension)) return type;
  }
  return "application/octet-stream";
}

}  // namespace so::net
