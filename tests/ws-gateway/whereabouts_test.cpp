#include "whereabouts.h"

#include <vector>

#include <doctest/doctest.h>

using namespace so;
using net::ConnId;

namespace {

std::vector<int> in(const gateway::Whereabouts& all, const std::string& scope) {
  std::vector<int> ids;
  for (const ConnId id : all.in(scope)) ids.push_back(static_cast<int>(id));
  return ids;
}
using Ids = std::vector<int>;

}  // namespace

TEST_CASE("who joins is in all above, and stays there until it leaves that") {
  gateway::Whereabouts all;
  all.joined(ConnId{1}, "/chat/a");
  all.joined(ConnId{1}, "/chat/b");
  all.joined(ConnId{2}, "/chat");
  all.joined(ConnId{1}, "/chat/a");
  CHECK(in(all, "/") == Ids{1, 2});
  CHECK(in(all, "/chat") == Ids{1, 2});
  CHECK(in(all, "/chat/a") == Ids{1});
  all.left(ConnId{1}, "/chat/a");
  CHECK(in(all, "/chat/a").empty());
  CHECK(in(all, "/chat") == Ids{1, 2});
  all.joined(ConnId{2}, "/chat/bb");
  all.left(ConnId{2}, "/chat/b");  // is not there
  CHECK(in(all, "/chat/bb") == Ids{2});
  all.left(ConnId{2}, "/chat");
  CHECK(in(all, "/chat/bb").empty());
  CHECK(in(all, "/") == Ids{1, 2});
  all.left(ConnId{2}, "/");
  CHECK(in(all, "/") == Ids{1});
  all.left(ConnId{7}, "/");
  all.left(ConnId{1}, "/");
  CHECK(in(all, "/").empty());
}
