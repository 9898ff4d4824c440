// One connection: requests in, answers out, one after the other (HTTP/1.1, keep-alive), each within the
// limits of HttpLimits. Bodies stream through a buffer of 32 KiB, whatever their size. Runs on the one thread
// of its io_context; only replies and event streams come from elsewhere.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>

#include "server/site.h"

namespace hitscope::server {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// `gone` is called once, when the connection ends. `client`: its address.
void serve_connection(Socket socket, std::string client, const Site& site, const HttpLimits& limits,
                      std::function<void()> gone);

}  // namespace hitscope::server
