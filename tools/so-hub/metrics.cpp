#include "metrics.h"

#include <array>
#include <chrono>
#include <string_view>

#include "wire/frame.h"

namespace so {
namespace {

void add_requests(metrics::Families& to, const hub::Totals& totals) {
  to.counter("scopewire_hub_requests_total", "requests of tools, by kind");
  for (std::size_t kind = 0; kind < totals.requests.size(); ++kind) {
    if (totals.requests.at(kind) == 0) continue;
    const std::string_view name = wire::to_text(static_cast<wire::Kind>(kind));
    to.value(totals.requests.at(kind), {{"kind", name}});
  }
  to.counter("scopewire_hub_refusals_total", "requests refused, by the code of the error");
  for (const auto& [why, count] : totals.refusals) {
    to.value(count, {{"code", hub::to_text(why)}});
  }
  constexpr std::array<std::string_view, hub::Totals::kVerdicts> kVerdicts{"ok", "noop", "dup",
                                                                           "gap", "cas"};
  to.counter("scopewire_hub_changes_total", "changes of shared objects, by what became of them");
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    to.value(totals.verdicts.at(i), {{"status", kVerdicts.at(i)}});
  }
  to.counter("scopewire_hub_recoveries_total",
             "readers that came back, by what they were told: the missed changes, or all anew");
  to.value(totals.resumed, {{"result", "log"}});
  to.value(totals.restarted, {{"result", "snapshot"}});
}

void add_hub(metrics::Families& to, const hub::Totals& totals) {
  to.gauge("scopewire_hub_tools", "tools with a lease", totals.tools);
  to.gauge("scopewire_hub_members", "connections that tools serve", totals.members);
  to.gauge("scopewire_hub_scopes", "applications and rooms", totals.scopes);
  to.gauge("scopewire_hub_objects", "shared objects", totals.objects);
  to.gauge("scopewire_hub_object_data_bytes", "what all attributes hold", totals.data_bytes);
  to.gauge("scopewire_hub_object_log_bytes", "what returning readers can be told exactly",
           totals.log_bytes);
  to.gauge("scopewire_hub_streams", "streams that are published", totals.streams);
  to.gauge("scopewire_hub_metadata_values", "kept, of all streams", totals.metadata_values);
  to.gauge("scopewire_hub_metadata_bytes", "what they hold", totals.metadata_bytes);
  to.counter("scopewire_hub_metadata_forgotten_total", "values that made room for newer ones",
             totals.metadata_forgotten);
  add_requests(to, totals);
}

void add_bus(metrics::Families& to, const bus::ZmqHub& bus) {
  const bus::ZmqHub::Counters& counters = bus.counters();
  to.counter("scopewire_bus_frames_total", "frames of the bus, by direction");
  to.value(counters.frames_in, {{"direction", "in"}});
  to.value(counters.frames_out, {{"direction", "out"}});
  to.counter("scopewire_bus_malformed_total", "messages that ended in bytes that are no frame",
             counters.malformed);
  to.counter("scopewire_bus_refused_total",
             "connections that did not come to be, for want of a key or of the right protocol",
             counters.refused);
  to.counter("scopewire_bus_gaps_total", "times that a tool fell behind and had to look again",
             counters.gaps);
  to.counter("scopewire_bus_put_off_total",
             "messages of tools that had enough to read before more was done for them",
             counters.put_off);
  to.gauge("scopewire_bus_queue_bytes", "what waits for tools that do not read", bus.waiting());
}

void add_store(metrics::Families& to, const bus::Journal::Counters& counters) {
  to.counter("scopewire_store_commits_total", "commits, by result");
  to.value(counters.commits - counters.failed, {{"result", "stored"}});
  to.value(counters.failed, {{"result", "failed"}});
  to.counter("scopewire_store_records_total", "changes of persistent objects that were stored",
             counters.records);
  to.counter("scopewire_store_commit_seconds_total", "time spent in commits",
             std::chrono::duration<double>(counters.time).count());
}

void add_hooks(metrics::Families& to, const bus::Hooks::Counters& hooks) {
  to.counter("scopewire_hook_questions_total", "questions to hooks, by what came of them");
  to.value(hooks.questions.allowed, {{"result", "allowed"}});
  to.value(hooks.questions.refused, {{"result", "refused"}});
  to.value(hooks.questions.late, {{"result", "late"}});
  to.value(hooks.questions.failed, {{"result", "failed"}});
  to.gauge("scopewire_hook_waiting_requests", "requests that wait for hooks", hooks.waiting);
  to.counter("scopewire_hook_restarts_total", "processes of hooks that were started again",
             hooks.restarts);
  to.counter("scopewire_hook_missed_events_total", "events that those who observe were not told",
             hooks.missed);
}

}  // namespace

void add_metrics(metrics::Families& to, const HubServer& server) {
  add_hub(to, server.hub().totals());
  add_bus(to, server.bus());
  if (const auto hooks = server.hub().hooks()) add_hooks(to, *hooks);
  if (const auto* stored = server.hub().stored()) add_store(to, *stored);
}

}  // namespace so
