// What a stream costs on its way into fragmented MP4: our muxer, one fragment a frame, beside
// copying the frames; and beside ffmpeg, which does the same to the same file. ffmpeg is a process
// that also opens the file: its start is measured with a short input and taken off. Both write to
// /dev/null what comes out.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "bench.h"
#include "flv/tag.h"
#include "fmp4/fragment.h"
#include "fmp4/muxer.h"
#include "net/frame.h"
#include "net/outbox.h"

using namespace so;

namespace {

constexpr int kSeconds = 120;

struct OwnedTag {
  flv::TagType type{};
  std::uint32_t timestamp = 0;
  SharedView body;  // as a message of the media plane has it
  [[nodiscard]] flv::Tag view() const { return {type, timestamp, body.bytes}; }
};

struct Recording {
  std::string file;
  std::vector<OwnedTag> tags;
  std::size_t bytes = 0;
};

/// CPU seconds of the command; its exit code must be 0.
double run(const std::vector<std::string>& words) {
  const pid_t pid = fork();
  if (pid == 0) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(pid, &status, 0, &usage);
  if (status != 0) {
    fmt::print(stderr, "{} ended with {}\n", words.front(), status);
    std::exit(1);
  }
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Recording record(const std::string& folder, int seconds) {
  Recording out{fmt::format("{}/{}s.flv", folder, seconds), {}, 0};
  const std::string time = std::to_string(seconds);
  run({"ffmpeg",
       "-v",
       "error",
       "-f",
       "lavfi",
       "-i",
       "testsrc2=s=640x360:r=30",
       "-f",
       "lavfi",
       "-i",
       "sine=sample_rate=48000",
       "-t",
       time,
       "-c:v",
       "libx264",
       "-preset",
       "ultrafast",
       "-g",
       "60",
       "-b:v",
       "2M",
       "-c:a",
       "aac",
       "-f",
       "flv",
       out.file});
  std::ifstream file{out.file, std::ios::binary};
  const Bytes all{std::istreambuf_iterator<char>{file}, {}};
  flv::Reader reader;
  reader.receive(all);
  while (const auto tag = *reader.next()) {
    out.tags.push_back({tag->type, tag->timestamp, share(to_bytes(tag->body))});
    out.bytes += tag->body.size();
  }
  return out;
}

template <class Take>
std::uint64_t mux(const Recording& recording, Take take) {
  fmp4::Muxer muxer;
  std::uint64_t frames = 0;
  for (const OwnedTag& tag : recording.tags) {
    const TimePoint now{Millis{tag.timestamp}};
    for (const fmp4::Event& event : muxer.feed(tag.view(), tag.body.owner, now)) {
      const auto* fragment = std::get_if<fmp4::Fragment>(&event);
      if (fragment == nullptr) continue;
      ++frames;
      take(*fragment);
    }
  }
  return frames;
}

void leave(const fmp4::Fragment& fragment) {
  bench::keep(fragment);
}
void frame_it(const fmp4::Fragment& fragment) {
  bench::keep(net::Frame::binary_shared({fragment.header}, fragment.payload));
}

/// Frames them for viewers and writes them, 32 at once.
class ToNull {
 public:
  void operator()(const fmp4::Fragment& fragment) {
    out_->push_always(net::Frame::binary_shared({fragment.header}, fragment.payload).parcel());
    if (++waiting_ == 32) flush();
  }
  void flush() {
    std::array<iovec, 64> vectors{};
    const auto filled = out_->gather(vectors);
    const ssize_t written = writev(null_, filled.data(), static_cast<int>(filled.size()));
    if (written < 0) std::exit(1);
    out_->consume(static_cast<std::size_t>(written));
    waiting_ = 0;
  }

 private:
  int null_ = open("/dev/null", O_WRONLY);
  std::shared_ptr<net::Outbox> out_ = std::make_shared<net::Outbox>(0);
  int waiting_ = 0;
};

void beside_copying(const Recording& recording) {
  const std::array ways{
      bench::Way{"copying the frames",
                 [&, out = Bytes{}]() mutable {
                   for (const OwnedTag& tag : recording.tags) {
                     out.assign(tag.body.bytes.begin(), tag.body.bytes.end());
                     bench::keep(out);
                   }
                   return recording.tags.size();
                 }},
      bench::Way{"mux", [&] { return mux(recording, leave); }},
      bench::Way{"mux and frame", [&] { return mux(recording, frame_it); }},
      bench::Way{"mux, frame and write", [&] { return mux(recording, ToNull{}); }}};
  bench::compare(fmt::format("{} frames of {} bytes", recording.tags.size(),
                             recording.bytes / recording.tags.size()),
                 "frames", ways);
}

void beside_ffmpeg(const Recording& recording, const Recording& nothing) {
  const auto remux = [](const std::string& file) {
    return run({"ffmpeg", "-v", "error", "-y", "-i", file, "-c", "copy", "-f", "mp4", "-movflags",
                "frag_every_frame+empty_moov+default_base_moof", "/dev/null"});
  };
  const std::array ways{
      bench::Way{"mux", [&] { return mux(recording, leave); }},
      bench::Way{"mux and frame", [&] { return mux(recording, frame_it); }},
      bench::Way{"mux, frame and write", [&] { return mux(recording, ToNull{}); }}};
  constexpr int kTimes = 20;
  std::vector<double> theirs;
  std::array<std::vector<double>, 3> ours;
  std::array<std::vector<double>, 3> ratios;
  std::uint64_t frames = 0;
  for (int turn = 0; turn < 5; ++turn) {
    theirs.push_back(remux(recording.file) - remux(nothing.file));
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const double start = bench::cpu_seconds();
      for (int n = 0; n < kTimes; ++n) frames = ways.at(i).body();
      ours.at(i).push_back((bench::cpu_seconds() - start) / kTimes);
      ratios.at(i).push_back(theirs.back() / ours.at(i).back());
    }
  }
  const auto count = static_cast<double>(frames);
  fmt::print("{} s of video and sound, a fragment a frame\n", kSeconds);
  fmt::print("  {:<28} {:>8} frames/CPU s\n", "ffmpeg -c copy",
             bench::short_number(count / bench::median(theirs)));
  for (std::size_t i = 0; i < ways.size(); ++i) {
    fmt::print("  {:<28} {:>8} frames/CPU s {:5.1f} x\n", ways.at(i).name,
               bench::short_number(count / bench::median(ours.at(i))), bench::median(ratios.at(i)));
  }
}

}  // namespace

int main() {
  std::string folder = std::filesystem::temp_directory_path() / "so-bench.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const Recording recording = record(folder, kSeconds);
  beside_copying(recording);
  beside_ffmpeg(recording, record(folder, 1));
  std::filesystem::remove_all(folder);
}
