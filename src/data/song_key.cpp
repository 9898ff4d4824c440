#include "data/song_key.h"

namespace hitscope {
namespace {

std::string fold(std::string_view text) {
  std::string key;
  key.reserve(text.size());
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      key.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) {
      key.push_back(c);
    }
  }
  return key;
}

// The title up to the first addition; all of it if it starts with one ("(I Can't Get No) Satisfaction").
std::string_view without_additions(std::string_view title) {
  std::size_t end = title.size();
  for (const std::string_view mark : {" (", " [", " - ", " feat. ", " ft. "}) {
    const std::size_t at = title.find(mark);
    if (at != std::string_view::npos && at > 0 && at < end) end = at;
  }
  return title.substr(0, end);
}

}  // namespace

std::string_view primary_artist(std::string_view artists) {
  if (artists.starts_with("{'")) {
    const std::size_t colon = artists.find("': ");
    if (colon != std::string_view::npos && colon + 4 < artists.size()) {
      const char quote = artists[colon + 3];  // Python writes names with an apostrophe in double quotes
      const std::string_view name = artists.substr(colon + 4);
      return name.substr(0, name.find(quote));
    }
  }
  return artists.substr(0, artists.find(';'));
}

std::string artist_key(std::string_view artists) {
  return fold(primary_artist(artists));
}

std::string song_key(std::string_view artists, std::string_view title) {
  std::string artist = artist_key(artists);
  std::string song = fold(without_additions(title));
  if (song.empty()) song = fold(title);
  if (artist.empty() || song.empty()) return {};
  return artist + '\n' + song;
}

}  // namespace hitscope
