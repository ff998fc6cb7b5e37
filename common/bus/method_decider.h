#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bus/decider.h"
#include "hub/effects.h"
#include "json/read.h"
#include "net/loop.h"
#include "net/turn_end.h"

namespace so::bus {

/// The tool that a hub's own hooks are to the hub: no connection has this number.
constexpr hub::ToolId kHookTool{0};

/// Asks whoever serves methods on the bus: the question is the one argument of a call, in the scope
/// that it is about, and the answer its result.
class MethodDecider {
 public:
  /// Takes a request of kHookTool to the hub.
  using Request = std::function<void(const wire::FrameView&)>;
  MethodDecider(net::Loop& loop, Request request, Decider::Tell tell);

  /// One method; the MethodDecider outlives it.
  class Method : public Decider {
   public:
    Method(MethodDecider& all, std::string name, Millis timeout)
        : all_(all), name_(std::move(name)), timeout_(timeout) {}
    [[nodiscard]] bool ask(std::uint64_t ticket, std::string_view scope,
                           std::string_view question) override {
      all_.ask(ticket,
               {.scope = scope, .method = name_, .question = question, .timeout = timeout_});
      return true;
    }
    void forget(std::uint64_t ticket, bool) override { all_.forget(ticket); }

   private:
    MethodDecider& all_;
    std::string name_;
    Millis timeout_;
  };

  /// What the hub says to kHookTool.
  void hear(wire::Frame frame);

 private:
  struct Question {
    std::string_view scope;
    std::string_view method;
    std::string_view question;
    Millis timeout;
  };
  void ask(std::uint64_t ticket, const Question& question);
  void forget(std::uint64_t ticket);
  void greet();
  void read_all();
  [[nodiscard]] Answer read(const wire::Frame& reply);

  Request request_;
  Decider::Tell tell_;
  json::Parser parser_;
  std::string hello_;
  std::map<std::uint32_t, std::uint64_t> open_;  // request, ticket
  std::uint32_t last_ = 0;
  std::vector<wire::Frame> heard_;
  net::TurnEnd reading_;
  net::Timer beat_;
};

}  // namespace so::bus
