// Ways to talk a proxy into reaching what it must not. Each is a request of a client that holds a valid
// ticket, under the policy `public` with the grants of kForgeryGrants. "{P}" stands for the port of the
// canary, which listens on every address of this machine and must never hear of any of them; "{S}" for the
// port of a site that is granted.
#pragma once

#include <string_view>

namespace hitscope::egress::testing {

struct Forgery {
  std::string_view what;
  std::string_view request;  // lines end in "\n" here; what follows an empty line is the body
  int status;
  std::string_view refusal;
};

// The port of the canary is granted to names, so that an address is all that stands in the way.
inline constexpr std::string_view kForgeryNames[] = {"localhost",    "rebind.example",   "private.example",
                                                     "six.example",  "metadata.example", "mapped.example",
                                                     "zero.example", "many.example"};

inline constexpr Forgery kForgeries[] = {
    // Addresses of this machine, plainly.
    {"loopback", "CONNECT 127.0.0.1:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"loopback, plain", "GET http://127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "forbidden-address"},
    {"loopback, another", "CONNECT 127.8.9.10:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"unspecified", "CONNECT 0.0.0.0:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"this network", "CONNECT 0.1.2.3:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"broadcast", "CONNECT 255.255.255.255:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv6 loopback", "CONNECT [::1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv6 loopback, long", "CONNECT [0:0:0:0:0:0:0:1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv6 loopback, zeros", "CONNECT [0000:0000::0001]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv6 unspecified", "CONNECT [::]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv4-mapped", "CONNECT [::ffff:127.0.0.1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv4-mapped, hexadecimal", "CONNECT [::ffff:7f00:1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv4-mapped, upper case", "CONNECT [::FFFF:7F00:0001]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv4-compatible", "CONNECT [::127.0.0.1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"IPv4-translated", "CONNECT [::ffff:0:127.0.0.1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"NAT64", "CONNECT [64:ff9b::127.0.0.1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"NAT64, local", "CONNECT [64:ff9b:1::7f00:1]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"6to4", "CONNECT [2002:7f00:1::]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"Teredo", "CONNECT [2001:0:7f00:1::]:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    // Its neighbours.
    {"private 10", "CONNECT 10.0.0.1:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"private 172", "CONNECT 172.31.255.1:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"private 192", "CONNECT 192.168.1.1:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"carrier's", "CONNECT 100.64.0.1:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"metadata", "GET http://169.254.169.254/latest/meta-data/ HTTP/1.1\n\n", 403, "forbidden-address"},
    {"metadata, IPv6", "GET http://[fd00:ec2::254]/latest/ HTTP/1.1\n\n", 403, "forbidden-address"},
    {"metadata, Alibaba", "GET http://100.100.100.200/ HTTP/1.1\n\n", 403, "forbidden-address"},
    {"link-local", "CONNECT [fe80::1]:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"site-local", "CONNECT [fec0::1]:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"unique local", "CONNECT [fd12:3456::1]:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"multicast", "CONNECT 224.0.0.1:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"multicast, IPv6", "CONNECT [ff02::1]:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"reserved", "CONNECT 240.0.0.1:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a granted address, another port", "CONNECT 127.0.0.1:443 HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a granted address, mapped", "CONNECT [::ffff:127.0.0.1]:{S} HTTP/1.1\n\n", 403, "forbidden-address"},
    // Odd ways to write one.
    {"short", "CONNECT 127.1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"short, three parts", "CONNECT 127.0.1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"one zero", "CONNECT 0:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"decimal", "CONNECT 2130706433:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"hexadecimal", "CONNECT 0x7f000001:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"hexadecimal, dotted", "CONNECT 0x7f.0x0.0x0.0x1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"octal", "CONNECT 0177.0.0.1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"octal, one number", "CONNECT 017700000001:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"leading zeros", "CONNECT 127.000.000.001:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"mixed bases", "CONNECT 127.0x0.00.1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"too large", "CONNECT 4294967296:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"overflowing part", "CONNECT 383.0.0.1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"final dot", "CONNECT 127.0.0.1.:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"two final dots", "CONNECT 127.0.0.1..:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"percent-encoded", "CONNECT %31%32%37.0.0.1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"percent-encoded dots", "GET http://127%2e0%2e0%2e1:{P}/ HTTP/1.1\n\n", 403, "host-encoding"},
    {"fullwidth digits", "CONNECT \xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1:{P} HTTP/1.1\n\n", 403,
     "host-encoding"},
    {"circled digits", "CONNECT \xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1:{P} HTTP/1.1\n\n", 403,
     "host-encoding"},
    {"ideographic dots", "CONNECT 127\343\200\2020\343\200\2020\343\200\2021:{P} HTTP/1.1\n\n", 403,
     "host-encoding"},
    {"international name", "CONNECT l\303\266calhost:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"IPv4 in brackets", "CONNECT [127.0.0.1]:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"zone", "CONNECT [::1%lo]:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"zone, encoded", "GET http://[fe80::1%25lo]:{P}/ HTTP/1.1\n\n", 403, "host-encoding"},
    {"bracket not closed", "CONNECT [::1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"behind the bracket", "CONNECT [::1]127.0.0.1:{P} HTTP/1.1\n\n", 403, "host-encoding"},
    {"no brackets", "CONNECT ::1:{P} HTTP/1.1\n\n", 400, "malformed"},
    // Names that lead here.
    {"a name of 127.0.0.1", "CONNECT private.example:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a name of ::1", "CONNECT six.example:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a name of the metadata service", "CONNECT metadata.example:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a name of a mapped address", "CONNECT mapped.example:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a name of 0.0.0.0", "CONNECT zero.example:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a name of many private addresses", "CONNECT many.example:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"a name that is not there", "CONNECT nowhere.example:443 HTTP/1.1\n\n", 502, "unresolved"},
    // User information.
    {"user", "GET http://example.com@127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "user-info"},
    {"user and password", "GET http://a:b@127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "user-info"},
    {"user that looks like a port", "GET http://example.com:80@127.0.0.1:{P}/ HTTP/1.1\n\n", 403,
     "user-info"},
    {"empty user", "GET http://@127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "user-info"},
    {"user of CONNECT", "CONNECT a@127.0.0.1:{P} HTTP/1.1\n\n", 403, "user-info"},
    {"backslash before the user", "GET http://127.0.0.1:{P}\\@example.com/ HTTP/1.1\n\n", 400, "malformed"},
    {"fragment before the user", "GET http://127.0.0.1:{P}#@example.com/ HTTP/1.1\n\n", 400, "malformed"},
    // Ports.
    {"mail", "CONNECT 8.8.8.8:25 HTTP/1.1\n\n", 403, "port"},
    {"ssh", "CONNECT 8.8.8.8:22 HTTP/1.1\n\n", 403, "port"},
    {"no port", "CONNECT 127.0.0.1 HTTP/1.1\n\n", 403, "port"},
    {"empty port", "CONNECT 127.0.0.1: HTTP/1.1\n\n", 403, "port"},
    {"port 0", "CONNECT 127.0.0.1:0 HTTP/1.1\n\n", 403, "port"},
    {"port with a zero", "CONNECT 127.0.0.1:0{P} HTTP/1.1\n\n", 403, "port"},
    {"port beyond 65535", "CONNECT 127.0.0.1:65616 HTTP/1.1\n\n", 403, "port"},
    {"two ports", "CONNECT 127.0.0.1:{P}:443 HTTP/1.1\n\n", 403, "port"},
    {"signed port", "CONNECT 127.0.0.1:+{P} HTTP/1.1\n\n", 403, "port"},
    // Protocols.
    {"https in the clear", "GET https://127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "scheme"},
    {"ftp", "GET ftp://127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "scheme"},
    {"gopher", "GET gopher://127.0.0.1:{P}/_x HTTP/1.1\n\n", 403, "scheme"},
    {"file", "GET file:///etc/passwd HTTP/1.1\n\n", 403, "scheme"},
    {"dict", "GET dict://127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "scheme"},
    {"one slash", "GET http:/127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "scheme"},
    {"three slashes", "GET http:///127.0.0.1:{P}/ HTTP/1.1\n\n", 400, "malformed"},
    {"a path alone", "GET / HTTP/1.1\nHost: 127.0.0.1:{P}\n\n", 400, "malformed"},
    {"a star", "OPTIONS * HTTP/1.1\nHost: 127.0.0.1:{P}\n\n", 400, "malformed"},
    {"an address to CONNECT", "CONNECT http://127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "port"},
    {"TRACE", "TRACE http://127.0.0.1:{P}/ HTTP/1.1\n\n", 403, "method"},
    {"SMTP", "HELO 127.0.0.1:{P}\n\n", 400, "malformed"},
    {"HTTP/2", "PRI * HTTP/2.0\n\n", 400, "malformed"},
    {"HTTP/0.9", "GET http://127.0.0.1:{P}/\n\n", 400, "malformed"},
    {"a later HTTP", "GET http://127.0.0.1:{P}/ HTTP/1.2\n\n", 400, "malformed"},
    // Two readings of one request.
    {"Host of another", "GET http://127.0.0.1:{P}/ HTTP/1.1\nHost: example.com\n\n", 403,
     "forbidden-address"},
    {"two hosts", "GET http://127.0.0.1:{S}/ HTTP/1.1\nHost: a\nHost: 127.0.0.1:{P}\n\n", 400, "malformed"},
    {"two lengths", "POST http://127.0.0.1:{S}/ HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n\nab", 400,
     "malformed"},
    {"the same length twice",
     "POST http://127.0.0.1:{S}/ HTTP/1.1\nContent-Length: 1\nContent-Length: 1\n\na", 400, "malformed"},
    {"a list of lengths", "POST http://127.0.0.1:{S}/ HTTP/1.1\nContent-Length: 1, 1\n\na", 400, "malformed"},
    {"a signed length", "POST http://127.0.0.1:{S}/ HTTP/1.1\nContent-Length: +1\n\na", 400, "malformed"},
    {"a length beyond all", "POST http://127.0.0.1:{S}/ HTTP/1.1\nContent-Length: 99999999999999999999\n\na",
     400, "malformed"},
    {"chunks", "POST http://127.0.0.1:{S}/ HTTP/1.1\nTransfer-Encoding: chunked\n\n0\n\n", 400, "malformed"},
    {"length and chunks",
     "POST http://127.0.0.1:{S}/ HTTP/1.1\nContent-Length: 4\nTransfer-Encoding: chunked\n\n0\n\n", 400,
     "malformed"},
    {"chunks by another name",
     "POST http://127.0.0.1:{S}/ HTTP/1.1\nTransfer-Encoding: xchunked\nContent-Length: 4\n\nabcd", 400,
     "malformed"},
    {"space before the colon", "POST http://127.0.0.1:{S}/ HTTP/1.1\nContent-Length : 4\n\nabcd", 400,
     "malformed"},
    {"a folded field", "GET http://127.0.0.1:{S}/ HTTP/1.1\nX: a\n Host: b\n\n", 400, "malformed"},
    {"a field without a name", "GET http://127.0.0.1:{S}/ HTTP/1.1\n: a\n\n", 400, "malformed"},
    {"a line without a colon", "GET http://127.0.0.1:{S}/ HTTP/1.1\nX\n\n", 400, "malformed"},
    {"a carriage return alone", "GET http://127.0.0.1:{S}/ HTTP/1.1\nX: a\rHost: b\n\n", 400, "malformed"},
    {"two spaces", "GET  http://127.0.0.1:{S}/ HTTP/1.1\n\n", 400, "malformed"},
    {"three words more", "GET http://127.0.0.1:{S}/ HTTP/1.1 HTTP/1.1\n\n", 400, "malformed"},
    {"a tab for a space", "GET\thttp://127.0.0.1:{S}/ HTTP/1.1\n\n", 400, "malformed"},
    {"CONNECT with a body", "CONNECT 127.0.0.1:{S} HTTP/1.1\nContent-Length: 3\n\nabc", 400, "malformed"},
    {"a second ticket", "GET http://127.0.0.1:{S}/ HTTP/1.1\nProxy-Authorization: Basic eDp5\n\n", 400,
     "malformed"},
};

// The same, for names that the system itself resolves.
inline constexpr Forgery kForgeriesOfTheSystem[] = {
    {"localhost", "CONNECT localhost:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
    {"localhost, upper case", "GET http://LOCALHOST:{P}/ HTTP/1.1\n\n", 403, "forbidden-address"},
    {"localhost, final dot", "CONNECT localhost.:{P} HTTP/1.1\n\n", 403, "forbidden-address"},
};

}  // namespace hitscope::egress::testing
