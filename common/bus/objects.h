#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace so::bus {

struct ObjectKey {
  std::string scope;
  std::string name;
};

/// A shared object as this tool has seen it.
struct Object {
  enum class Sync {
    kExact,  // epoch and version are those of the last event or reply
    kDoubt,  // something was or may have been missed: to be asked for
    kAsked,  // and the answer is on its way; until then changes are dropped, the answer covers them
  };
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;
  Sync sync = Sync::kExact;
  bool mixed = false;                // a user was told of a later state than the others know
  std::vector<std::uint64_t> users;  // ascending, never empty
};

/// The objects that members of this tool use, and whether what we know of each is exact. The hub
/// raises the version by one with each event of an epoch, so what does not follow shows that
/// something was missed.
class Objects {
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::tuple{std::string_view{a.scope}, std::string_view{a.name}} <
             std::tuple{std::string_view{b.scope}, std::string_view{b.name}};
    }
  };

 public:
  struct View {
    std::string_view scope;
    std::string_view name;
  };
  using Map = std::map<ObjectKey, Object, Less>;
  using Entry = Map::value_type;

  Entry* find(View key);
  [[nodiscard]] std::span<const std::uint64_t> users(View key) const;

  /// The hub granted a use and said where the object is; `told`: the member has that state.
  void granted(View key, std::uint64_t member, std::uint64_t epoch, std::uint64_t version,
               bool told);
  /// The member uses it no more; forgets the object with its last user.
  void released(View key, std::uint64_t member);

  /// Whether the event of a change is the next one, to be passed on; then the position follows it.
  bool advance(View key, std::uint64_t epoch, std::uint64_t version);

  /// Something, or anything, may have been missed.
  void doubt(Entry& entry);
  void doubt_all();
  /// One that is to be asked for; the caller marks it as asked. Null: none.
  Entry* next_doubtful();

 private:
  Map objects_;
  std::vector<ObjectKey> doubtful_;  // all in doubt are here, and maybe some that no longer are
};

}  // namespace so::bus
