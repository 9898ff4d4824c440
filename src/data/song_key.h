// Which rows are the same song, and which the same artist, when tables spell them differently.
//
// Both keys are made for finding leaks between training and test rows, so they err towards "the same":
// case, spaces and punctuation do not count, nor do additions to a title such as "(feat. …)", "[Live]" or
// " - 2011 Remaster". A remix thus counts as its song. Only ASCII letters are folded; other letters stand as
// they are. Limit: an artist who changed names is two.
#pragma once

#include <string>
#include <string_view>

namespace hitscope {

// The first of the artists named: A of "A;B" (spotify_tracks) and of "{'id': 'A', 'id2': 'B'}" (MusicOSet).
// Commas and ampersands may belong to a name and do not part it.
[[nodiscard]] std::string_view primary_artist(std::string_view artists);

// Lower-case ASCII letters, digits and all non-ASCII characters of the primary artist.
[[nodiscard]] std::string artist_key(std::string_view artists);

// artist_key, a separator, and the folded title without its additions. Empty where either part is empty.
[[nodiscard]] std::string song_key(std::string_view artists, std::string_view title);

}  // namespace hitscope
