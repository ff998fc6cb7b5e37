#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "hub/effects.h"
#include "hub/options.h"
#include "hub/producers.h"
#include "hub/records.h"
#include "hub/refusal.h"
#include "hub/timers.h"
#include "wire/member.h"

namespace so::hub {

/// A connection that reads a mailbox.
struct Reader {
  ToolId tool{};
  wire::MemberId id;  // number 0: the tool itself
};

/// What an identity was told and has not acknowledged yet, first in, first out. The newest message
/// has the number `last`, the others count down from there. Readers are told those of the window,
/// which begins with the first and grows as messages come and are acknowledged: all that read it
/// have been told the same.
struct Mailbox : Timed {  // due: when it expires
  std::string identity;
  StoreId id = 0;
  std::uint64_t epoch = 0;
  std::uint64_t last = 0;
  std::deque<std::string> messages;  // each the members of an event: "message":1,"from":"ID"
  std::size_t bytes = 0;             // of the messages
  std::uint64_t told = 0;            // the last within the window
  std::size_t window_bytes = 0;      // of those up to it
  Millis lifetime{};
  bool doubtful = false;        // the store may have other terms
  std::vector<Reader> readers;  // the longest registered first
  Producers producers;

  [[nodiscard]] std::uint64_t first() const { return last - messages.size() + 1; }
};

/// All mailboxes (scopewire-bus(7), IDENTITIES). Bounds are in Options: a full mailbox refuses more
/// by name. What happens is recorded for the store, where a mailbox has the form of a persistent
/// object: its scope is kMailScope, which is no path, its attributes are the messages by number.
///
/// A mailbox that nobody reads lives for its lifetime after the last registration or
/// acknowledgement; one that is read lives on, and one that was read when its hub ended lives for
/// its lifetime after the start of the next.
class Mailboxes {
 public:
  static constexpr std::string_view kMailScope = "$mail";

  struct Sources {
    std::function<std::uint64_t()> random;  // epochs; never 0
    std::function<WallMillis()> wall;       // when a stored one expires
    std::function<StoreId()> number;        // of a new one in the store
  };
  Mailboxes(const Options& options, Sources sources)
      : options_(options), sources_(std::move(sources)) {}

  struct Terms {
    Millis lifetime{};
    std::size_t connections = 1;
  };
  struct Registered {
    Mailbox* mailbox = nullptr;
    std::vector<Reader> replaced;  // they read it no longer
  };
  /// The mailbox is made if there is none. Who registers becomes the newest reader.
  Outcome<Registered> add(std::string_view identity, const Reader& reader, const Terms& terms,
                          TimePoint now);
  /// Nothing if it does not read it.
  void remove(std::string_view identity, const wire::MemberId& reader, TimePoint now);
  void remove_all(const wire::MemberId& reader, TimePoint now);

  struct Note {
    std::string members;   // of the event, JSON
    std::string producer;  // empty: none
    std::uint64_t sequence = 0;
    std::string author{};  // whose the producer is
  };
  enum class Status { kOk, kDuplicate, kGap };
  struct Stored {
    Mailbox* mailbox = nullptr;
    Status status = Status::kOk;
    std::uint64_t producer_last = 0;  // kGap: the last one known
  };
  /// kNotFound: there is no such mailbox.
  Outcome<Stored> put(std::string_view identity, Note note, TimePoint now);
  struct Acknowledged {
    Mailbox* mailbox = nullptr;
    std::uint64_t next = 0;  // from this to `told` they are in the window from now on
  };
  /// All up to this number are read. Refused: another epoch, or the reader is none.
  Outcome<Acknowledged> acknowledge(std::string_view identity, const wire::MemberId& reader,
                                    std::uint64_t epoch, std::uint64_t number, TimePoint now);
  /// The same by who reads it elsewhere.
  Outcome<Acknowledged> acknowledge(std::string_view identity, std::uint64_t epoch,
                                    std::uint64_t number, TimePoint now);

  [[nodiscard]] Mailbox* find(std::string_view identity) const;
  [[nodiscard]] Mailbox* find(StoreId id) const;
  [[nodiscard]] std::size_t count(const wire::MemberId& reader) const;
  [[nodiscard]] std::size_t size() const { return by_identity_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// From an earlier hub, or because the store could not take its end; it has `least` to live.
  Outcome<void> restore(const StoredObject& stored, TimePoint now, Millis least = {});
  /// The store could not take a change. Its messages are those of the store again; who reads it
  /// reads on, and its terms are as they were asked for, to be stored with the next change.
  void revert(Mailbox& mailbox, const StoredObject& stored, TimePoint now);
  /// The store has none of it.
  void forget(Mailbox& mailbox);

  [[nodiscard]] std::optional<TimePoint> deadline() const { return expiring_.next(); }
  /// Ends what has expired.
  void tick(TimePoint now);
  [[nodiscard]] std::vector<Record> take_records() { return std::exchange(records_, {}); }

 private:
  Outcome<Mailbox*> make(std::string_view identity, const Terms& terms);
  [[nodiscard]] Outcome<Status> check_note(const Mailbox& mailbox, const Note& note) const;
  void widen(Mailbox& mailbox) const;
  void fill(Mailbox& mailbox, const StoredObject& stored, TimePoint now);
  void renew(Mailbox& mailbox, Record& record, TimePoint now);
  void unread(Mailbox& mailbox, const wire::MemberId& reader, TimePoint now);
  static Record record(const Mailbox& mailbox, Record::Kind kind);

  const Options& options_;
  Sources sources_;
  std::map<std::string, std::unique_ptr<Mailbox>, std::less<>> by_identity_;
  std::unordered_map<StoreId, Mailbox*> by_id_;
  std::map<wire::MemberId, std::vector<Mailbox*>> by_reader_;
  Timers<Mailbox> expiring_;
  std::size_t bytes_ = 0;
  std::vector<Record> records_;
};

}  // namespace so::hub
