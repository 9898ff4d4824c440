// The pages that the program carries inside itself: the dashboard, the API reference and its description.
//
// They are put there when hitscope is built (cmake/EmbedPages.cmake, main/embed_pages.cpp), so a server needs
// no folder beside it, reads no file to answer a browser and cannot be talked into serving another one: a
// path that is not in this list does not exist.
//
// Everything here lives as long as the program; views may be kept. Sorted by path.
#pragma once

#include <span>
#include <string_view>

namespace hitscope {

struct Page {
  std::string_view path;          // as in the request's target, without query: "/", "/docs", "/openapi.json"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view bytes;         // may be empty
  std::string_view gzip;          // the same bytes as `gzip -9` packs them; empty where that is no smaller
  // Of `bytes`, with its quotes, 64 bits of FNV-1a and the length: equal contents, equal tags. Both forms are
  // of one content: an answer says "Vary: Accept-Encoding", and ranges are not served.
  std::string_view etag;
  bool immutable;  // a hash of the content is part of the name (/assets/name-HASH.js): never asked for again
};

[[nodiscard]] std::span<const Page> pages();

// Exactly this path; nullptr where there is none.
[[nodiscard]] const Page* find_page(std::string_view path);

}  // namespace hitscope
