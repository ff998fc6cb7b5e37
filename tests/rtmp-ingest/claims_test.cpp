#include "claims.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace so;
using ingest::claims_of;

TEST_CASE("parameters of a URL are claims, and none passes for one of ours") {
  struct Case {
    std::string_view query;
    std::string_view claims;  // behind those of everybody
  };
  for (const Case& c : std::array{
           Case{"key=s3cret", R"("query.key":"s3cret")"},
           Case{"?key=a%20b&user=ann", R"("query.key":"a b","query.user":"ann")"},
           Case{"key=1&key=2", R"("query.key":"1")"},  // the name's is before the application's
           Case{"role=operator&door=bus", R"("query.role":"operator","query.door":"bus")"},
           Case{"word", R"("query.word":"")"},
           Case{"=x", R"("query.":"x")"},
           Case{R"(q="})", R"("query.q":"\"}")"},
       }) {
    const auto claims = claims_of(c.query);
    REQUIRE_MESSAGE(claims, c.query);
    CHECK(*claims == R"({"role":"anonymous","door":"rtmp",)" + std::string{c.claims} + "}");
  }
  for (const std::string_view none : {"", "?", "&&"}) CHECK(claims_of(none) == std::string{});
}

TEST_CASE("a query that cannot be claims is an error that says why") {
  CHECK(claims_of("key=%ff").error().text == "the query is not UTF-8");
  CHECK(claims_of(std::string(2049, 'a')).error().text == "the query is over 2048 bytes");
  std::string many;
  for (int i = 0; i < 33; ++i) many += "a" + std::to_string(i) + "=1&";
  CHECK(claims_of(many).error().text == "the query has over 32 parameters");
}

TEST_CASE("what was proven comes first, without what we know better and what clients say") {
  const ingest::Proof proof{R"({"sub":"ann","role":["host","a"],"door":"bus","query.key":"x"})"};
  CHECK(claims_of("", proof) == R"({"sub":"ann","role":["host","a"],"door":"rtmp"})");
  CHECK(claims_of("key=1&token=secret", proof, "token") ==
        R"({"sub":"ann","role":["host","a"],"door":"rtmp","query.key":"1"})");
  CHECK(claims_of("token=secret", {}, "token") == std::string{});
  CHECK(claims_of("token=secret") ==
        R"({"role":"anonymous","door":"rtmp","query.token":"secret"})");
  CHECK(claims_of("token=" + std::string(6144, 'a'), {}, "token") == std::string{});
  CHECK(claims_of("token=" + std::string(6144, 'a') + "&k=" + std::string(2047, 'a'), {}, "token")
            .error()
            .text == "the query is over 2048 bytes");
}
