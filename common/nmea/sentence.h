#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace so::nmea {

/// Longer than the 82 bytes of the standard: receivers of today send more.
inline constexpr std::size_t kMaxSentence = 1024;

/// A sentence of NMEA 0183, without its line end, as compact JSON. Its checksum must be there and
/// be right; a tag block before it is passed over.
///
///   $GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47
///   {"sentence":"GGA","talker":"GP","time":"12:35:19","lat":48.1173,"lon":11.516666667,...}
///
/// GGA, RMC, VTG and GLL are decoded, what they leave empty is left out; of all others
///   {"sentence":"ZDA","talker":"GP","fields":["201530.00","04","07","2002","00","00"]}
Result<std::string> to_json(std::string_view sentence);

}  // namespace so::nmea
