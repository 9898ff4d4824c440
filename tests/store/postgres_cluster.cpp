#include "store/postgres_cluster.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

namespace hitscope::testing {
namespace {

namespace fs = std::filesystem;

// The newest version there is.
fs::path find_programs() {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    if (fs::exists(version.path() / "bin" / "initdb")) found.push_back(version.path() / "bin");
  }
  return found.empty() ? fs::path() : *std::ranges::max_element(found);
}

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(descriptor, generic, size) == 0 && ::getsockname(descriptor, generic, &size) == 0;
  ::close(descriptor);
  return bound ? ::ntohs(address.sin_port) : 0;
}

}  // namespace

PostgresCluster& PostgresCluster::instance() {
  static PostgresCluster cluster;
  return cluster;
}

PostgresCluster::PostgresCluster() {
  if (const char* given = std::getenv("HITSCOPE_TEST_POSTGRES"); given != nullptr && *given != '\0') {
    url_ = given;
  } else {
    make();
  }
}

PostgresCluster::~PostgresCluster() {
  if (!is_ours()) return;
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PostgresCluster::make() {
  programs_ = find_programs();
  if (programs_.empty()) {
    why_not_ = "PostgreSQL's server is not installed";
    return;
  }
  std::string folder = (fs::temp_directory_path() / "hitscope_pg_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    why_not_ = "no temporary folder can be made";
    return;
  }
  folder_ = folder;
  const fs::path password_file = folder_ / "password";
  std::ofstream(password_file) << kPassword << '\n';
  if (::geteuid() == 0) {
    const passwd* const user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) {
      why_not_ = "there is no user postgres to run the server as";
      return;
    }
  }
  const pid_t initdb =
      launch("initdb", "-D " + (folder_ / "data").string() +
                           " -U hitscope -E UTF8 --locale=C.UTF-8 --no-sync --auth-local=trust "
                           "--auth-host=scram-sha-256 --pwfile=" +
                           password_file.string());
  int status = 0;
  if (::waitpid(initdb, &status, 0) != initdb || status != 0) {
    why_not_ = "initdb fails: see " + (folder_ / "log").string();
    return;
  }
  port_ = free_port();
  url_ = "postgresql://hitscope:s3cret%2Fword%20%401@127.0.0.1:" + std::to_string(port_) + "/postgres";
  start();
}

// The child is the program itself and not a shell, so that its id is the one to stop; it goes with us,
// however we end.
pid_t PostgresCluster::launch(const std::string& program, const std::string& arguments) const {
  const std::string path = (programs_ / program).string();
  const std::string log = (folder_ / "log").string();
  std::vector<std::string> words = {path};
  std::istringstream stream(arguments);
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const passwd* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;

  const pid_t child = ::fork();
  if (child != 0) return child;
  if (user != nullptr &&
      (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (::chdir(folder_.c_str()) != 0) ::_exit(126);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

void PostgresCluster::start() {
  server_ =
      launch("postgres", "-D " + (folder_ / "data").string() + " -p " + std::to_string(port_) +
                             " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + folder_.string() +
                             " -c fsync=off -c max_connections=40");
  for (int tenths = 0; tenths < 300; ++tenths) {
    if (PQping(url_.c_str()) == PQPING_OK) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  why_not_ = "the server does not start: see " + (folder_ / "log").string();
}

void PostgresCluster::stop() {
  if (server_ <= 0) return;
  ::kill(server_, SIGINT);  // "fast": ends the connections
  ::waitpid(server_, nullptr, 0);
  server_ = 0;
}

std::string PostgresCluster::execute(const std::string& sql) const {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url_.c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) return PQerrorMessage(connection.get());
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()),
                                                              &PQclear);
  return PQresultStatus(result.get()) == PGRES_COMMAND_OK ? "" : PQerrorMessage(connection.get());
}

std::string PostgresCluster::create_database(const std::string& encoding) {
  const std::string name = "hitscope_" + std::to_string(::getpid()) + '_' + std::to_string(++databases_);
  const std::string problem =
      execute("CREATE DATABASE " + name + " TEMPLATE template0 LOCALE 'C' ENCODING '" + encoding + "'");
  if (!problem.empty()) why_not_ = problem;
  return url_ + (url_.find('?') == std::string::npos ? "?dbname=" : "&dbname=") + name;
}

void PostgresCluster::drop_database(const std::string& url) {
  const std::string problem =
      execute("DROP DATABASE IF EXISTS " + url.substr(url.rfind('=') + 1) + " WITH (FORCE)");
  if (!problem.empty()) why_not_ = problem;
}

}  // namespace hitscope::testing
