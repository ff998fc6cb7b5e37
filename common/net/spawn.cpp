#include "net/spawn.h"

#include <algorithm>
#include <string_view>

#include <unistd.h>

#include <fmt/format.h>

namespace so::net {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_with(const Variables& added) {
  std::vector<std::string> all;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable{*at};
    const auto same = [&](const auto& each) {
      return variable.starts_with(each.first) &&
             variable.substr(each.first.size()).starts_with('=');
    };
    if (std::none_of(added.begin(), added.end(), same)) all.emplace_back(variable);
  }
  for (const auto& [name, value] : added) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

uv_stdio_container_t piped(uv_pipe_t& pipe, int as_it_sees_it) {
  uv_stdio_container_t out{};
  out.flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | as_it_sees_it);
  out.data.stream = reinterpret_cast<uv_stream_t*>(&pipe);
  return out;
}

}  // namespace

uv_stdio_container_t pipe_that_it_reads(uv_pipe_t& pipe) {
  return piped(pipe, UV_READABLE_PIPE);
}

uv_stdio_container_t pipe_that_it_writes(uv_pipe_t& pipe) {
  return piped(pipe, UV_WRITABLE_PIPE);
}

Status spawn(uv_loop_t* loop, uv_process_t& process, const Spawn& how) {
  std::vector<std::string> variables = environment_with(how.environment);
  std::vector<char*> words = pointers(how.command);
  std::vector<char*> environment = pointers(variables);
  uv_process_options_t options{};
  options.file = words.front();
  options.args = words.data();
  options.env = environment.data();
  options.flags = UV_PROCESS_DETACHED;  // a session of its own
  options.stdio = how.stdio.data();
  options.stdio_count = static_cast<int>(how.stdio.size());
  options.exit_cb = how.ended;
  const int failed = uv_spawn(loop, &process, &options);
  if (failed == 0) return {};
  return fail(failed == UV_ENOENT ? Code::kNotFound : Code::kSystem,
              fmt::format("unable to run {}: {}", how.command.front(), uv_strerror(failed)));
}

}  // namespace so::net
