#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "hub/attributes.h"
#include "hub/audience.h"
#include "hub/batch.h"
#include "hub/change_log.h"
#include "hub/counters.h"
#include "hub/options.h"
#include "hub/producers.h"
#include "hub/receipts.h"
#include "hub/records.h"
#include "hub/refusal.h"
#include "hub/rights.h"
#include "hub/timers.h"

namespace so::hub {

struct Scope;

/// What a batch came to; the word of the reply's `status`.
enum class Verdict { kOk, kNoop, kDup, kGap, kCas };

struct Applied {
  Verdict verdict = Verdict::kOk;
  std::uint64_t last = 0;                    // kGap: the producer's last number known
  std::string event;                         // kOk: the body of the change event
  std::uint64_t at = 0;                      // kDup: the version it made then; 0: not known
  [[nodiscard]] std::string status() const;  // the body of the reply
};

/// By whom a batch is, and when.
struct Sent {
  std::string_view member;  // as everybody knows it
  std::string_view author;  // whose share of what is remembered it takes
  TimePoint now;
};

/// What all objects of a hub hold together.
struct Holdings {
  std::size_t data = 0;           // bytes of attributes
  std::size_t logs = 0;           // bytes of what returning readers can be told
  std::vector<Record> records{};  // what is to be stored, until somebody takes it
  Receipts receipts{};            // of batches with a key
};

/// One life of a shared object: attributes at a position (epoch, version). The version is 1 when
/// the life begins and rises by one with every batch that has an effect; nothing else moves it.
class SharedObject : public Timed {
 public:
  /// `id` is 0 unless the object is persistent.
  SharedObject(Scope& home, std::string name, std::uint64_t epoch, StoreId id);

  [[nodiscard]] Scope& home() const { return *home_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool persistent() const { return id_ != 0; }
  [[nodiscard]] StoreId id() const { return id_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] const Attributes& attributes() const { return attributes_; }
  [[nodiscard]] std::size_t log_bytes() const { return log_.bytes(); }

  /// Orders the batch: first (producer, seq), then expect, then the changes, all or nothing. A
  /// refusal leaves the object as it was. Of a persistent object what is to be stored is appended
  /// to the holdings' records.
  Outcome<Applied> apply(Batch batch, const Sent& sent, const Options& options, Holdings& holdings);

  /// What a new object holds from the first version on.
  void begin_with(const std::vector<std::pair<std::string, std::string>>& values,
                  Holdings& holdings);
  /// Becomes what the store has; what is known of the past is forgotten.
  void restore(const StoredObject& stored, TimePoint now, Holdings& holdings);
  /// The same state, but whoever has seen another must start anew.
  void begin_epoch(std::uint64_t epoch) { epoch_ = epoch; }

  /// The body that brings a reader from what it has to the present: the missing batches if all are
  /// known and fit a frame, else a snapshot. Epoch 0: it has nothing.
  [[nodiscard]] std::string catch_up(std::uint64_t epoch, std::uint64_t version) const;
  [[nodiscard]] std::string snapshot() const;
  /// As a resume, the newest n batches, or as many of them as are known and fit a frame.
  [[nodiscard]] std::string history(std::uint64_t n) const;

  // In an order without gaps, as there may be a million objects.
  bool predefined = false;  // it is there as long as its scope
  Audience users;
  TimePoint touched{};  // last used or changed
  ObjectCounters counters;

  // What Access::refresh() keeps here.
  std::uint64_t rights_of = 0;           // which policy it is from; 0: none was asked yet
  std::unique_ptr<const Rights> rights;  // nullptr: it says nothing of this object

 private:
  void begin(std::string& body, std::string_view event) const;
  [[nodiscard]] std::optional<Applied> judge(const Batch& batch, TimePoint now,
                                             const Options& options,
                                             const Holdings& holdings) const;
  bool count(const Batch& batch, bool effect, const Sent& sent, const Options& options,
             std::vector<std::string>& forgotten);
  Outcome<bool> edit(Batch& batch, std::string& event, const Options& options, Holdings& holdings,
                     std::vector<Edit>* edits);
  void keep(std::string_view batch, const Options& options, Holdings& holdings);
  [[nodiscard]] std::optional<std::string> resume(std::uint64_t missing) const;

  Scope* home_;
  std::string name_;
  std::uint64_t epoch_;
  std::uint64_t version_ = 1;
  StoreId id_;
  Attributes attributes_;
  ChangeLog log_;  // each entry: "version":7,"from":ID,"changes":[...]}
  std::unique_ptr<Producers> producers_;
};

}  // namespace so::hub
