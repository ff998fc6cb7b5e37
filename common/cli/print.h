#pragma once

#include <string_view>

#include "base/bytes.h"

namespace so::cli {

/// Writes all of it to standard output, and waits for the reader if need be: a tool whose one job
/// is that output has nothing better to do, and loses nothing. False: nobody reads any more.
bool print(ByteView bytes);
bool print_line(std::string_view line);

/// The exit code of a tool that would end with `exit`: a failure, and said, if something could not
/// be written: the disk is full, the stream is closed. Who has read enough is no failure.
int after_printing(int exit);

}  // namespace so::cli
