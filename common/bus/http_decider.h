#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bus/breaker.h"
#include "bus/decider.h"
#include "json/read.h"
#include "net/http_post.h"
#include "net/loop.h"
#include "net/url.h"

namespace so::bus {

/// Asks a web server: a question is the body of a POST, the answer that of its 200. Each has a
/// connection of its own, at most 32 at a time; 1024 more wait, then it cannot be asked. Nor can it
/// while the Breaker is open. The name in the URL is looked up once, at the beginning.
class HttpDecider : public Decider {
 public:
  HttpDecider(net::Loop& loop, std::string url, Tell tell);

  [[nodiscard]] bool ask(std::uint64_t ticket, std::string_view scope,
                         std::string_view question) override;
  void forget(std::uint64_t ticket, bool late) override;

 private:
  static constexpr std::size_t kOpen = 32;
  static constexpr std::size_t kWaiting = 1024;

  Status look_up();
  void start(std::uint64_t ticket, std::string request);
  void start_next();
  void heard(std::uint64_t ticket, const Result<net::HttpAnswer>& came);
  Result<Answer> read(const Result<net::HttpAnswer>& answer);
  void failed(std::string_view why);

  net::Loop* loop_;
  std::string name_;  // the URL, for people
  net::Url url_;
  std::optional<net::Address> address_;  // in numbers; nullopt: it has none
  Tell tell_;
  Breaker breaker_;
  json::Parser parser_;
  std::map<std::uint64_t, std::unique_ptr<net::HttpPost>> open_;  // by ticket
  std::deque<std::pair<std::uint64_t, std::string>> waiting_;
};

}  // namespace so::bus
