// A PostgreSQL server for the tests: a cluster of its own in a temporary folder, made by Debian's package
// `postgresql`, started when the first test asks and stopped when the program ends. PostgreSQL refuses to run
// as root; then it runs as the package's user `postgres`.
//
// HITSCOPE_TEST_POSTGRES=postgresql://... names a server to use instead; its user must be allowed to create
// databases.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace hitscope::testing {

class PostgresCluster {
 public:
  // Ready to use, or useless with a reason.
  static PostgresCluster& instance();

  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  ~PostgresCluster();

  [[nodiscard]] const std::string& why_not() const { return why_not_; }  // empty: it is there
  [[nodiscard]] bool is_ours() const { return folder_ != std::filesystem::path(); }

  // The address of an empty database; for one that is dropped again.
  [[nodiscard]] std::string create_database(const std::string& encoding = "UTF8");
  void drop_database(const std::string& url);

  // Only where is_ours(). stop() waits until the server is gone, start() until it answers.
  void stop();
  void start();

  static constexpr const char* kPassword = "s3cret/word @1";

 private:
  PostgresCluster();
  void make();
  [[nodiscard]] pid_t launch(const std::string& program, const std::string& arguments) const;
  [[nodiscard]] std::string execute(const std::string& sql) const;  // an error, or empty

  std::string why_not_;
  std::string url_;  // of the database `postgres`
  std::filesystem::path programs_;
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t server_ = 0;
  int databases_ = 0;
};

}  // namespace hitscope::testing
