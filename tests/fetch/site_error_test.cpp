// Messages of yt-dlp 2026.10 and of sites, as its extractors raise them and as they stand in its issue
// threads.
#include "fetch/site_error.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace hitscope {
namespace {

struct Case {
  const char* said;
  ErrorKind kind;
  const char* word;  // of what the user is told
};

constexpr auto kLogin = ErrorKind::url_needs_login;
constexpr auto kUnreachable = ErrorKind::url_unreachable;
constexpr auto kUnsupported = ErrorKind::unsupported_format;

constexpr std::array kCases{
    Case{"[youtube] OwjAw4a-FOE: Sign in to confirm you're not a bot. Use --cookies-from-browser or "
         "--cookies for the "
         "authentication. See  https://github.com/yt-dlp/yt-dlp/wiki/FAQ",
         kLogin, "robot"},
    Case{"[youtube] 1mPS4ivimI4: Sign in to confirm you’re not a bot. This helps protect our community. "
         "Learn more",
         kLogin, "robot"},
    Case{"[youtube] x: All player responses are invalid. Your IP is likely being blocked by Youtube", kLogin,
         "robot"},
    Case{"[TikTok] 7: Your IP address is blocked from accessing this post", kLogin, "robot"},
    Case{
        "[youtube] fVs0suPHAX8: Sign in to confirm your age. This video may be inappropriate for some users.",
        kLogin, "age"},
    Case{"[twitter] 1: NSFW tweet requires authentication. Use --cookies, --cookies-from-browser", kLogin,
         "age"},
    Case{"[youtube] a: Private video. Sign in if you've been granted access to this video", kLogin,
         "private"},
    Case{"[twitter] 1: You are not authorized to view this protected tweet", kLogin, "private"},
    Case{"[youtube] a: Join this channel to get access to members-only content like this video, and other "
         "exclusive perks.",
         kLogin, "members"},
    Case{
        "[youtube] a: This video is available to this channel's members on level: Fan (or any higher level).",
        kLogin, "members"},
    Case{"[vimeo] 1: This video is protected by a password, use the --video-password option", kLogin,
         "password"},
    Case{"[instagram] x: You need to log in to access this content. Use --cookies", kLogin, "signed in"},
    Case{"[facebook] 1: This video is only available for registered users. Use --username and --password",
         kLogin, "signed in"},
    Case{"[tiktok] 7: Fresh cookies (not necessarily logged in) are needed", kLogin, "signed in"},
    Case{"[generic] x: Unable to download webpage: HTTP Error 401: Unauthorized (caused by <HTTPError 401: "
         "Unauthorized>)",
         kLogin, "signed in"},
    Case{"[youtube] hZnuc-Fv_Tc: The uploader has not made this video available in your country",
         kUnreachable, "country"},
    Case{"[svt] x: This video is not available from your location due to geo restriction. You might want to "
         "use a VPN or a "
         "proxy server (with --proxy) to workaround.",
         kUnreachable, "country"},
    Case{"[youtube] a: This live event will begin in 2 days.", kUnreachable, "live"},
    Case{"[youtube] a: Premieres in 6 hours", kUnreachable, "live"},
    Case{"[twitch:stream] x: The channel is not currently live", kUnreachable, "live"},
    Case{"[youtube] a: Video unavailable. This video has been removed by the uploader", kUnreachable,
         "not there"},
    Case{"[youtube] a: Video unavailable. This video is no longer available because the YouTube account "
         "associated with this "
         "video has been terminated.",
         kUnreachable, "not there"},
    Case{"[youtube] a: This video is unavailable", kUnreachable, "not there"},
    Case{"[generic] 404: Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404: "
         "Not Found>)",
         kUnreachable, "not there"},
    Case{"[youtube] a: Unable to download webpage: HTTP Error 429: Too Many Requests", kUnreachable,
         "too much"},
    Case{"[instagram] x: You have exceeded the rate-limit for accessing posts anonymously", kUnreachable,
         "too much"},
    Case{"unable to download video data: HTTP Error 403: Forbidden", kUnreachable, "refuses"},
    Case{"[generic] x: Unable to download webpage: HTTP Error 503: Service Unavailable", kUnreachable,
         "trouble of its own"},
    Case{"Unsupported URL: https://example.org/about", kUnsupported, "no audio"},
    Case{"[youtube] a: Requested format is not available. Use --list-formats for a list of available formats",
         kUnsupported, "no audio"},
    Case{"[twitter] 1: No video could be found in this tweet", kUnsupported, "no audio"},
    Case{"The downloaded file is empty", kUnsupported, "no audio"},
    Case{"[spotify] x: This video is DRM protected", kUnsupported, "DRM"},
    Case{"[generic] x: Unable to download webpage: [Errno -2] Name or service not known", kUnreachable,
         "no site"},
    Case{"[generic] x: Unable to download webpage: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
         "failed: certificate "
         "has expired (_ssl.c:1006)",
         kUnreachable, "certificate"},
    Case{"[generic] x: Unable to download webpage: The read operation timed out", ErrorKind::timeout,
         "in time"},
    Case{"[generic] drop: Unable to download webpage: ('Connection aborted.', RemoteDisconnected('Remote end "
         "closed "
         "connection without response'))",
         kUnreachable, "connection"},
    Case{"[soundcloud] x: Unable to extract client id; please report this issue on  "
         "https://github.com/yt-dlp/yt-dlp/issues",
         kUnreachable, "newer version"},
    Case{"unable to write data: [Errno 27] File too large", ErrorKind::too_large, "limit"},
    Case{"unable to write data: [Errno 28] No space left on device", ErrorKind::busy, "disk"},
};

TEST(SiteError, KnownMessagesGetTheirMeaningAndANextStep) {
  static_assert(kCases.size() >= 25);
  for (const Case& one : kCases) {
    const Error error = explain_site_error(one.said, false);
    EXPECT_EQ(error.kind, one.kind) << one.said << "\n-> " << error.message;
    EXPECT_NE(error.message.find(one.word), std::string::npos) << one.said << "\n-> " << error.message;
    EXPECT_EQ(error.detail.find(" --"), std::string::npos)
        << "advice that our user cannot follow: " << error.detail;
    EXPECT_FALSE(error.detail.empty());
  }
}

TEST(SiteError, WithCookiesLentSaysThatTheyDidNotHelp) {
  const Error error = explain_site_error("[youtube] x: Sign in to confirm you're not a bot", true);
  EXPECT_EQ(error.kind, kLogin);
  EXPECT_NE(error.message.find("did not accept the cookies"), std::string::npos);
  EXPECT_EQ(
      explain_site_error("[vimeo] 1: This video is protected by a password", true).message.find("cookies"),
      std::string::npos);
}

TEST(SiteError, UnknownOnesArePassedOnShortened) {
  const std::string said = "[new] The gremlins of site ä are on strike: " + std::string(5000, 'x');
  const Error error = explain_site_error(said, false);
  EXPECT_EQ(error.kind, kUnreachable);
  EXPECT_LE(error.detail.size(), 310U);
  EXPECT_TRUE(error.detail.starts_with("[new] The gremlins"));
  std::string letters(299, 'x');
  for (int i = 0; i < 50; ++i) letters += "é";
  EXPECT_EQ(explain_site_error(letters, false).detail, std::string(299, 'x') + "…") << "not within a letter";
}

}  // namespace
}  // namespace hitscope
