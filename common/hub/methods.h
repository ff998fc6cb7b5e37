#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/effects.h"
#include "hub/refusal.h"

namespace so::hub {

/// Which tool answers which method, and where: in a scope and all below it.
class Methods {
 public:
  /// A method of one scope has several servers only if each of them shares. Refused: kInUse.
  Outcome<void> serve(ToolId tool, std::string_view scope, std::string_view method, bool share);
  void unserve(ToolId tool, std::string_view scope, std::string_view method);
  void remove_all(ToolId tool);

  [[nodiscard]] bool has(ToolId tool, std::string_view scope, std::string_view method) const;
  [[nodiscard]] std::size_t count(ToolId tool) const;  // of methods served

  /// Who answers a call from the scope: who serves the method there, else next above. Those who
  /// share take turns.
  std::optional<ToolId> next(std::string_view scope, std::string_view method);

 private:
  struct Server {
    ToolId tool;
    bool share;
  };
  struct Served {
    std::vector<Server> servers;  // never empty
    std::size_t turn = 0;
  };
  using Names = std::map<std::string, Served, std::less<>>;
  static Server* find(Served& served, ToolId tool);

  std::map<std::string, Names, std::less<>> by_scope_;  // no empty ones
  std::map<ToolId, std::size_t> counts_;                // no zeros
};

}  // namespace so::hub
