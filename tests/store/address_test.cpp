#include "store/address.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/store_fixture.h"

namespace hitscope {
namespace {

using testing::why;

TEST(DatabaseAddress, KnowsAFile) {
  for (const char* url : {"sqlite:/tmp/x y.db", "/tmp/x y.db", "sqlite:///tmp/x y.db"}) {
    const auto address = parse_address(url);
    ASSERT_TRUE(address) << why(address);
    EXPECT_EQ(address->dialect, &sqlite_dialect());
    EXPECT_EQ(address->file.lexically_normal(), "/tmp/x y.db");
    EXPECT_TRUE(address->secrets.empty());
  }
  const auto relative = parse_address("history.db");
  ASSERT_TRUE(relative);
  EXPECT_EQ(relative->file, std::filesystem::current_path() / "history.db");
}

TEST(DatabaseAddress, KnowsAServer) {
  for (const std::string scheme : {"postgresql", "postgres"}) {
    const auto address = parse_address(scheme + "://us%65r:p%20w@db.example:5433/na%3Dme?sslmode=require");
    ASSERT_TRUE(address) << why(address);
    EXPECT_EQ(address->dialect, &postgresql_dialect());
    EXPECT_TRUE(address->file.empty());
    for (const char* part : {"user=user", "password=p%20w", "host=db.example", "port=5433", "dbname=na%3Dme",
                             "sslmode=require", "connect_timeout=10", "client_encoding=UTF8"}) {
      EXPECT_NE(address->connect_string.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(address->connect_string.find_first_of(" '\""), std::string::npos);
  }
  const auto patient = parse_address("postgresql://h/d?connect_timeout=3&client_encoding=LATIN1");
  ASSERT_TRUE(patient);
  EXPECT_NE(patient->connect_string.find("connect_timeout=3&"), std::string::npos);
  EXPECT_EQ(patient->connect_string.find("LATIN1"), std::string::npos);
}

TEST(DatabaseAddress, RefusesWithoutRepeatingIt) {
  for (const std::string url : {"", "sqlite:", ":memory:", "sqlite::memory:", "mysql://me:geheim@h/d",
                                "/tmp/geheim=\"x", "postgresql://me:geheim%zz@h/d",
                                "postgresql://me:geheim@h/d?geheim=1", "postgresql://me:geheim@[h/d"}) {
    const auto address = parse_address(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().kind, ErrorKind::unreadable);
    EXPECT_EQ(why(address).find("geheim"), std::string::npos) << why(address);
  }
  EXPECT_FALSE(parse_address(std::string("a\0b", 3)));
  EXPECT_FALSE(parse_address(std::string("postgresql://h/d\0", 17)));
}

TEST(DatabaseAddress, HidesSecretsInEverySpelling) {
  const auto address = parse_address("postgresql://me:ge%2Fheim@h/d?sslpassword=other");
  ASSERT_TRUE(address);
  EXPECT_EQ(without_secrets("ge%2Fheim, ge/heim; other and ge/heim", *address), "***, ***; *** and ***");
  EXPECT_EQ(without_secrets("nothing", *address), "nothing");
  const auto none = parse_address("postgresql://me@h/d");
  ASSERT_TRUE(none);
  EXPECT_EQ(without_secrets("as it was", *none), "as it was");
}

}  // namespace
}  // namespace hitscope
