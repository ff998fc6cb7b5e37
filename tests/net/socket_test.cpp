#include "net/socket.h"

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("one part of a process that needs few descriptors leaves the others theirs") {
  const std::size_t many = net::set_descriptor_limit(900);
  CHECK(net::set_descriptor_limit(300) == many);
  CHECK(net::set_descriptor_limit(many) == many);
}
