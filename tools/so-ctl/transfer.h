#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bus/client.h"
#include "json/read.h"
#include "json/splitter.h"
#include "net/loop.h"

namespace so::ctl {

// Objects as lines, out of a hub and into one:
//
//     {"scope":"/chat/room1","object":"board","persistent":true,"data":{"x":5}}
//
// The attributes of a scope are the object "".

/// Prints the objects of a scope and all below it, sorted by path and name.
class Export {
 public:
  using Print = std::function<bool(std::string_view line)>;  // false: nobody reads any more
  Export(net::Loop& loop, bus::Client& hub, std::string scope, bool all, Print print);
  void start();

 private:
  void list(const std::string& scope);
  void listed(const std::string& scope, std::string_view body);
  void get(const std::string& scope, const std::string& object);
  void answered();
  void refuse(const bus::Reply& why);

  net::Loop& loop_;
  bus::Client& hub_;
  std::string scope_;
  bool all_;  // those that are not persistent too
  Print print_;
  std::size_t waiting_ = 0;  // answers
  bool cut_ = false;         // a list was too long for one answer
  std::map<std::pair<std::string, std::string>, std::string> lines_;
};

/// Makes objects what their lines say: what they held before goes. An object of ordinary size is
/// one batch; a larger one comes in several. A line that is broken or that the hub does not take is
/// reported with its number, and costs no other.
class Import {
 public:
  Import(net::Loop& loop, bus::Client& hub, std::function<void()> drained);

  void receive(std::string_view text);
  /// There is no more: the loop is stopped when all are answered, with 9 if some were not taken.
  void end();
  /// So many are under way that no more should be read until drained() is called.
  [[nodiscard]] bool full() const;

 private:
  struct Item {
    std::size_t line;
    std::string scope, object;
    bool persistent;
    std::deque<std::string> batches;
  };
  void take_pieces();
  void begin(std::size_t line, std::string_view text);
  void enter(const std::shared_ptr<Item>& item);
  void write(const std::shared_ptr<Item>& item);
  void finished(std::size_t line, const bus::Reply& reply);

  net::Loop& loop_;
  bus::Client& hub_;
  std::function<void()> drained_;
  json::Splitter splitter_{{.bytes = std::size_t{2} << 20U, .depth = 32}};  // more than an object
  std::uint64_t member_;
  std::size_t taken_ = 0;
  std::size_t under_way_ = 0;
  std::size_t refused_ = 0;
  bool ended_ = false;
};

/// The line of an object, of its snapshot as the hub answers it.
std::string export_line(std::string_view scope, std::string_view object, json::Element snapshot);

}  // namespace so::ctl
