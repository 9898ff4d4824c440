#include "fetch/site_error.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/ascii.h"

namespace hitscope {
namespace {

constexpr std::size_t kMostDetailBytes = 300;

struct Meaning {
  std::string_view said;  // in lower case
  ErrorKind kind;
  std::string_view message;
};

constexpr std::string_view kBot =
    "The site takes this machine for a robot. Lend it cookies of a browser that is signed in, or try from "
    "another network.";
constexpr std::string_view kAge =
    "The site asks for proof of age. Lend it cookies of an account that is old enough.";
constexpr std::string_view kMembers =
    "Only members of this channel may hear it. Lend it cookies of a member's account.";
constexpr std::string_view kPrivate =
    "It is private. Ask its owner for access, then lend cookies of an account that has it.";
constexpr std::string_view kLogin =
    "The site wants someone who is signed in. Lend it cookies of a browser that is.";
constexpr std::string_view kPassword = "It is behind a password, which cannot be given here.";
constexpr std::string_view kRegion = "It may not be heard in the country where this machine is.";
constexpr std::string_view kLive = "It is live or has not begun. Try again when it is over.";
constexpr std::string_view kGone = "It is not there any more. Look whether the address is right.";
constexpr std::string_view kRate =
    "The site says that too much was asked of it from here. Try again in an hour.";
constexpr std::string_view kProtected = "It is protected against copying (DRM) and cannot be measured.";
constexpr std::string_view kUnsupported = "There is no audio that can be found at this address.";
constexpr std::string_view kNoAudio = "It has no audio.";
constexpr std::string_view kForbidden = "The site refuses to hand it out to this machine.";
constexpr std::string_view kServer = "The site has a trouble of its own. Try again later.";
constexpr std::string_view kNoName = "There is no site of that name.";
constexpr std::string_view kSecurity = "The site's certificate cannot be trusted.";
constexpr std::string_view kSlow = "The site did not answer in time. Try again later.";
constexpr std::string_view kNetwork = "The connection to the site failed. Try again later.";
constexpr std::string_view kOutdated =
    "yt-dlp does not understand this site any more. A newer version of it may (hitscope doctor tells which "
    "is here).";
constexpr std::string_view kSpace = "There is no room left on this machine's disk.";
constexpr std::string_view kTooLarge = "It is larger than the limit.";

constexpr auto kLoginKind = ErrorKind::url_needs_login;
constexpr auto kUnreachable = ErrorKind::url_unreachable;

constexpr std::array kMeanings{
    // who is asking
    Meaning{"not a bot", kLoginKind, kBot},
    Meaning{"ip is likely being blocked", kLoginKind, kBot},
    Meaning{"ip address is blocked", kLoginKind, kBot},
    Meaning{"tls fingerprint", kLoginKind, kBot},
    Meaning{"captcha", kLoginKind, kBot},
    Meaning{"confirm your age", kLoginKind, kAge},
    Meaning{"age-restricted", kLoginKind, kAge},
    Meaning{"age restricted", kLoginKind, kAge},
    Meaning{"inappropriate for some users", kLoginKind, kAge},
    Meaning{"nsfw", kLoginKind, kAge},
    Meaning{"members-only", kLoginKind, kMembers},
    Meaning{"available to this channel's members", kLoginKind, kMembers},
    Meaning{"join this channel", kLoginKind, kMembers},
    Meaning{"subscribers", kLoginKind, kMembers},
    Meaning{"private video", kLoginKind, kPrivate},
    Meaning{"video is private", kLoginKind, kPrivate},
    Meaning{"account is private", kLoginKind, kPrivate},
    Meaning{"protected tweet", kLoginKind, kPrivate},
    Meaning{"protected by a password", kLoginKind, kPassword},
    Meaning{"wrong video password", kLoginKind, kPassword},
    Meaning{"registered users", kLoginKind, kLogin},
    Meaning{"log in", kLoginKind, kLogin},
    Meaning{"log into", kLoginKind, kLogin},
    Meaning{"logged-in", kLoginKind, kLogin},
    Meaning{"login page", kLoginKind, kLogin},
    Meaning{"sign in", kLoginKind, kLogin},
    Meaning{"fresh cookies", kLoginKind, kLogin},
    Meaning{"requires authentication", kLoginKind, kLogin},
    Meaning{"authentication", kLoginKind, kLogin},
    Meaning{"http error 401", kLoginKind, kLogin},
    Meaning{"http error 407", kUnreachable, kNetwork},
    // where from
    Meaning{"not made this video available in your country", kUnreachable, kRegion},
    Meaning{"not available in your country", kUnreachable, kRegion},
    Meaning{"blocked it in your country", kUnreachable, kRegion},
    Meaning{"from your location", kUnreachable, kRegion},
    Meaning{"due to your location", kUnreachable, kRegion},
    Meaning{"geo restriction", kUnreachable, kRegion},
    Meaning{"geo-restrict", kUnreachable, kRegion},
    Meaning{"http error 451", kUnreachable, kRegion},
    // when
    Meaning{"live event will begin", kUnreachable, kLive},
    Meaning{"live event is scheduled", kUnreachable, kLive},
    Meaning{"has not yet started", kUnreachable, kLive},
    Meaning{"premieres in", kUnreachable, kLive},
    Meaning{"premiere will begin", kUnreachable, kLive},
    Meaning{"not currently live", kUnreachable, kLive},
    Meaning{"recording is not available", kUnreachable, kLive},
    Meaning{"http error 429", kUnreachable, kRate},
    Meaning{"too many requests", kUnreachable, kRate},
    Meaning{"rate-limit", kUnreachable, kRate},
    Meaning{"rate limit", kUnreachable, kRate},
    // what
    Meaning{"drm protected", ErrorKind::unsupported_format, kProtected},
    Meaning{"drm protection", ErrorKind::unsupported_format, kProtected},
    Meaning{"no video could be found", ErrorKind::unsupported_format, kNoAudio},
    Meaning{"there is no video", ErrorKind::unsupported_format, kNoAudio},
    Meaning{"requested format is not available", ErrorKind::unsupported_format, kNoAudio},
    Meaning{"no video formats found", ErrorKind::unsupported_format, kNoAudio},
    Meaning{"downloaded file is empty", ErrorKind::unsupported_format, kNoAudio},
    Meaning{"unsupported url", ErrorKind::unsupported_format, kUnsupported},
    Meaning{"is not a valid url", ErrorKind::unsupported_format, kUnsupported},
    Meaning{"no media found", ErrorKind::unsupported_format, kUnsupported},
    Meaning{"unsupported url scheme", ErrorKind::url_blocked, kUnsupported},
    Meaning{"file too large", ErrorKind::too_large, kTooLarge},
    Meaning{"no space left", ErrorKind::busy, kSpace},
    // gone
    Meaning{"video unavailable", kUnreachable, kGone},
    Meaning{"video is unavailable", kUnreachable, kGone},
    Meaning{"no longer available", kUnreachable, kGone},
    Meaning{"no longer exists", kUnreachable, kGone},
    Meaning{"has been removed", kUnreachable, kGone},
    Meaning{"removed by the uploader", kUnreachable, kGone},
    Meaning{"account associated with this video has been terminated", kUnreachable, kGone},
    Meaning{"video is not available", kUnreachable, kGone},
    Meaning{"does not exist", kUnreachable, kGone},
    Meaning{"http error 404", kUnreachable, kGone},
    Meaning{"http error 410", kUnreachable, kGone},
    Meaning{"tweet is unavailable", kUnreachable, kGone},
    Meaning{"livestream has ended", kUnreachable, kGone},
    // the site, and the way to it
    Meaning{"http error 403", kUnreachable, kForbidden},
    Meaning{"http error 5", kUnreachable, kServer},
    Meaning{"name or service not known", kUnreachable, kNoName},
    Meaning{"failed to resolve", kUnreachable, kNoName},
    Meaning{"name resolution", kUnreachable, kNoName},
    Meaning{"certificate", kUnreachable, kSecurity},
    Meaning{"timed out", ErrorKind::timeout, kSlow},
    Meaning{"timeout", ErrorKind::timeout, kSlow},
    Meaning{"connection", kUnreachable, kNetwork},
    Meaning{"incompleteread", kUnreachable, kNetwork},
    Meaning{"unable to extract", kUnreachable, kOutdated},
    Meaning{"unable to solve js challenge", kUnreachable, kOutdated},
    Meaning{"failed to extract", kUnreachable, kOutdated},
    Meaning{"cannot parse data", kUnreachable, kOutdated},
};

// Sites write typographic apostrophes.
std::string plain_apostrophes(std::string text) {
  constexpr std::string_view kCurly = "\xE2\x80\x99";
  for (std::size_t at = text.find(kCurly); at != std::string::npos; at = text.find(kCurly, at)) {
    text[at] = '\'';
    text.erase(at + 1, kCurly.size() - 1);
  }
  return text;
}

// Up to where yt-dlp begins to talk about itself, and not too long.
std::string own_words(std::string_view text) {
  for (const std::string_view talk :
       {". Use --", " Use --", ", use the --", "; please report this", " (caused by", ". See  https://",
        " You might want to use a VPN", "Confirm you are on the latest"}) {
    if (const std::size_t at = text.find(talk); at != std::string_view::npos && at > 0)
      text = text.substr(0, at);
  }
  if (text.size() <= kMostDetailBytes) return std::string(text);
  std::size_t end = kMostDetailBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

Error explain_site_error(std::string_view text, bool has_cookies) {
  const std::string said = lower(plain_apostrophes(std::string(text)));
  const auto* const meaning = std::ranges::find_if(
      kMeanings, [&](const Meaning& one) { return said.find(one.said) != std::string::npos; });
  if (meaning == kMeanings.end()) {
    return {kUnreachable, "The site did not hand out any audio.", own_words(text)};
  }
  Error error{meaning->kind, std::string(meaning->message), own_words(text)};
  if (error.kind == kLoginKind && has_cookies && meaning->message != kPassword) {
    error.message =
        "The site did not accept the cookies it was lent. Export them anew from a browser that is signed in.";
  }
  return error;
}

}  // namespace hitscope
