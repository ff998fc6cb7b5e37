#include "metrics.h"

#include <array>
#include <chrono>
#include <string_view>

#include "wire/frame.h"

namespace so {
namespace {

template <class Integer>
double number(Integer value) {
  return static_cast<double>(value);
}

void add_requests(metrics::Families& to, const hub::Totals& totals) {
  to.counter("scopewire_hub_requests_total", "requests of tools, by kind");
  for (std::size_t kind = 0; kind < totals.requests.size(); ++kind) {
    if (totals.requests.at(kind) == 0) continue;
    const std::string_view name = wire::to_text(static_cast<wire::Kind>(kind));
    to.value(number(totals.requests.at(kind)), {{"kind", name}});
  }
  to.counter("scopewire_hub_refusals_total", "requests refused, by the code of the error");
  for (const auto& [why, count] : totals.refusals) {
    to.value(number(count), {{"code", hub::to_text(why)}});
  }
  constexpr std::array<std::string_view, hub::Totals::kVerdicts> kVerdicts{"ok", "noop", "dup",
                                                                           "gap", "cas"};
  to.counter("scopewire_hub_changes_total", "changes of shared objects, by what became of them");
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    to.value(number(totals.verdicts.at(i)), {{"status", kVerdicts.at(i)}});
  }
  to.counter("scopewire_hub_recoveries_total",
             "readers that came back, by what they were told: the missed changes, or all anew");
  to.value(number(totals.resumed), {{"result", "log"}});
  to.value(number(totals.restarted), {{"result", "snapshot"}});
}

void add_hub(metrics::Families& to, const hub::Totals& totals) {
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    to.gauge(name, help);
    to.value(value);
  };
  gauge("scopewire_hub_tools", "tools with a lease", number(totals.tools));
  gauge("scopewire_hub_members", "connections that tools serve", number(totals.members));
  gauge("scopewire_hub_scopes", "applications and rooms", number(totals.scopes));
  gauge("scopewire_hub_objects", "shared objects", number(totals.objects));
  gauge("scopewire_hub_object_data_bytes", "what all attributes hold", number(totals.data_bytes));
  gauge("scopewire_hub_object_log_bytes", "what returning readers can be told exactly",
        number(totals.log_bytes));
  gauge("scopewire_hub_streams", "streams that are published", number(totals.streams));
  add_requests(to, totals);
}

void add_bus(metrics::Families& to, const bus::ZmqHub& bus) {
  const bus::ZmqHub::Counters& counters = bus.counters();
  to.counter("scopewire_bus_frames_total", "frames of the bus, by direction");
  to.value(number(counters.frames_in), {{"direction", "in"}});
  to.value(number(counters.frames_out), {{"direction", "out"}});
  to.counter("scopewire_bus_malformed_total", "messages that ended in bytes that are no frame");
  to.value(number(counters.malformed));
  to.counter("scopewire_bus_refused_total",
             "connections that did not come to be, for want of a key or of the right protocol");
  to.value(number(counters.refused));
  to.counter("scopewire_bus_gaps_total", "times that a tool fell behind and had to look again");
  to.value(number(counters.gaps));
  to.gauge("scopewire_bus_queue_bytes", "what waits for tools that do not read");
  to.value(number(bus.waiting()));
}

void add_store(metrics::Families& to, const bus::Journal::Counters& counters) {
  to.counter("scopewire_store_commits_total", "commits, by result");
  to.value(number(counters.commits - counters.failed), {{"result", "stored"}});
  to.value(number(counters.failed), {{"result", "failed"}});
  to.counter("scopewire_store_records_total", "changes of persistent objects that were stored");
  to.value(number(counters.records));
  to.counter("scopewire_store_commit_seconds_total", "time spent in commits");
  to.value(std::chrono::duration<double>(counters.time).count());
}

void add_hooks(metrics::Families& to, const bus::Hooks::Counters& hooks) {
  to.counter("scopewire_hook_questions_total", "questions to hooks, by what came of them");
  to.value(number(hooks.questions.allowed), {{"result", "allowed"}});
  to.value(number(hooks.questions.refused), {{"result", "refused"}});
  to.value(number(hooks.questions.late), {{"result", "late"}});
  to.value(number(hooks.questions.failed), {{"result", "failed"}});
  to.gauge("scopewire_hook_waiting_requests", "requests that wait for hooks");
  to.value(number(hooks.waiting));
  to.counter("scopewire_hook_restarts_total", "processes of hooks that were started again");
  to.value(number(hooks.restarts));
  to.counter("scopewire_hook_missed_events_total", "events that those who observe were not told");
  to.value(number(hooks.missed));
}

}  // namespace

void add_metrics(metrics::Families& to, const HubServer& server) {
  add_hub(to, server.hub().totals());
  add_bus(to, server.bus());
  if (const auto hooks = server.hub().hooks()) add_hooks(to, *hooks);
  if (const auto* stored = server.hub().stored()) add_store(to, *stored);
}

}  // namespace so
