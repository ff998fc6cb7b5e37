#include "cli/yaml_config.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/listen.h"
#include "cli/yaml_document.h"
#include "cli/yaml_hooks.h"
#include "cli/yaml_policy.h"
#include "cli/yaml_reader.h"

namespace so::cli {
namespace {

constexpr std::size_t kMaxBytes = 1U << 20U;

const std::array<std::string, 6> kTools{"so-hub",     "rtmp-ingest", "ws-gateway",
                                        "fmp4-serve", "meta-push",   "so-ctl"};
const std::array<std::string, 13> kProtocols{
    "rtmp",           "rtmps",     "ws",  "wsJsonMeta",  "inboundWSFMP4",  "metrics",
    "rtmpMetrics",    "wsMetrics", "wss", "wssJsonMeta", "inboundWSSFMP4", "fmp4Metrics",
    "inboundJsonMeta"};
const std::array<std::string, 4> kLevels{"error", "warn", "info", "debug"};
const std::array<std::string, 2> kFormats{"text", "json"};
const std::array<std::string, 2> kDurabilities{"process", "power"};
const std::array<std::string, 2> kAsked{"publish", "all"};
const std::array<std::string, 2> kAuthmods{"adobe", "llnw"};
const std::array<std::string, 2> kSwitches{"on", "off"};
const std::array<std::string, 2> kSeconds{"refuse", "replace"};
const std::array<std::string, 2> kBooleans{"true", "false"};

using Names = YamlReader::Names;
using Node = YamlReader::Node;
using Key = YamlReader::Key;
using Read = YamlReader::Read;

bool is_in(std::string_view word, Names words) {
  return std::ranges::find(words, word) != words.end();
}

/// Keeps what it finds.
class Reader : private YamlReader {
 public:
  explicit Reader(Config& out) : YamlReader(out.file), out_(out) {}
  [[nodiscard]] Status document(const YAML::Node& root) const;

 private:
  [[nodiscard]] Status log(Node node) const;
  [[nodiscard]] Status tokens(Node node) const;
  [[nodiscard]] Status users(Node node) const;
  [[nodiscard]] Status tls(Node node) const;
  [[nodiscard]] Status rtmp(Node node) const;
  [[nodiscard]] Status limits(Node node) const;
  [[nodiscard]] Status section(const std::string& path, Node node) const;
  [[nodiscard]] Status acceptors(Node node) const;
  [[nodiscard]] Status acceptor(Node node) const;
  [[nodiscard]] Status policy(Node node) const;
  [[nodiscard]] Status hooks(Node node) const;

  // The forms of values; each is kept under its path.
  [[nodiscard]] Read text() const;
  [[nodiscard]] Read one_of(Names words) const;
  [[nodiscard]] Read words() const;
  [[nodiscard]] Read text_or_words() const;

  void keep(const std::string& path, Node node, std::vector<std::string> words) const {
    out_.entries[path] = {std::move(words), line(node)};
  }

  Config& out_;
};

Status Reader::document(const YAML::Node& root) const {
  if (root.IsNull()) return {};  // an empty file
  const std::array keys{
      Key{"hub", text()},
      Key{"hub_key", text()},
      Key{"hub_secret_key", text()},
      Key{"tool_keys", text()},
      Key{"key", text()},
      Key{"log", [this](const auto&, Node value) { return log(value); }},
      Key{"applications", words()},
      Key{"allow_anonymous", one_of(kBooleans)},
      Key{"origins", words()},
      Key{"fragment", text()},
      Key{"media", text()},
      Key{"media_keys", text()},
      Key{"store", text()},
      Key{"tls", [this](const auto&, Node value) { return tls(value); }},
      Key{"rtmp", [this](const auto&, Node value) { return rtmp(value); }},
      Key{"reuse_port", one_of(kBooleans)},
      Key{"durability", one_of(kDurabilities)},
      Key{"tokens", [this](const auto&, Node value) { return tokens(value); }},
      Key{"users", [this](const auto&, Node value) { return users(value); }},
      Key{"acceptors", [this](const auto&, Node value) { return acceptors(value); }},
      Key{"limits", [this](const auto&, Node value) { return limits(value); }},
      Key{"policy", [this](const auto&, Node value) { return policy(value); }},
      Key{"hooks", [this](const auto&, Node value) { return hooks(value); }}};
  return map("", root, keys);
}

Status Reader::log(Node node) const {
  return map("log.", node,
             std::array{Key{"level", one_of(kLevels)}, Key{"format", one_of(kFormats)}});
}

Status Reader::tokens(Node node) const {
  return map("tokens.", node,
             std::array{Key{"keys", words()}, Key{"issuer", text()}, Key{"audience", text()},
                        Key{"optional", one_of(kBooleans)}});
}

Status Reader::users(Node node) const {
  return map("users.", node,
             std::array{Key{"file", text()}, Key{"ask", one_of(kAsked)},
                        Key{"authmod", one_of(kAuthmods)}});
}

Status Reader::tls(Node node) const {
  return map(
      "tls.", node,
      std::array{Key{"cert", text_or_words()}, Key{"key", text_or_words()}, Key{"ca", text()}});
}

Status Reader::rtmp(Node node) const {
  return map("rtmp.", node,
             std::array{Key{"record", text()}, Key{"gop_cache", one_of(kSwitches)},
                        Key{"second_publisher", one_of(kSeconds)}});
}

// limits: {tool: {name: value}}. Which names a tool has, the tool says (Settings::apply).
Status Reader::limits(Node node) const {
  const Read read = [this](const std::string& path, Node value) { return section(path, value); };
  std::vector<Key> keys;
  keys.reserve(kTools.size());
  for (const std::string& tool : kTools) keys.push_back({tool, read});
  return map("limits.", node, keys);
}

Status Reader::section(const std::string& path, Node node) const {
  if (!node.IsMap()) return fail(error(node, path + " is not a map of names and values"));
  std::vector<Key> keys;
  keys.reserve(node.size());
  for (const auto& pair : node) keys.push_back({pair.first.Scalar(), text()});
  return map(path + ".", node, keys);
}

Status Reader::acceptors(Node node) const {
  if (!node.IsSequence() && !node.IsNull()) return fail(error(node, "acceptors is not a list"));
  for (const std::string& protocol : kProtocols) keep("acceptors." + protocol, node, {});
  for (const auto& item : node) {
    if (auto status = acceptor(item); !status) return status;
  }
  return {};
}

Status Reader::acceptor(Node node) const {
  Config one{out_.file, {}, {}};
  const Reader reader{one};
  const auto keys = std::array{Key{"ip", reader.text()}, Key{"port", reader.text()},
                               Key{"protocol", reader.text()}, Key{"streamname", reader.text()}};
  if (auto status = reader.map("", node, keys); !status) return status;
  for (const auto* needed : {"ip", "port", "protocol"}) {
    if (!one.entries.contains(needed)) {
      return fail(error(node, fmt::format("an acceptor without \"{}\"", needed)));
    }
  }
  const auto word = [&](const char* name) {
    return one.entries.contains(name) ? one.entries[name].words.front() : std::string{};
  };
  const std::string protocol = word("protocol");
  if (!is_in(protocol, kProtocols)) return fail(unknown(node["protocol"], "protocol", kProtocols));
  const bool v6 = word("ip").find(':') != std::string::npos;
  const std::string host = v6 ? "[" + word("ip") + "]" : word("ip");
  const std::string stream = word("streamname").empty() ? "" : "/" + word("streamname");
  const auto listen = parse_listen(host + ":" + word("port") + stream);
  if (!listen) return fail(error(node["ip"], listen.error().text));
  out_.entries["acceptors." + protocol].words.push_back(show_listen(*listen));
  return {};
}

Status Reader::policy(Node node) const {
  auto tables = read_policy(*this, node);
  if (!tables) return fail(tables.error());
  out_.policy = std::make_shared<const so::policy::Policy>(*std::move(tables));
  return {};
}

Status Reader::hooks(Node node) const {
  auto hooks = read_hooks(*this, node);
  if (!hooks) return fail(hooks.error());
  out_.hooks = std::make_shared<const std::vector<so::policy::Hook>>(*std::move(hooks));
  return {};
}

Read Reader::text() const {
  return [this](const std::string& path, Node node) -> Status {
    if (auto status = scalar(path, node); !status) return status;
    keep(path, node, {node.Scalar()});
    return {};
  };
}

Read Reader::one_of(Names words) const {
  return [this, words](const std::string& path, Node node) -> Status {
    if (auto status = text()(path, node); !status) return status;
    if (is_in(node.Scalar(), words)) return {};
    return fail(error(node, fmt::format("{} is not one of {}", path, fmt::join(words, ", "))));
  };
}

Read Reader::words() const {
  return [this](const std::string& path, Node node) -> Status {
    if (!node.IsSequence()) return fail(error(node, path + " is not a list"));
    std::vector<std::string> words;
    for (const auto& item : node) {
      if (!item.IsScalar() || item.Scalar().empty()) {
        return fail(error(item, path + " has an item that is no word"));
      }
      words.push_back(item.Scalar());
    }
    keep(path, node, std::move(words));
    return {};
  };
}

// Of several certificates most tools take the first.
Read Reader::text_or_words() const {
  return [this](const std::string& path, Node node) {
    return node.IsSequence() ? words()(path, node) : text()(path, node);
  };
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& file) {
  if (text.size() > kMaxBytes) {
    return fail(Code::kUsage, fmt::format("{} is over the limit of {} bytes", file, kMaxBytes));
  }
  Config config{file, {}, {}};
  try {
    const auto document = load_document(std::string{text});
    if (!document) return fail(Code::kUsage, file + " has more than one document");
    if (auto status = Reader{config}.document(*document); !status) return fail(status.error());
  } catch (const YAML::Exception& error) {
    return fail(Code::kUsage, fmt::format("{}:{}: {}", file, error.mark.line + 1, error.msg));
  }
  return config;
}

Result<Config> load_config(const std::string& file) {
  const auto text = read_file(file, kMaxBytes);
  if (!text) return fail(text.error());
  return parse_config(*text, file);
}

}  // namespace so::cli
