#pragma once

#include <string_view>

#include "base/bytes.h"

namespace so::cli {

/// Writes all of it to standard output, and waits for the reader if need be: a tool whose one job
/// is that output has nothing better to do, and loses nothing. False: nobody reads any more.
bool print(ByteView bytes);
bool print_line(std::string_view line);

/// Why the first that was lost could not be written, as errno: the disk is full, the stream is
/// closed. 0: nothing was; who has read enough (EPIPE) is no failure.
int print_error();

}  // namespace so::cli
