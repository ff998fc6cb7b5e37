#pragma once

#include <span>
#include <string_view>

namespace so::net {

/// A file inside the binary. The path begins with '/'; its extension says the content type.
struct Page {
  std::string_view path;
  std::string_view body;
};

/// The files of the www/ folder beside the tool; scripts/embed writes the definition.
std::span<const Page> embedded_pages();

/// "/" finds "/index.html". Null when there is none.
const Page* find_page(std::span<const Page> pages, std::string_view path);
std::string_view content_type(std::string_view path);

}  // namespace so::net
