#pragma once

#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace so {

/// Whose fault a failure is; it decides what the caller does next.
enum class Code {
  kPeer,         // the other side broke its protocol: answer, then close
  kUsage,        // a word on the command line or in the configuration is wrong
  kUnreachable,  // the other side is not there, or went away
  kRefused,      // the other side understood and said no
  kNotFound,     // no such scope, object, stream, file
  kLimit,        // a bound of ours was reached
  kSystem,       // the operating system said no
};

/// Words: doing what, to what, why; lower case, no full stop. Returned by common/, logged once by
/// tools/.
struct Error {
  Code code;
  std::string text;
  bool operator==(const Error&) const = default;
};

/// A value or an error: an Error, unless a protocol has words of its own. Ignoring one is a
/// compiler warning. Test it with `if`.
template <class T, class E = Error>
class [[nodiscard]] Result : public tl::expected<T, E> {
 public:
  using tl::expected<T, E>::expected;
};

using Status = Result<void>;

inline tl::unexpected<Error> fail(Code code, std::string text) {
  return tl::unexpected<Error>(Error{code, std::move(text)});
}
template <class E>
tl::unexpected<E> fail(E error) {
  return tl::unexpected<E>(std::move(error));
}

}  // namespace so
