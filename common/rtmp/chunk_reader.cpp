#include "rtmp/chunk_reader.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace so::rtmp {
namespace {

// What a chunk stream keeps for its next message, and takes for one that has begun: a key frame of
// common pictures fits.
constexpr std::size_t kKeptBytes = 64U << 10U;

// Grows as vectors do, but to no more than the length.
void reserve(Bytes& body, std::size_t more, std::size_t length) {
  if (body.size() + more <= body.capacity()) return;
  const std::size_t ahead = std::max({kKeptBytes, 2 * body.size(), body.size() + more});
  body.reserve(std::min(ahead, length));
}

std::uint32_t little_endian(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | bytes[i];
  return value;
}

std::uint32_t read_id(std::uint8_t first, Cursor& in) {
  switch (first & 63U) {
    case 0:
      return 64U + in.u8();
    case 1:
      return 64U + little_endian(in.bytes(2));
    default:
      return first & 63U;
  }
}

// Whether what comes next is the extended time once more, as far as can be seen.
bool shows(Cursor in, std::uint32_t time) {
  for (std::uint32_t shift = 32; shift > 0 && in.left() > 0;) {
    shift -= 8;
    if (in.u8() != static_cast<std::uint8_t>(time >> shift)) return false;
  }
  return true;
}

}  // namespace

std::size_t ChunkLimits::of(MessageType type) const {
  switch (type) {
    case MessageType::kSetChunkSize:
    case MessageType::kAbort:
    case MessageType::kAcknowledgement:
    case MessageType::kUserControl:
    case MessageType::kWindowAckSize:
    case MessageType::kSetPeerBandwidth:
      return control_bytes;
    case MessageType::kDataAmf3:
    case MessageType::kSharedObjectAmf3:
    case MessageType::kCommandAmf3:
    case MessageType::kDataAmf0:
    case MessageType::kSharedObjectAmf0:
    case MessageType::kCommandAmf0:
      return command_bytes;
    case MessageType::kAudio:
    case MessageType::kVideo:
    case MessageType::kAggregate:
      break;
  }
  return media_bytes;  // and types we do not know: they are skipped by their length
}

Result<std::optional<RawMessage>> ChunkReader::next(ByteView& in) {
  while (true) {
    if (current_ == nullptr) {
      const auto begun = begin_chunk(in);
      if (!begun) return fail(begun.error());
      if (!*begun) return std::nullopt;
    }
    if (auto message = read_payload(in)) return message;
    if (current_ != nullptr) return std::nullopt;
  }
}

ChunkReader::Stream* ChunkReader::find(std::uint32_t id) {
  const auto found = std::ranges::find(streams_, id, &Stream::id);
  return found == streams_.end() ? nullptr : &*found;
}

// Consumes a whole header or, answering false, nothing.
Result<bool> ChunkReader::begin_chunk(ByteView& in) {
  Cursor cursor{in};
  const std::uint8_t first = cursor.u8();
  const Basic basic{std::uint32_t{first} >> 6U, read_id(first, cursor)};
  if (!cursor.ok()) return false;

  Stream* known = find(basic.id);
  if (auto allowed = check_format(basic, known); !allowed) return fail(allowed.error());
  const bool goes_on = known != nullptr && !known->body.empty();

  Fields fields = known != nullptr ? known->fields : Fields{};
  const bool carried = read_fields(cursor, basic.format, goes_on, fields);
  if (!cursor.ok()) return false;

  if (!goes_on) fields.timestamp = fields.time + (basic.format == 0 ? 0 : fields.timestamp);
  if (auto allowed = check_length(known, fields); !allowed) return fail(allowed.error());

  current_ = known != nullptr ? known : &streams_.emplace_back(Stream{.id = basic.id});
  current_->fields = fields;
  wanted_ = std::min<std::size_t>(chunk_size_, fields.length - current_->body.size());
  counts_.by_format.at(basic.format) += 1;
  counts_.extended += carried ? 1 : 0;
  in = cursor.rest();
  return true;
}

// Answers whether an extended time was there.
bool ChunkReader::read_fields(Cursor& in, std::uint32_t format, bool goes_on, Fields& fields) {
  if (format <= 2) fields.time = in.u24();
  if (format <= 1) fields.length = in.u24();
  if (format <= 1) fields.type = static_cast<MessageType>(in.u8());
  if (format == 0) fields.stream = little_endian(in.bytes(4));
  if (format <= 2) fields.extended = fields.time == kExtendedTime;
  // In force, the extended time belongs to every format 3 chunk too, but encoders exist (OBS before
  // 30.1) that leave it out where a message goes on. There it is taken when it is the same again.
  const bool carried = fields.extended && (!goes_on || shows(in, fields.time));
  if (!carried) return false;
  const std::uint32_t time = in.u32();
  if (format <= 2) fields.time = time;
  return true;
}

// The first chunk should be format 0, but librtmp begins its ping replies with format 1.
Status ChunkReader::check_format(Basic basic, const Stream* stream) const {
  if (stream == nullptr && basic.format >= 2) {
    return fail(Code::kPeer, fmt::format("chunk stream {} begins with a format {} header", basic.id,
                                         basic.format));
  }
  if (stream == nullptr && streams_.size() >= limits_.chunk_streams) {
    return fail(Code::kLimit,
                fmt::format("chunk stream {} is one more than {}", basic.id, streams_.size()));
  }
  if (stream != nullptr && !stream->body.empty() && basic.format != 3) {
    return fail(Code::kPeer, fmt::format("chunk stream {}: format {} header inside a message",
                                         basic.id, basic.format));
  }
  return {};
}

Status ChunkReader::check_length(const Stream* stream, const Fields& fields) const {
  const std::size_t limit = limits_.of(fields.type);
  if (fields.length > limit) {
    return fail(Code::kLimit, fmt::format("{} message of {} bytes is over the limit of {}",
                                          to_text(fields.type), fields.length, limit));
  }
  const std::size_t held = stream != nullptr ? stream->body.size() : 0;
  const std::size_t payload = std::min<std::size_t>(chunk_size_, fields.length - held);
  if (unfinished_ + payload > limits_.unfinished_bytes) {
    return fail(Code::kLimit,
                fmt::format("unfinished messages of more than {} bytes", limits_.unfinished_bytes));
  }
  return {};
}

std::optional<RawMessage> ChunkReader::read_payload(ByteView& in) {
  Stream& stream = *current_;
  const Fields& fields = stream.fields;
  RawMessage message{{stream.id, fields.timestamp, fields.type, fields.stream}, {}};
  const ByteView piece = in.first(std::min(wanted_, in.size()));
  in = in.subspan(piece.size());
  wanted_ -= piece.size();
  if (wanted_ == 0) current_ = nullptr;

  if (piece.size() == fields.length) {  // the message is one piece: no need to copy it
    message.body = piece;
    return message;
  }
  reserve(stream.body, piece.size(), fields.length);
  stream.body.insert(stream.body.end(), piece.begin(), piece.end());
  unfinished_ += piece.size();
  if (stream.body.size() < fields.length) return std::nullopt;
  unfinished_ -= stream.body.size();
  std::swap(finished_, stream.body);  // whose memory is for the next message
  stream.body.clear();
  if (stream.body.capacity() > kKeptBytes) stream.body = {};
  message.body = finished_;
  message.whole = &finished_;
  return message;
}

void ChunkReader::set_chunk_size(std::uint32_t bytes) {
  assert(bytes > 0);
  chunk_size_ = std::min(bytes, kMaxChunkBytes);
}

void ChunkReader::abort(std::uint32_t chunk_stream) {
  Stream* const stream = find(chunk_stream);
  if (stream == nullptr) return;
  unfinished_ -= stream->body.size();
  stream->body = {};
}

}  // namespace so::rtmp
