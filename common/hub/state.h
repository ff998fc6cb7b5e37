#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/access.h"
#include "hub/calls.h"
#include "hub/follows.h"
#include "hub/hub.h"
#include "hub/listing.h"
#include "hub/mailboxes.h"
#include "hub/metadata.h"
#include "hub/methods.h"
#include "hub/objects.h"
#include "hub/producers.h"
#include "hub/refusal.h"
#include "hub/requests.h"
#include "hub/scope_tree.h"
#include "hub/streams.h"
#include "hub/tool.h"
#include "json/read.h"

namespace so::hub {

/// All that a hub knows, and one function for each request; they are in <subject>_requests.cpp.
class Hub::State {
 public:
  State(Options options, Sources sources);

  void apply(ToolId from, const wire::FrameView& request, TimePoint now, Effects& out,
             Wording wording);
  Intent examine(ToolId from, const wire::FrameView& request);
  [[nodiscard]] bool is_inside(ToolId from, const wire::FrameView& request) const;
  [[nodiscard]] bool has(ToolId from, const wire::FrameView& undo) const;
  void turn_down(ToolId from, const wire::FrameView& request, const Denial& why, TimePoint now,
                 Effects& out);
  void watch(policy::Topics topics) { seen_.want(topics); }
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void tick(TimePoint now, Effects& out);
  [[nodiscard]] Totals totals() const;
  Outcome<void> restore(const StoredObject& stored, TimePoint now);
  void set_policy(std::shared_ptr<const policy::Policy> policy, TimePoint now, Effects& out);
  void revert(StoreId id, const std::optional<StoredObject>& stored, bool shown, TimePoint now,
              Effects& out);

 private:
  struct Reply {
    std::string body;
    std::uint64_t epoch = 0;
    std::uint64_t version = 0;
    StoreId about = 0;   // see Send
    bool later = false;  // what is asked is answered another time
  };
  struct Call {
    Tool& tool;
    const wire::FrameView& frame;
    json::Element body;  // an object
    TimePoint now;
    Effects& out;
    Wording wording;
    Visitor visitor{};
  };

  static std::size_t reserve_reply(const wire::FrameView& request, Effects& out);
  void respond(ToolId from, const wire::FrameView& request, Outcome<Reply> reply, std::size_t place,
               Effects& out);
  Outcome<Reply> answer(ToolId from, const wire::FrameView& request, TimePoint now, Effects& out,
                        Wording wording);
  Outcome<Reply> dispatch(const Call& call);
  [[nodiscard]] Outcome<Visitor> visitor_of(wire::Kind request, json::Element body) const;
  Outcome<json::Element> read_body(std::string_view body);
  void record(Effects& out);

  // stat_requests.cpp
  Outcome<Reply> stat(const Call& call);
  void list_counters(const Scope& scope, bool presence, Listing& reply) const;
  void count(wire::Kind request, const Outcome<Reply>& reply);

  // tool_requests.cpp
  Outcome<Reply> hello(ToolId from, json::Element body, TimePoint now, Effects& out);
  Reply bye(const Call& call);
  void end(Tool& tool, TimePoint now, Effects& out);

  // access_requests.cpp
  Outcome<Reply> ask(const Call& call);
  [[nodiscard]] Outcome<void> check_place(std::string_view path) const;
  static const policy::Credentials* who_asks(const Call& call);
  static std::string author_of(const Call& call);
  Outcome<void> may_enter(std::string_view path, const Member* member,
                          const policy::Credentials* who) const;
  Outcome<void> may_use_stream(policy::Action action, std::string_view path,
                               const policy::Credentials* who) const;
  Outcome<SharedObject*> create_object(const Call& call, Scope& scope, bool persistent);
  Outcome<Scope*> make_scope(std::string_view path, TimePoint now);
  void equip(Scope& scope, TimePoint now);

  // intent.cpp
  [[nodiscard]] const Member* member_of(ToolId from, const wire::FrameView& request) const;
  Outcome<void> intend(const Call& call, Intent& intent);
  void add_connects(const Call& call, Intent& intent) const;
  Outcome<void> intend_visit(const Call& call, Intent& intent) const;
  Outcome<void> intend_look(const Call& call, Intent& intent) const;
  Outcome<void> intend_join(const Call& call, Intent& intent) const;
  Outcome<void> intend_use(const Call& call, Intent& intent) const;
  Outcome<void> intend_change(const Call& call, Intent& intent) const;
  Outcome<void> intend_publish(const Call& call, Intent& intent);
  Outcome<void> intend_play(const Call& call, Intent& intent) const;
  Outcome<void> intend_history(const Call& call, Intent& intent) const;
  Outcome<Reply> denied(const Call& call, const Denial& why) const;

  // watching.cpp
  void see(policy::Topic topic, std::string_view scope, std::string_view body);
  void see_use(std::string_view event, const SharedObject& object, const Member& member);
  void see_change(const SharedObject& object, std::string_view body);

  // scope_requests.cpp
  Outcome<Reply> join(const Call& call);
  Outcome<Reply> leave(const Call& call);
  Outcome<Reply> list(const Call& call);
  Outcome<Reply> roll_call(const Call& call);
  static Member* find_member(const Call& call);
  static Member& add_member(Tool& tool, std::uint64_t number);
  Outcome<void> check_room_for(const Call& call, const Member* member) const;
  void enter(Member& member, Scope& scope, const std::string& info, Effects& out);
  void tell_watchers(std::string_view event, Scope& scope, const Member& about, Effects& out);
  void begin_presence(Scope& scope);
  std::uint64_t presences_ = 0;  // lives of scopes in which somebody was
  void show(const Member& member, Scope& scope, const std::string& info, Effects& out);
  static void watch(const Member& member, Scope& scope, bool presence);
  void depart(Member& member, Scope& scope, TimePoint now, Effects& out);
  void leave_all_within(Member& member, std::string_view path, TimePoint now, Effects& out);
  void prune(Scope* scope);

  // object_requests.cpp
  Outcome<Reply> use(const Call& call);
  Outcome<Reply> release(const Call& call);
  Outcome<Reply> change(const Call& call);
  void tell_change(const Call& call, const SharedObject& object, std::string body);
  Outcome<Reply> get(const Call& call);
  std::string catch_up(const Call& call, const SharedObject& object,
                       const policy::Subject& place) const;
  SharedObject* find_object(const Call& call) const;
  static bool is_in(const Call& call, const Scope* scope);
  Outcome<void> may_look(const Call& call) const;
  Outcome<Scope*> joined_scope(const Call& call, std::string_view path) const;
  Outcome<void> check_presence(const Call& call) const;
  Outcome<void> may_change(const Call& call, const SharedObject* object, bool inside) const;
  void release_all_in(Member& member, const Scope& scope, TimePoint now);

  // persistence.cpp
  Outcome<Reply> drop(const Call& call);
  Outcome<Reply> drop_all(const Call& call);
  void dropped_in(Scope& scope, TimePoint now);
  void undo_drop(const StoredObject& stored, TimePoint now, Effects& out);
  void forget(SharedObject& object);
  static void tell_gap(const std::vector<ToolId>& tools, Effects& out);

  // stream_requests.cpp
  Outcome<Reply> publish(const Call& call);
  Outcome<Reply> unpublish(const Call& call);
  Outcome<Reply> meta(const Call& call);
  [[nodiscard]] std::optional<std::uint64_t> stamp(const Meta& meta, std::string_view path,
                                                   TimePoint now) const;
  bool is_new(const Call& call, const Meta& meta);
  void tell_meta(const Call& call, Meta meta);
  Outcome<Reply> history(const Call& call);
  Outcome<Reply> time(const Call& call);
  Outcome<Reply> rates(const Call& call);
  /// The stream that the call is about, if its member publishes it.
  Outcome<Stream*> published_stream(const Call& call);
  Outcome<Reply> follow(const Call& call);
  Outcome<Reply> unfollow(const Call& call);
  void announce(const Stream& stream, std::string body, ToolId origin, Effects& out);
  void end_stream(const Member& member, std::string_view path, Effects& out);
  void end_streams_in(Member& member, const Scope& scope, Effects& out);

  // call_requests.cpp
  Outcome<Reply> serve(const Call& call);
  Outcome<Reply> unserve(const Call& call);
  Outcome<Reply> begin_call(const Call& call);
  Outcome<Reply> result(const Call& call);
  Outcome<Reply> kick(const Call& call);
  Outcome<void> check_caller(const Call& call) const;
  Outcome<Callee> find_callee(const Call& call, std::string_view to);
  Outcome<const Member*> find_member(std::string_view id) const;
  static void end_call(const OpenCall& over, const Refusal& why, Effects& out);
  void end_calls_to(ToolId tool, std::optional<std::uint64_t> member, Effects& out);
  void end_late_calls(TimePoint now, Effects& out);

  // emit_requests.cpp
  Outcome<Reply> emit(const Call& call);
  Outcome<void> may_emit(const Call& call) const;
  Outcome<Reply> emit_to(const Call& call, std::string_view to, std::string body);
  void emit_to_all(const Call& call, std::string_view route, std::string body);

  // mail_requests.cpp
  Outcome<Reply> register_reader(const Call& call);
  Outcome<Reply> unregister_reader(const Call& call);
  Outcome<Reply> notify(const Call& call);
  Outcome<Reply> acknowledge(const Call& call);
  Outcome<void> may_register(const Call& call) const;
  static Outcome<Reader> reader_of(const Call& call);
  static void tell_mail(const Mailbox& mailbox, std::uint64_t number, const Reader& to,
                        Effects& out);
  static void tell_readers(const Mailbox& mailbox, std::uint64_t from, Effects& out);
  static void tell_replaced(const Mailbox& mailbox, const Reader& to, Effects& out);
  Outcome<void> restore_mailbox(const StoredObject& stored, TimePoint now);
  bool revert_mailbox(StoreId id, const std::optional<StoredObject>& stored, TimePoint now);

  const Options options_;
  const Sources sources_;
  Observations seen_;
  json::Parser parser_;
  std::map<ToolId, Tool> tools_;
  Access access_;
  ScopeTree scopes_;
  Timers<Scope> empty_rooms_;
  Objects objects_;
  Streams streams_;
  Metadata metadata_;
  Producers meta_producers_;
  Follows follows_;
  Methods methods_;
  Calls calls_;
  Mailboxes mailboxes_;
  Totals totals_;  // what has happened; totals() adds what there is
};

}  // namespace so::hub
