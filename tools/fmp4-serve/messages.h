#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fmp4/muxer.h"

namespace so::fmp4serve {

/// The JSON texts of scopewire.fmp4.v1 (scopewire-ws(7), VIDEO). Times are seconds on the stream's
/// clock.
std::string waiting_message(std::string_view stream);
/// `timestamp` is what the publisher's clock shows at `start`, in ms.
std::string init_message(std::string_view stream, const fmp4::InitSegment& init, double start,
                         std::optional<std::int64_t> timestamp);
std::string metadata_message(double time, std::optional<double> timestamp, std::string_view data);
std::string skipped_message(double from, double to);
std::string notice_message(std::string_view text);
/// The publisher begins anew, or sets its clock anew: what it stamps so many ms lies at that time.
std::string restart_message(double time, std::uint32_t timestamp);
std::string end_message();
/// A still follows: the next binary message, of so many bytes.
std::string snapshot_message(std::string_view mime, std::size_t bytes);
std::string error_message(std::string_view code);

/// EvoStream's metadata, to be sent as a binary message: 0xEE and {"timestamp":MS,"data":"..."}.
std::string plain_metadata(std::optional<double> timestamp, std::string_view data);

}  // namespace so::fmp4serve
