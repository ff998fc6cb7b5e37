#include "cli/yaml_json.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "json/read.h"
#include "json/write.h"

namespace so::cli {
namespace {

using Node = YamlReader::Node;

constexpr std::size_t kMaxDepth = 30;  // what the hub takes

class Conversion {
 public:
  Conversion(const YamlReader& reader, const std::string& path, std::size_t most)
      : reader_(reader), path_(path), most_(most) {}

  Status value(Node node, std::size_t depth) {
    if (depth > kMaxDepth) return wrong(node, fmt::format("is nested over {} deep", kMaxDepth));
    if (out_.size() > most_) return wrong(node, fmt::format("is over {} bytes as JSON", most_));
    if (node.IsMap()) return map(node, depth);
    if (node.IsSequence()) return list(node, depth);
    if (node.IsScalar()) return scalar(node);
    out_ += "null";
    return {};
  }

  Result<std::string> finish(Node node) {
    if (out_.size() > most_) {
      return fail(wrong(node, fmt::format("is over {} bytes as JSON", most_)).error());
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] Status wrong(Node node, std::string_view is) const {
    return fail(reader_.error(node, fmt::format("{} {}", path_, is)));
  }

  Status map(Node node, std::size_t depth) {
    char before = '{';
    for (const auto& pair : node) {
      out_ += before;
      before = ',';
      if (!pair.first.IsScalar()) return wrong(pair.first, "has a key that is no word");
      if (auto status = text(pair.first); !status) return status;
      out_ += ':';
      if (auto status = value(pair.second, depth + 1); !status) return status;
    }
    out_ += before == '{' ? "{}" : "}";
    return {};
  }

  Status list(Node node, std::size_t depth) {
    char before = '[';
    for (const auto& item : node) {
      out_ += before;
      before = ',';
      if (auto status = value(item, depth + 1); !status) return status;
    }
    out_ += before == '[' ? "[]" : "]";
    return {};
  }

  // A quoted word has the tag "!", a plain one "?".
  Status scalar(Node node) {
    const std::string& word = node.Scalar();
    const bool plain = node.Tag() == "?";
    if (plain && (word == "true" || word == "false" || word == "null")) {
      out_ += word;
      return {};
    }
    const bool may_be_number =
        plain && word.find_first_not_of("0123456789+-.eE") == std::string::npos;
    const auto number =
        may_be_number ? json::normalise(word) : Result<std::string>{fail(Code::kPeer, "")};
    if (!number) return text(node);
    out_ += *number;
    return {};
  }

  Status text(Node node) {
    if (!is_utf8(as_bytes(node.Scalar()))) return wrong(node, "is not UTF-8");
    json::append_string(out_, node.Scalar());
    return {};
  }

  const YamlReader& reader_;
  const std::string& path_;
  std::size_t most_;
  std::string out_;
};

}  // namespace

Result<std::string> yaml_to_json(const YamlReader& reader, const std::string& path, Node node,
                                 std::size_t most) {
  Conversion conversion{reader, path, most};
  if (auto status = conversion.value(node, 0); !status) return fail(status.error());
  return conversion.finish(node);
}

}  // namespace so::cli
