#include "cli/yaml_document.h"

#include <sstream>

#include <yaml-cpp/eventhandler.h>

namespace so::cli {
namespace {

/// Counts documents and looks at nothing in them.
class Counter : public YAML::EventHandler {
 public:
  [[nodiscard]] int documents() const { return documents_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override { ++documents_; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

 private:
  int documents_ = 0;
};

}  // namespace

// YAML::LoadAll() takes some broken texts for documents without an end and fills the memory with
// them, so no third one is asked for.
std::optional<YAML::Node> load_document(const std::string& text) {
  std::istringstream in{text};
  YAML::Parser parser{in};
  Counter counter;
  while (counter.documents() < 2 && parser.HandleNextDocument(counter)) {
  }
  if (counter.documents() > 1) return std::nullopt;
  return YAML::Load(text);
}

}  // namespace so::cli
