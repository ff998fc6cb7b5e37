#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <uv.h>

#include "base/result.h"

namespace so::net {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// A command that is to run beside us, in a session of its own: what it starts there is ended by a
/// signal to the negative process number. All is borrowed until spawn() returns.
struct Spawn {
  std::vector<std::string>& command;      // the program, looked for in PATH, and its words
  const Variables& environment;           // besides ours, or in place of ours of the same name
  std::span<uv_stdio_container_t> stdio;  // its descriptors from 0 on
  uv_exit_cb ended;
};

uv_stdio_container_t pipe_that_it_reads(uv_pipe_t& pipe);
uv_stdio_container_t pipe_that_it_writes(uv_pipe_t& pipe);

/// Whatever comes of it, libuv has the handle `process` from now on. Errors: kNotFound, or kSystem
/// if it may not be executed.
Status spawn(uv_loop_t* loop, uv_process_t& process, const Spawn& how);

}  // namespace so::net
