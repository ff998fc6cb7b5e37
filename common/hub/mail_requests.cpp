#include "hub/mail_requests.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/fields.h"
#include "hub/state.h"
#include "json/members.h"
#include "json/write.h"
#include "wire/path.h"

namespace so::hub {
namespace {

constexpr std::size_t kMaxProducer = 64;
constexpr Millis kEndAgain{60'000};  // after the store could not take the end of a mailbox

Outcome<void> check_identity(std::string_view identity) {
  auto good = wire::check_name("identity", identity, wire::kMaxObjectName);
  if (!good) return refuse(Why::kBadPath, good.error().text);
  return {};
}

// Who has said it: the member, and the user if its claims have one.
std::string note_members(const Notify& notify, const wire::MemberId& from,
                         const policy::Credentials* who) {
  json::Writer out;
  out.object().key("message").raw(notify.message).key("from").string(wire::to_text(from));
  if (const auto user = who == nullptr ? std::string_view{} : who->first("sub"); !user.empty()) {
    out.key("user").raw(user);
  }
  return std::string{json::members_of(out.end().take())};
}

}  // namespace

Outcome<Register> Register::read(json::Element body, const Options& options) {
  Fields in{body};
  const auto usual = static_cast<std::uint64_t>(options.mail_lifetime.count());
  const auto least = static_cast<std::uint64_t>(options.shortest_mail.count());
  const auto most = static_cast<std::uint64_t>(options.longest_mail.count());
  const std::uint64_t lifetime = std::max(in.natural("lifetime").value_or(usual), least);
  if (lifetime > most) {
    in.wrong(Why::kLimit, "lifetime", fmt::format("is over the limit of {} milliseconds", most));
  }
  const std::uint64_t connections =
      std::max<std::uint64_t>(1, in.natural("max_connections").value_or(1));
  if (connections > options.readers) {
    in.wrong(Why::kLimit, "max_connections",
             fmt::format("is over the limit of {}", options.readers));
  }
  if (in.refusal()) return fail(*in.refusal());
  return Register{Millis{lifetime}, connections};
}

Outcome<Notify> Notify::read(json::Element body, const Options& options) {
  Fields in{body};
  Notify notify;
  const auto message = in.need("message", in.value("message"));
  const auto producer = in.text("producer");
  const auto seq = in.natural("seq");
  if (producer || seq) {
    notify.producer = in.need("producer", producer);
    notify.seq = in.need("seq", seq);
    if (!in.refusal() &&
        (notify.seq == 0 || notify.producer.empty() || notify.producer.size() > kMaxProducer)) {
      in.wrong(Why::kBadRequest, "producer",
               fmt::format("is not 1 to {} bytes, or its seq is 0", kMaxProducer));
    }
  }
  if (in.refusal()) return fail(*in.refusal());
  notify.message = json::compact(message);
  if (notify.message.size() <= options.value_bytes) return notify;
  return refuse(Why::kLimit, fmt::format("message of {} bytes is over the limit of {}",
                                         notify.message.size(), options.value_bytes));
}

// One's own mailbox is everybody's; others are for whom a rule allows it.
Outcome<void> Hub::State::may_register(const Call& call) const {
  const policy::Credentials* who = who_asks(call);
  const std::string_view identity = call.frame.name;
  if (who == nullptr) return {};
  const policy::Subject subject{.scope = "/", .name = identity};
  const policy::Decision decision =
      access_.policy() == nullptr
          ? policy::Decision{}
          : access_.policy()->decide(policy::Action::kRegister, subject, *who);
  if (decision.rule) return access_.check(policy::Action::kRegister, subject, who);
  if (who->has("sub", json::Writer{}.string(identity).text())) return {};
  return fail(Refusal{Why::kDenied, fmt::format("register of {} is for that user alone", identity),
                      Access::details(policy::Action::kRegister)});
}

Outcome<Reader> Hub::State::reader_of(const Call& call) {
  const std::uint64_t number = call.frame.header.member;
  if (number != 0 && find_member(call) == nullptr && !call.visitor.visits) {
    return refuse(Why::kNotJoined, "the member has joined nothing");
  }
  return Reader{call.tool.id, {call.tool.incarnation, number}};
}

Outcome<Hub::State::Reply> Hub::State::register_reader(const Call& call) {
  const auto request = Register::read(call.body, options_);
  if (!request) return fail(request.error());
  if (auto good = check_identity(call.frame.name); !good) return fail(good.error());
  const auto reader = reader_of(call);
  if (!reader) return fail(reader.error());
  if (auto good = may_register(call); !good) return fail(good.error());
  if (mailboxes_.count(reader->id) >= options_.identities_per_member) {
    return refuse(Why::kLimit, fmt::format("identities of the member: {} is the limit",
                                           options_.identities_per_member));
  }
  const auto registered =
      mailboxes_.add(call.frame.name, *reader, {request->lifetime, request->connections}, call.now);
  if (!registered) return fail(registered.error());
  const Mailbox& mailbox = *registered->mailbox;
  for (const Reader& each : registered->replaced) tell_replaced(mailbox, each, call.out);
  for (std::uint64_t number = mailbox.first(); number <= mailbox.told; ++number) {
    tell_mail(mailbox, number, *reader, call.out);
  }
  return Reply{.body = fmt::format(R"({{"waiting":{}}})", mailbox.messages.size()),
               .epoch = mailbox.epoch,
               .version = mailbox.last,
               .about = mailbox.id};
}

Outcome<Hub::State::Reply> Hub::State::unregister_reader(const Call& call) {
  mailboxes_.remove(call.frame.name, {call.tool.incarnation, call.frame.header.member}, call.now);
  return Reply{};
}

Outcome<Hub::State::Reply> Hub::State::notify(const Call& call) {
  const auto request = Notify::read(call.body, options_);
  if (!request) return fail(request.error());
  if (auto good = check_identity(call.frame.name); !good) return fail(good.error());
  const auto from = reader_of(call);
  if (!from) return fail(from.error());
  const policy::Credentials* who = who_asks(call);
  const policy::Subject subject{.scope = "/", .name = call.frame.name};
  if (auto good = access_.check(policy::Action::kNotify, subject, who); !good) {
    return fail(good.error());
  }
  const auto stored = mailboxes_.put(call.frame.name,
                                     {.members = note_members(*request, from->id, who),
                                      .producer = std::string{request->producer},
                                      .sequence = request->seq,
                                      .author = author_of(call)},
                                     call.now);
  if (!stored) return fail(stored.error());
  const Mailbox& mailbox = *stored->mailbox;
  Reply reply{.body = R"({"status":"ok"})",
              .epoch = mailbox.epoch,
              .version = mailbox.last,
              .about = mailbox.id};
  if (stored->status == Mailboxes::Status::kDuplicate) reply.body = R"({"status":"dup"})";
  if (stored->status == Mailboxes::Status::kGap) {
    reply.body = fmt::format(R"({{"status":"gap","last":{}}})", stored->producer_last);
  }
  if (stored->status != Mailboxes::Status::kOk) return reply;
  if (mailbox.told == mailbox.last) tell_readers(mailbox, mailbox.last, call.out);
  return reply;
}

// A visitor reads elsewhere, or did: it may if it might register.
Outcome<Hub::State::Reply> Hub::State::acknowledge(const Call& call) {
  const wire::Header& header = call.frame.header;
  const std::string_view identity = call.frame.name;
  if (call.visitor.visits) {
    if (auto good = check_identity(identity); !good) return fail(good.error());
    if (auto good = may_register(call); !good) return fail(good.error());
  }
  const auto done = call.visitor.visits
                        ? mailboxes_.acknowledge(identity, header.epoch, header.version, call.now)
                        : mailboxes_.acknowledge(identity, {call.tool.incarnation, header.member},
                                                 header.epoch, header.version, call.now);
  if (!done) return fail(done.error());
  const Mailbox& mailbox = *done->mailbox;
  tell_readers(mailbox, done->next, call.out);
  return Reply{.body = fmt::format(R"({{"waiting":{}}})", mailbox.messages.size()),
               .epoch = mailbox.epoch,
               .version = mailbox.last,
               .about = mailbox.id};
}

// What has come into the window, from this number on.
void Hub::State::tell_readers(const Mailbox& mailbox, std::uint64_t from, Effects& out) {
  for (std::uint64_t number = from; number <= mailbox.told; ++number) {
    for (const Reader& each : mailbox.readers) tell_mail(mailbox, number, each, out);
  }
}

void Hub::State::tell_mail(const Mailbox& mailbox, std::uint64_t number, const Reader& to,
                           Effects& out) {
  const std::string& members = mailbox.messages.at(number - mailbox.first());
  wire::Frame event{{.kind = wire::Kind::kMail,
                     .member = to.id.number,
                     .epoch = mailbox.epoch,
                     .version = number},
                    {},
                    mailbox.identity,
                    mail_event({mailbox.identity, mailbox.epoch, number}, members)};
  tell({to.tool}, std::move(event), to.tool, out, mailbox.id);
}

void Hub::State::tell_replaced(const Mailbox& mailbox, const Reader& to, Effects& out) {
  wire::Frame event{{.kind = wire::Kind::kReplaced, .member = to.id.number},
                    {},
                    mailbox.identity,
                    replaced_event(mailbox.identity)};
  tell({to.tool}, std::move(event), to.tool, out, mailbox.id);
}

Outcome<void> Hub::State::restore_mailbox(const StoredObject& stored, TimePoint now) {
  objects_.reserve(stored.id);
  return mailboxes_.restore(stored, now);
}

// Its readers were told nothing of what could not be stored, and read on. False: it is no mailbox.
bool Hub::State::revert_mailbox(StoreId id, const std::optional<StoredObject>& stored,
                                TimePoint now) {
  if (Mailbox* mailbox = mailboxes_.find(id)) {
    stored ? mailboxes_.revert(*mailbox, *stored, now) : mailboxes_.forget(*mailbox);
    return true;
  }
  if (!stored || stored->scope != Mailboxes::kMailScope) return false;
  (void)mailboxes_.restore(*stored, now, kEndAgain);  // refused: the next hub will have it
  return true;
}

}  // namespace so::hub
