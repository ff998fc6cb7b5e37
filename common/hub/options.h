#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "wire/frame.h"

namespace so::hub {

/// What a hub is told at its start. Every bound refuses by name (`limit`) when it is reached, and
/// nothing a tool sends makes the hub grow past them.
struct Options {
  /// The applications there are. nullopt: any name; an application that nobody named beforehand
  /// comes and goes like a room.
  std::optional<std::vector<std::string>> applications{};

  Seconds lease{15};  // three beats: one may be lost, one may be late
  Millis linger{
      5000};       // an unused object is kept so long: a page is reloaded within it (Red5's 5 s)
  Millis keep{0};  // a room without members is kept so long, and as long as its objects
  Seconds forget{300};  // a producer that was idle so long may have its numbers forgotten

  // Tools and members.
  std::size_t tools = 256;                // processes, not people
  std::size_t members_per_tool = 262144;  // more sockets than a process can hold open
  std::size_t scopes_per_member = 256;    // joined, those above included
  std::size_t uses_per_member = 256;
  std::size_t info_bytes = 4096;  // what a member shows of itself: a nick, the address of a picture

  // Scopes and shared objects.
  std::size_t scopes = 262144;
  std::size_t objects = 2097152;  // about 600 bytes each when small
  std::size_t objects_per_scope = 1048576;
  std::size_t attributes = 1024;                      // of an object
  std::size_t value_bytes = 65536;                    // one value, in its compact form
  std::size_t object_bytes = wire::kMaxBody - 65536;  // a snapshot is one frame
  std::size_t data_bytes = std::size_t{1} << 30U;     // all objects together
  std::size_t changes = 1000;                         // of a batch; a batch is applied in one go
  std::size_t depth = 30;  // of a request's body; a resume nests it by two, readers take 32

  // What a returning reader can be told exactly; older positions get a snapshot.
  std::size_t log_batches = 1000;                 // of an object
  std::size_t log_bytes = std::size_t{1} << 20U;  // of an object; a resume is one frame
  std::size_t all_log_bytes = std::size_t{1}
                              << 28U;  // of all objects: over it, who writes forgets first

  // What is remembered of authors, so that nothing is applied twice; over a bound somebody's is
  // forgotten, as Shares says.
  std::size_t producers = 1024;           // of an object, a mailbox; a page has one for each
  std::size_t producers_per_author = 64;  // pages of one user
  std::size_t receipts = 262144;          // keys of changes within `forget`; 200 to 400 bytes each

  // Streams.
  std::size_t streams = 16384;
  std::size_t follows_per_tool = 16384;
  std::size_t metadata = 1024;         // streams whose metadata is kept; the silent make room
  std::size_t metadata_values = 100;   // kept of a stream; the latest always is
  std::size_t metadata_bytes = 65536;  // kept of a stream: no more than one value may have
  std::size_t meta_producers = 4096;   // of metadata, of any stream; over it, as of an object

  // Identities. Who may not be told now is told when it comes back.
  std::size_t mailboxes = 262144;                     // about 800 bytes each when empty
  std::size_t messages = 1000;                        // of a mailbox
  std::size_t mailbox_bytes = std::size_t{1} << 20U;  // of its messages
  std::size_t all_mail_bytes = std::size_t{1} << 28U;
  std::size_t window_messages = 256;   // told and not acknowledged, of a mailbox
  std::size_t window_bytes = 131'072;  // of their events: an eighth of what a gateway lets wait
  std::size_t identities_per_member = 64;
  std::size_t readers = 64;                    // of a mailbox
  Millis mail_lifetime{7LL * 24 * 3'600'000};  // unless whoever registers says otherwise
  Millis shortest_mail{600'000};               // what is asked for is at least this
  Millis longest_mail{366LL * 24 * 3'600'000};

  // Remote calls. Only who waits is kept, some 200 bytes; arguments and results pass through.
  std::size_t methods_per_tool = 1024;
  std::size_t calls = 65536;  // under way, all together
  std::size_t calls_per_tool = 16384;
  std::size_t calls_per_member = 256;              // so that no client has all those of its tool
  std::size_t call_bytes = std::size_t{1} << 18U;  // arguments or result, in compact form
  Millis unicast_timeout{1'900};                   // then it is not known if it arrived
  Millis call_timeout{10'000};                     // unless the caller says how long it waits
  Millis longest_call{300'000};
};

}  // namespace so::hub
