#include "hub/mailboxes.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/number.h"
#include "json/members.h"
#include "json/read.h"

namespace so::hub {
namespace {

constexpr std::string_view kTerms = "$";  // the attribute that is no message

std::optional<std::uint64_t> number_of(std::string_view text) {
  const auto number = parse_number<std::uint64_t>(text);
  return number && *number != 0 ? number : std::nullopt;
}

// About: the words around a message, and who reads it.
std::size_t event_size(const Mailbox& mailbox, std::uint64_t number) {
  constexpr std::size_t kWords = 80;
  return kWords + mailbox.identity.size() + mailbox.messages.at(number - mailbox.first()).size();
}

struct StoredTerms {
  Millis lifetime{};
  WallMillis expires{};
  bool read = true;  // what does not say so may have been
};

Outcome<void> read_terms(const StoredObject& stored, StoredTerms& terms) {
  const auto& all = stored.attributes;
  const auto has_them = [](const Attribute& each) { return each.key == kTerms; };
  const auto at = std::find_if(all.begin(), all.end(), has_them);
  if (at == all.end()) return {};
  json::Parser parser;
  const auto value = parser.parse(at->value);
  if (!value) return refuse(Why::kBadRequest, "the terms of a mailbox are not JSON");
  terms.lifetime = Millis{json::integer(*value, "lifetime").value_or(0)};
  terms.expires = WallMillis{json::integer(*value, "expires").value_or(0)};
  terms.read = json::boolean(*value, "read").value_or(true);
  return {};
}

}  // namespace

Mailbox* Mailboxes::find(std::string_view identity) const {
  const auto at = by_identity_.find(identity);
  return at == by_identity_.end() ? nullptr : at->second.get();
}

Mailbox* Mailboxes::find(StoreId id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : at->second;
}

std::size_t Mailboxes::count(const wire::MemberId& reader) const {
  const auto at = by_reader_.find(reader);
  return at == by_reader_.end() ? 0 : at->second.size();
}

Record Mailboxes::record(const Mailbox& mailbox, Record::Kind kind) {
  Record record{.kind = kind, .id = mailbox.id, .epoch = mailbox.epoch, .version = mailbox.last};
  if (kind != Record::Kind::kCreate) return record;
  record.scope = kMailScope;
  record.name = mailbox.identity;
  return record;
}

// Its time begins anew. While it is read, `expires` is not kept up to date, and means nothing.
void Mailboxes::renew(Mailbox& mailbox, Record& record, TimePoint now) {
  mailbox.doubtful = false;
  expiring_.arm(mailbox, now + mailbox.lifetime);
  const auto expires = (sources_.wall() + mailbox.lifetime).count();
  record.edits.push_back(
      {.kind = Edit::Kind::kSet,
       .key = std::string{kTerms},
       .value = fmt::format(R"({{"lifetime":{},"expires":{},"read":{}}})", mailbox.lifetime.count(),
                            expires, !mailbox.readers.empty())});
}

Outcome<Mailbox*> Mailboxes::make(std::string_view identity, const Terms& terms) {
  if (by_identity_.size() >= options_.mailboxes) {
    return refuse(Why::kLimit, fmt::format("mailboxes: {} is the limit", options_.mailboxes));
  }
  auto made = std::make_unique<Mailbox>();
  Mailbox& mailbox = *made;
  mailbox.identity = identity;
  mailbox.id = sources_.number();
  mailbox.epoch = sources_.random();
  mailbox.lifetime = terms.lifetime;
  by_identity_.emplace(mailbox.identity, std::move(made));
  by_id_.emplace(mailbox.id, &mailbox);
  records_.push_back(record(mailbox, Record::Kind::kCreate));
  return &mailbox;
}

Outcome<Mailboxes::Registered> Mailboxes::add(std::string_view identity, const Reader& reader,
                                              const Terms& terms, TimePoint now) {
  Mailbox* mailbox = find(identity);
  if (mailbox == nullptr) {
    const auto made = make(identity, terms);
    if (!made) return fail(made.error());
    mailbox = *made;
  }
  mailbox->lifetime = terms.lifetime;
  auto& readers = mailbox->readers;
  const auto same = [&](const Reader& each) { return each.id == reader.id; };
  if (std::erase_if(readers, same) == 0) by_reader_[reader.id].push_back(mailbox);
  readers.push_back(reader);
  Registered registered{mailbox, {}};
  while (readers.size() > terms.connections) {
    registered.replaced.push_back(readers.front());
    unread(*mailbox, registered.replaced.back().id, now);
  }
  Record change = record(*mailbox, Record::Kind::kChange);
  renew(*mailbox, change, now);
  records_.push_back(std::move(change));
  return registered;
}

void Mailboxes::unread(Mailbox& mailbox, const wire::MemberId& reader, TimePoint now) {
  const auto same = [&](const Reader& each) { return each.id == reader; };
  if (std::erase_if(mailbox.readers, same) == 0) return;
  const auto its = by_reader_.find(reader);
  std::erase(its->second, &mailbox);
  if (its->second.empty()) by_reader_.erase(its);
  // Who reads keeps it alive, so its lifetime is counted from here.
  if (!mailbox.readers.empty()) return;
  Record change = record(mailbox, Record::Kind::kChange);
  renew(mailbox, change, now);
  records_.push_back(std::move(change));
}

void Mailboxes::remove(std::string_view identity, const wire::MemberId& reader, TimePoint now) {
  if (Mailbox* mailbox = find(identity)) unread(*mailbox, reader, now);
}

void Mailboxes::remove_all(const wire::MemberId& reader, TimePoint now) {
  for (auto its = by_reader_.find(reader); its != by_reader_.end(); its = by_reader_.find(reader)) {
    unread(*its->second.back(), reader, now);
  }
}

// Messages follow each other in the window: a small one does not overtake a big one.
void Mailboxes::widen(Mailbox& mailbox) const {
  while (mailbox.told < mailbox.last) {
    const std::size_t next = event_size(mailbox, mailbox.told + 1);
    const bool empty = mailbox.told < mailbox.first();
    const bool fits = mailbox.told + 1 - mailbox.first() < options_.window_messages &&
                      mailbox.window_bytes + next <= options_.window_bytes;
    if (!empty && !fits) return;
    ++mailbox.told;
    mailbox.window_bytes += next;
  }
}

// Whether the note is a new one that has a place.
Outcome<Mailboxes::Status> Mailboxes::check_note(const Mailbox& mailbox, const Note& note) const {
  if (!note.producer.empty()) {
    const std::uint64_t last = mailbox.producers.last(note.producer);
    if (note.sequence <= last) return Status::kDuplicate;
    if (note.sequence > last + 1) return Status::kGap;
  }
  if (mailbox.messages.size() >= options_.messages) {
    return refuse(Why::kLimit, fmt::format("messages of mailbox {}: {} is the limit",
                                           mailbox.identity, options_.messages));
  }
  if (mailbox.bytes + note.members.size() > options_.mailbox_bytes) {
    return refuse(Why::kLimit, fmt::format("bytes of mailbox {}: {} is the limit", mailbox.identity,
                                           options_.mailbox_bytes));
  }
  if (bytes_ + note.members.size() > options_.all_mail_bytes) {
    return refuse(Why::kLimit,
                  fmt::format("bytes of all mailboxes: {} is the limit", options_.all_mail_bytes));
  }
  return Status::kOk;
}

Outcome<Mailboxes::Stored> Mailboxes::put(std::string_view identity, Note note, TimePoint now) {
  Mailbox* mailbox = find(identity);
  if (mailbox == nullptr) return refuse(Why::kNotFound, fmt::format("no mailbox {}", identity));
  const auto status = check_note(*mailbox, note);
  if (!status) return fail(status.error());
  if (*status != Status::kOk) {
    return Stored{mailbox, *status, mailbox->producers.last(note.producer)};
  }
  ++mailbox->last;
  mailbox->bytes += note.members.size();
  bytes_ += note.members.size();
  Record change = record(*mailbox, Record::Kind::kChange);
  // In the store they are inside of an object: a value has to be JSON.
  change.edits.push_back({.kind = Edit::Kind::kSet,
                          .key = fmt::format("{}", mailbox->last),
                          .value = json::with_members({}, note.members)});
  if (!note.producer.empty()) {
    mailbox->producers.remember(
        {note.producer, note.author, note.sequence, mailbox->last},
        {options_.producers, options_.producers_per_author, options_.forget}, now,
        change.forgotten);
    change.producer = note.producer;
    change.sequence = note.sequence;
  }
  if (mailbox->doubtful && !mailbox->readers.empty()) renew(*mailbox, change, now);
  mailbox->messages.push_back(std::move(note.members));
  widen(*mailbox);
  records_.push_back(std::move(change));
  return Stored{mailbox, Status::kOk, 0};
}

Outcome<Mailboxes::Acknowledged> Mailboxes::acknowledge(std::string_view identity,
                                                        const wire::MemberId& reader,
                                                        std::uint64_t epoch, std::uint64_t number,
                                                        TimePoint now) {
  const Mailbox* mailbox = find(identity);
  const auto is_reader = [&](const Reader& each) { return each.id == reader; };
  if (mailbox != nullptr &&
      std::none_of(mailbox->readers.begin(), mailbox->readers.end(), is_reader)) {
    return refuse(Why::kNotJoined, fmt::format("not registered as {}", identity));
  }
  return acknowledge(identity, epoch, number, now);
}

Outcome<Mailboxes::Acknowledged> Mailboxes::acknowledge(std::string_view identity,
                                                        std::uint64_t epoch, std::uint64_t number,
                                                        TimePoint now) {
  Mailbox* mailbox = find(identity);
  if (mailbox == nullptr) return refuse(Why::kNotFound, fmt::format("no mailbox {}", identity));
  if (epoch != mailbox->epoch || number > mailbox->last) {
    return refuse(Why::kGone, fmt::format("mailbox {} is not the one that had this", identity));
  }
  Record change = record(*mailbox, Record::Kind::kChange);
  while (!mailbox->messages.empty() && mailbox->first() <= number) {
    change.edits.push_back(
        {.kind = Edit::Kind::kDelete, .key = fmt::format("{}", mailbox->first())});
    if (mailbox->first() <= mailbox->told) {
      mailbox->window_bytes -= event_size(*mailbox, mailbox->first());
    }
    mailbox->bytes -= mailbox->messages.front().size();
    bytes_ -= mailbox->messages.front().size();
    mailbox->messages.pop_front();
  }
  if (change.edits.empty()) return Acknowledged{mailbox, mailbox->told + 1};  // before
  renew(*mailbox, change, now);
  records_.push_back(std::move(change));
  mailbox->told = std::max(mailbox->told, mailbox->first() - 1);
  const std::uint64_t next = mailbox->told + 1;
  widen(*mailbox);
  return Acknowledged{mailbox, next};
}

Outcome<void> Mailboxes::restore(const StoredObject& stored, TimePoint now, Millis least) {
  StoredTerms terms{.lifetime = options_.mail_lifetime};
  if (auto good = read_terms(stored, terms); !good) return good;
  if (find(stored.name) != nullptr) return refuse(Why::kInUse, "the mailbox is there already");
  auto made = std::make_unique<Mailbox>();
  Mailbox& mailbox = *made;
  by_identity_.emplace(stored.name, std::move(made));
  by_id_.emplace(stored.id, &mailbox);
  mailbox.identity = stored.name;
  mailbox.id = stored.id;
  mailbox.epoch = stored.epoch;
  mailbox.lifetime = terms.lifetime;
  fill(mailbox, stored, now);
  if (!terms.read) {
    const Millis left = std::min(terms.expires - sources_.wall(), terms.lifetime);
    expiring_.arm(mailbox, now + std::max(left, least));
    return {};
  }
  // Its readers had no hub meanwhile. If none comes back, no later hub gives it more time.
  Record change = record(mailbox, Record::Kind::kChange);
  renew(mailbox, change, now);
  records_.push_back(std::move(change));
  return {};
}

void Mailboxes::revert(Mailbox& mailbox, const StoredObject& stored, TimePoint now) {
  fill(mailbox, stored, now);
  mailbox.doubtful = true;
}

// Messages are numbered without holes: what is not so was not written by us.
void Mailboxes::fill(Mailbox& mailbox, const StoredObject& stored, TimePoint now) {
  std::map<std::uint64_t, std::string> messages;
  for (const Attribute& each : stored.attributes) {
    const auto number = number_of(each.key);
    if (number && each.value.size() > 2) messages[*number] = json::members_of(each.value);
  }
  bytes_ -= mailbox.bytes;
  mailbox.last = stored.version;
  mailbox.messages.clear();
  mailbox.bytes = 0;
  for (auto at = messages.find(mailbox.last); at != messages.end();
       at = messages.find(mailbox.first() - 1)) {
    mailbox.bytes += at->second.size();
    mailbox.messages.push_front(std::move(at->second));
  }
  bytes_ += mailbox.bytes;
  mailbox.told = std::clamp(mailbox.told, mailbox.first() - 1, mailbox.last);
  mailbox.window_bytes = 0;
  for (std::uint64_t number = mailbox.first(); number <= mailbox.told; ++number) {
    mailbox.window_bytes += event_size(mailbox, number);
  }
  widen(mailbox);
  mailbox.producers = {};
  for (const auto& [name, last] : stored.producers) mailbox.producers.restore(name, last, now);
}

void Mailboxes::forget(Mailbox& mailbox) {
  for (const Reader& each : mailbox.readers) {
    const auto its = by_reader_.find(each.id);
    std::erase(its->second, &mailbox);
    if (its->second.empty()) by_reader_.erase(its);
  }
  expiring_.disarm(mailbox);
  bytes_ -= mailbox.bytes;
  by_id_.erase(mailbox.id);
  by_identity_.erase(by_identity_.find(mailbox.identity));
}

void Mailboxes::tick(TimePoint now) {
  while (Mailbox* mailbox = expiring_.take(now)) {
    Record change = record(*mailbox, Record::Kind::kChange);
    if (!mailbox->readers.empty()) {
      renew(*mailbox, change, now);
    } else {
      change = record(*mailbox, Record::Kind::kDestroy);
      forget(*mailbox);
    }
    records_.push_back(std::move(change));
  }
}

}  // namespace so::hub
