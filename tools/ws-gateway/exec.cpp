#include "exec.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "base/utf8.h"

namespace so::gateway {
namespace {

// RFC 3986, 2.3: what needs no encoding.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void add_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

std::string query_string(const net::HttpRequest& request) {
  std::string out;
  for (const auto& [name, value] : request.query) {
    if (!out.empty()) out += '&';
    add_encoded(out, name);
    if (value.empty()) continue;
    out += '=';
    add_encoded(out, value);
  }
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> cgi_variables(const net::HttpRequest& request,
                                                               const net::Address& server, bool tls,
                                                               net::ConnId id,
                                                               const std::string& user) {
  const std::string query = query_string(request);
  const std::string name = request.host.substr(0, request.host.rfind(':'));
  std::vector<std::pair<std::string, std::string>> all{
      {"GATEWAY_INTERFACE", "websocketd-CGI/0.1"},
      {"SERVER_SOFTWARE", "scopewire/" SO_VERSION},
      {"SERVER_PROTOCOL", "HTTP/1.1"},
      {"SERVER_NAME", name},
      {"SERVER_PORT", std::to_string(server.port)},
      {"REQUEST_METHOD", "GET"},
      {"REQUEST_URI", request.path + (query.empty() ? "" : "?" + query)},
      {"SCRIPT_NAME", "/"},
      {"PATH_INFO", request.path},
      {"QUERY_STRING", query},
      {"REMOTE_ADDR", request.peer.host},
      {"REMOTE_HOST", request.peer.host},
      {"REMOTE_PORT", std::to_string(request.peer.port)},
      {"UNIQUE_ID", std::to_string(net::to_number(id))},
      {"HTTP_HOST", request.host},
      {"HTTP_ORIGIN", request.origin},
      {"HTTP_COOKIE", request.cookie},
      {"HTTP_USER_AGENT", request.user_agent}};
  if (tls) all.emplace_back("HTTPS", "on");
  if (!user.empty()) all.emplace_back("AUTH_TYPE", "Bearer");
  if (!user.empty()) all.emplace_back("REMOTE_USER", user);
  return all;
}

Exec::Exec(ExecOptions options, net::Loop& loop, net::WsServer& server,
           const std::vector<net::WsListener>& listeners)
    : options_(std::move(options)), loop_(loop), server_(server) {
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    tls_.push_back(listeners[i].tls.has_value());
    net::WsHandlers handlers;
    handlers.on_request = [this](const net::HttpRequest& request) { return verdict(request); };
    handlers.on_open = [this, i](net::ConnId id, const net::HttpRequest& request,
                                 std::string_view) { open(i, id, request); };
    handlers.on_message = [this](net::ConnId id, const net::WsMessage& m) { message(id, m); };
    handlers.on_drained = [this](net::ConnId id) { drained(id); };
    handlers.on_close = [this](net::ConnId id, std::uint16_t) { closed(id); };
    handlers.on_get = [this](const net::HttpRequest& request) -> std::optional<net::HttpReply> {
      if (request.path == "/healthz") return net::HttpReply{.body = "ok\n"};
      if (request.path == "/readyz") return net::readiness(unready());
      return options_.files ? options_.files->get(request.path, request.if_none_match)
                            : std::nullopt;
    };
    server_.set_handlers(i, std::move(handlers));
  }
}

net::WsVerdict Exec::verdict(const net::HttpRequest& request) {
  if (drain_) return edge::Drain::refusal();
  const auto visitor = visitors_.of(request, wall_now());
  if (!visitor)
    return net::WsVerdict::refuse(Visitors::status_of(visitor.error()), visitor.error().text);
  if (running() < options_.max_children) return net::WsVerdict::accept();
  return net::WsVerdict::refuse(503, "as many programs as may run do");
}

// A token that was checked here is nobody else's, and who asks has the name that it proves.
void Exec::open(std::size_t listener, net::ConnId id, const net::HttpRequest& request) {
  const auto visitor = visitors_.of(request, wall_now());
  if (!visitor) {
    children_.emplace(id, Program{});
    return server_.close(id, net::close_code::kUnauthorized, visitor.error().text);
  }
  visitors_.admit(id, *visitor);
  const auto addresses = server_.addresses();
  const net::Address where = listener < addresses.size() ? addresses[listener] : net::Address{};
  const net::HttpRequest told =
      visitors_.has_keys() ? Visitors::without_token(request) : net::HttpRequest{request};
  auto child = net::Coprocess::start(
      loop_,
      {.command = options_.command,
       .environment = cgi_variables(told, where, tls_[listener], id, visitor->user),
       .line_bytes = options_.line_bytes,
       .queue_bytes = options_.queue_bytes,
       .seat = seats_},
      {.line = [this, id](std::string_view text) { line(id, text); },
       .passed_over = [this, id] { give_up(id, "the program wrote a line that is too long"); },
       .ended = [this, id](const std::string& why) { ended(id, why); }});
  if (!child) {
    log::error("{}", child.error().text);
    children_.emplace(id, Program{});
    return server_.close(id, net::close_code::kInternal, "the program cannot be run");
  }
  children_.emplace(id, Program{std::move(*child), std::nullopt});
}

void Exec::message(net::ConnId id, const net::WsMessage& message) {
  const auto child = children_.find(id);
  if (child == children_.end() || !child->second.process) return;
  if (!message.text) {
    return server_.close(id, net::close_code::kUnsupported, "the program reads lines");
  }
  if (!child->second.process->alive()) return;  // the close that tells why is on its way
  const auto more = std::count(message.payload.begin(), message.payload.end(), '\n');
  if (more > 0) server_.charge(id, static_cast<std::uint32_t>(more));
  if (child->second.process->write(as_text(message.payload))) return;
  server_.close(id, net::close_code::kSlowConsumer, "the program does not read");
}

void Exec::line(net::ConnId id, std::string_view line) {
  if (!is_utf8(as_bytes(line))) {
    log::warn("{} wrote a line that is not UTF-8", options_.command.front());
    return give_up(id, "the program wrote a line that is not UTF-8");
  }
  if (server_.send(id, net::Frame::text(line)) != net::Sent::kFull) return;
  Program& program = children_.at(id);
  program.held = line;
  program.process->want_lines(false);
}

// Without that line the next ones may mean something else.
void Exec::give_up(net::ConnId id, std::string_view why) {
  children_.at(id).process.reset();
  server_.close(id, net::close_code::kInternal, why);
}

void Exec::drained(net::ConnId id) {
  const auto child = children_.find(id);
  if (child == children_.end() || !child->second.process) return;
  const auto held = std::exchange(child->second.held, std::nullopt);
  if (!held) return;
  server_.send(id, net::Frame::text(*held));  // nothing else waits there
  child->second.process->want_lines(true);
}

void Exec::ended(net::ConnId id, const std::string& why) {
  const auto child = children_.find(id);
  if (child == children_.end()) return;
  child->second.process.reset();
  const bool well = why == "exit code 0";
  server_.close(id, well ? net::close_code::kNormal : net::close_code::kInternal, well ? "" : why);
}

void Exec::close_expired(WallMillis now) {
  for (const net::ConnId id : visitors_.take_expired(now)) {
    server_.close(id, net::close_code::kTokenExpired, "the token has expired");
  }
}

void Exec::closed(net::ConnId id) {
  children_.erase(id);
  visitors_.closed(id);
  if (children_.empty() && drain_) drain_->look();
}

void Exec::drain(Millis within, std::function<void()> done) {
  server_.stop_listening();
  drain_ = std::make_unique<edge::Drain>(loop_, edge::Drain::closing(server_, [this] {
                                           std::vector<net::ConnId> all;
                                           for (const auto& [id, child] : children_)
                                             all.push_back(id);
                                           return all;
                                         }));
  drain_->start(within, std::move(done));
}

}  // namespace so::gateway
