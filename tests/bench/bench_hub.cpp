// What the hub's core costs without a transport: changes per second, from the frame as it came to
// the frames that go out; the time of a single one.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench.h"
#include "hub/hub.h"
#include "json/read.h"

using namespace so;

namespace {

constexpr std::string_view kScope = "/chat/room1";

/// A hub with an object that some tools use, one member each.
class Bench {
 public:
  explicit Bench(std::uint32_t users, std::string_view claims = "{}") {
    for (std::uint32_t tool = 1; tool <= std::max(users, 1U); ++tool) {
      const std::string hello =
          fmt::format(R"({{"tool":"bench","incarnation":"{:016x}","claims":{}}})", tool, claims);
      send(tool, {{.kind = wire::Kind::kHello, .request = 1}, {}, {}, hello});
      send(tool, {{.kind = wire::Kind::kJoin, .request = 1, .member = 1}, kScope, {}, {}});
      if (tool > users) continue;
      send(tool, {{.kind = wire::Kind::kUse, .request = 1, .member = 1}, kScope, "chat", {}});
    }
  }

  void set_policy(policy::Policy::Tables tables) {
    out_.clear();
    hub_.set_policy(std::make_shared<const policy::Policy>(std::move(tables)), now_, out_);
  }
  void send(std::uint32_t tool, const wire::FrameView& frame) {
    out_.clear();
    hub_.apply(hub::ToolId{tool}, frame, now_, out_);
    bench::keep(out_.sends);
  }
  void change(std::string_view object, std::string_view body) {
    send(1, {{.kind = wire::Kind::kChange, .request = 1, .member = 1}, kScope, object, body});
  }

 private:
  std::uint64_t epochs_ = 0;
  hub::Hub hub_{{}, {1, [this] { return ++epochs_; }, [] { return WallMillis{0}; }}};
  TimePoint now_{Seconds{1}};
  hub::Effects out_;
};

// Sets of a string of `bytes`, each different from the one before.
std::vector<std::string> sets(std::size_t bytes, std::size_t in_a_batch) {
  std::vector<std::string> bodies;
  for (int i = 0; i < 16; ++i) {
    std::string changes;
    for (std::size_t n = 0; n < in_a_batch; ++n) {
      changes += fmt::format(R"({}{{"op":"set","key":"key{}","value":"{:x<{}}"}})",
                             n > 0 ? "," : "", n, i, bytes);
    }
    bodies.push_back(fmt::format(R"({{"changes":[{}]}})", changes));
  }
  return bodies;
}

// None of them speaks of the keys that are set.
policy::Policy::Tables rules(std::size_t count, std::string_view scope) {
  policy::Policy::Tables tables;
  for (std::size_t i = 0; i < count; ++i) {
    policy::Rule rule;
    rule.actions = policy::Actions{policy::Action::kWrite};
    rule.scope = policy::ScopeGlob::parse(scope).value();
    rule.key = policy::Glob{fmt::format("votes{}.*", i)};
    rule.claims = {{"role", {R"("anonymous")"}}};
    tables.rules.push_back(std::move(rule));
  }
  return tables;
}

void changing() {
  const auto bodies = sets(100, 1);
  const auto batches = sets(100, 10);
  json::Parser parser;
  Bench alone{0};
  Bench one{1};
  Bench ten{10};
  Bench same{1};
  Bench others{1};
  others.set_policy(rules(100, "/live/**"));
  Bench ruled{1, R"({"role":"anonymous","door":"ws"})"};
  ruled.set_policy(rules(10, "/chat/*"));
  const auto way = [&](std::string name, Bench& hub, const std::vector<std::string>& from) {
    return bench::Way{std::move(name), [&hub, &from, i = std::size_t{0}]() mutable {
                        hub.change("chat", from[i++ % from.size()]);
                        return 1U;
                      }};
  };
  const std::vector same_body(1, bodies[0]);
  const std::array ways{bench::Way{"parsing the body alone",
                                   [&, i = std::size_t{0}]() mutable {
                                     bench::keep(parser.parse(bodies[i++ % 16]).has_value());
                                     return 1U;
                                   }},
                        way("set, nobody listens", alone, bodies),
                        way("set, one tool listens", one, bodies),
                        way("set, ten tools listen", ten, bodies),
                        way("set, one listens, 100 rules for other scopes", others, bodies),
                        way("set, one listens, 10 rules for its keys", ruled, bodies),
                        way("set to the same value", same, same_body),
                        way("batch of ten, one listens", one, batches)};
  bench::compare("a change of a 100-byte value, frame to frames", "changes", ways);
}

void timing() {
  using Clock = std::chrono::steady_clock;
  const auto bodies = sets(100, 1);
  Bench hub{10};
  std::vector<double> micros;
  for (std::size_t i = 0; i < 300'000; ++i) {
    const auto start = Clock::now();
    hub.change("chat", bodies[i % bodies.size()]);
    micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double part) {
    return micros[static_cast<std::size_t>(part * static_cast<double>(micros.size() - 1))];
  };
  fmt::print("one change, ten tools listen\n  p50 {:.2f} us, p99 {:.2f} us, p99.9 {:.2f} us\n",
             at(0.5), at(0.99), at(0.999));
}

}  // namespace

int main() {
  changing();
  timing();
}
