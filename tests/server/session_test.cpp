// A connection alone, with a site that does what a test wants.
#include "server/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "server/wire.h"

namespace hitscope::server {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using testing::Answer;
using testing::becomes_true;
using testing::Client;
using testing::request;

// Gives every request to one handler.
class OneRoute final : public Site {
 public:
  explicit OneRoute(Handler handler) { route_.handler = std::move(handler); }
  [[nodiscard]] Admission admit(Request& /*request*/) const override { return {&route_, std::nullopt}; }
  [[nodiscard]] std::string_view common_headers(const Request& /*request*/,
                                                const Response& /*response*/) const override {
    return "X-Common: yes\r\n";
  }
  void answered(const Request& /*request*/, const Route* /*route*/, unsigned /*status*/,
                double /*seconds*/) const override {
    ++answered_;
  }
  [[nodiscard]] int answers() const { return answered_; }

 private:
  Route route_;
  mutable std::atomic<int> answered_{0};
};

class SessionTest : public ::testing::Test {
 protected:
  // Serves whoever connects, on a thread of its own.
  void serve(Handler handler) {
    site_ = std::make_unique<OneRoute>(std::move(handler));
    acceptor_ = std::make_unique<Acceptor>(context_, tcp::endpoint(net::ip::address_v4::loopback(), 0));
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  void TearDown() override {
    net::post(context_, [this] { context_.stop(); });
    thread_.join();
  }
  [[nodiscard]] unsigned short port() const { return acceptor_->local_endpoint().port(); }

  HttpLimits limits_;
  std::atomic<int> gone_{0};
  std::unique_ptr<OneRoute> site_;

 private:
  using Acceptor = net::basic_socket_acceptor<tcp, net::io_context::executor_type>;

  void accept() {
    acceptor_->async_accept(context_, [this](boost::system::error_code error, Socket socket) {
      if (error) return;
      serve_connection(std::move(socket), "test", *site_, limits_, [this] { ++gone_; });
      accept();
    });
  }

  net::io_context context_{1};
  std::unique_ptr<Acceptor> acceptor_;
  std::thread thread_;
};

TEST_F(SessionTest, AnswersMayComeFromAnyThread) {
  std::thread answering;
  serve([&](Reply reply) {
    answering = std::thread([reply = std::move(reply)]() mutable {
      Response response;
      response.body = R"({"x": 1})";
      reply(std::move(response));
    });
  });
  const Answer answer = Client(port()).ask(request("GET", "/"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"x": 1})");
  EXPECT_EQ(answer.header("x-common"), "yes");
  EXPECT_TRUE(becomes_true([this] { return gone_ == 1; }));
  answering.join();
}

TEST_F(SessionTest, ARequestThatIsDroppedIsAnswered) {
  serve([](const Reply& /*dropped*/) {});
  Client client(port());
  EXPECT_EQ(client.ask(request("GET", "/")).status, 500);
  EXPECT_EQ(client.ask(request("GET", "/")).status, 500) << "and the connection goes on";
}

TEST_F(SessionTest, TheBodyIsThereInWhole) {
  serve([](Reply reply) {
    Response response;
    response.body = reply.request().body;
    reply(std::move(response));
  });
  Client client(port());
  std::string body;
  for (int i = 0; i < 20000; ++i) body += fmt::format("{} ", i);
  EXPECT_EQ(client.ask(request("POST", "/", "", body)).body, body);
  client.send(request("POST", "/", "Transfer-Encoding: chunked\r\n"));
  for (std::size_t at = 0; at < body.size(); at += 777) client.send(testing::chunk(body.substr(at, 777)));
  EXPECT_EQ(client.ask(testing::chunk("")).body, body);
}

TEST_F(SessionTest, AStreamSendsItsEventsInOrderAndEnds) {
  std::thread sending;
  serve([&](Reply reply) {
    sending = std::thread([stream = reply.stream()] {
      for (int i = 0; i < 1000; ++i) stream->send(fmt::format("data: {}\n\n", i));
      stream->close();
      stream->send("data: too late\n\n");
      EXPECT_FALSE(stream->open());
    });
  });
  Client client(port());
  const Answer answer = client.ask(request("GET", "/"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_EQ(answer.header("content-length"), "");
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(client.read_until("\n\n"), fmt::format("data: {}\n\n", i));
  EXPECT_EQ(client.read_until("\n\n"), "");
  EXPECT_TRUE(becomes_true([this] { return gone_ == 1; }));
  EXPECT_EQ(site_->answers(), 1);
  sending.join();
}

TEST_F(SessionTest, AStreamWhoseClientLeftIsClosedAndLetsTheConnectionGo) {
  std::shared_ptr<EventStream> stream;
  std::atomic<bool> begun = false;
  serve([&](Reply reply) {
    stream = reply.stream();
    begun = true;
  });
  {
    Client client(port());
    EXPECT_EQ(client.ask(request("GET", "/")).status, 200);
  }
  EXPECT_TRUE(becomes_true([this] { return gone_ == 1; })) << "though someone still holds the stream";
  ASSERT_TRUE(begun);
  EXPECT_FALSE(stream->open());
  stream->send("data: nobody hears it\n\n");
  stream->close();
}

TEST_F(SessionTest, AStreamThatNobodyHoldsEnds) {
  serve([](Reply reply) { reply.stream()->send("data: only this\n\n"); });
  Client client(port());
  EXPECT_EQ(client.ask(request("GET", "/")).status, 200);
  EXPECT_EQ(client.read_until("\n\n"), "data: only this\n\n");
  EXPECT_EQ(client.read_until("\n\n"), "");
}

TEST_F(SessionTest, AStreamWhoseClientDoesNotReadIsLetGo) {
  std::shared_ptr<EventStream> stream;
  std::atomic<bool> begun = false;
  serve([&](Reply reply) {
    stream = reply.stream();
    begun = true;
  });
  Client client(port());
  client.send(request("GET", "/"));
  ASSERT_TRUE(becomes_true([&] { return begun.load(); }));
  const std::string event = "data: " + std::string(65536, 'x') + "\n\n";
  // The system takes some megabytes before nothing more goes.
  EXPECT_TRUE(becomes_true([&] {
    for (int i = 0; i < 16; ++i) stream->send(event);
    return !stream->open();
  }));
  EXPECT_TRUE(becomes_true([this] { return gone_ == 1; }));
}

TEST_F(SessionTest, AHeadOfAStreamIsAHead) {
  std::shared_ptr<EventStream> stream;
  serve([&](Reply reply) { stream = reply.stream(); });
  Client client(port());
  client.send(request("HEAD", "/"));
  EXPECT_EQ(client.answer(true).header("content-type"), "text/event-stream");
  EXPECT_TRUE(client.is_let_go());
  EXPECT_TRUE(becomes_true([this] { return gone_ == 1; }));
}

}  // namespace
}  // namespace hitscope::server
