#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "bus/reply.h"
#include "wire/frame.h"

namespace so::bus {

/// Something that is to hold at the hub for as long as we say so: a kJoin, kUse, kPublish, kFollow,
/// kServe or kRegister. In this order they can be announced to a hub that knows nothing.
struct ClaimKey {
  wire::Kind kind{};
  std::uint64_t member = 0;
  std::string scope;
  std::string name;  // of the object, kUse; of the method, kServe; the identity, kRegister

  friend bool operator<(const ClaimKey& a, const ClaimKey& b) {
    return std::tie(a.kind, a.member, a.scope, a.name) <
           std::tie(b.kind, b.member, b.scope, b.name);
  }
};

/// What is asked for.
struct Terms {
  std::string body;         // of the request; kJoin: what the member shows of itself
  std::uint64_t epoch = 0;  // kUse: what the member has
  std::uint64_t version = 0;
  bool presence = false;  // kJoin
};

/// There are two or more of each connection of an edge: an idle one should be small.
struct Claim {
  using Waiting = std::vector<Done>;

  void wait(Done done) {
    if (!waiting) waiting = std::make_unique<Waiting>();
    waiting->push_back(std::move(done));
  }
  Waiting take_waiting() {
    const auto taken = std::move(waiting);
    return taken ? std::move(*taken) : Waiting{};
  }

  Terms terms;
  bool granted = false;              // by some hub
  bool sent = false;                 // to this hub
  bool held = false;                 // granted by this hub
  std::uint64_t ticket = 0;          // tells this claim from an earlier one of the same key
  std::unique_ptr<Waiting> waiting;  // who asked and was not answered yet; null: nobody
};

/// All claims of a tool, and how far they are announced. Memory: what the tool's connections hold.
class Claims {
 public:
  using Map = std::map<ClaimKey, Claim>;
  using Entry = Map::value_type;

  /// The claim, made or found.
  Entry& put(ClaimKey key);
  /// Nothing if the claim with that ticket was taken back meanwhile.
  Entry* find(const ClaimKey& key, std::uint64_t ticket);
  Entry* find(const ClaimKey& key);
  /// Any join of the member; nullptr: it has joined nothing.
  Entry* any_join(std::uint64_t member);

  /// Taking back: the claims that went, for whoever must undo them.
  std::vector<Entry> take(const ClaimKey& key);
  std::vector<Entry> take_scope(std::uint64_t member, std::string_view scope);  // and below

  /// Nothing is announced any more; next_unsent() goes through all from the first on.
  void unsend_all();
  /// A claim that was put while others are announced takes its place among them.
  void postpone(const Entry& entry);
  /// The next one to be announced; the caller marks it as sent. Null: all are.
  Entry* next_unsent();

  [[nodiscard]] std::size_t size() const { return claims_.size(); }

 private:
  Map::iterator take_at(Map::iterator at, std::vector<Entry>& out);
  template <class Wanted>
  void take_if(wire::Kind kind, std::uint64_t member, Wanted wanted, std::vector<Entry>& out);

  Map claims_;
  Map::iterator next_ = claims_.end();  // no claim before it is unsent
  std::uint64_t tickets_ = 0;
};

}  // namespace so::bus
