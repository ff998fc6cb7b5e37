#include "amf/amf0.h"

#include <array>

#include <doctest/doctest.h>

#include "golden.h"
#include "hex.h"

using namespace so;
using namespace so::amf;

TEST_CASE("amf0: values and bytes correspond both ways") {
  for (const Golden& golden : golden_amf0()) {
    const auto values = decode(golden.bytes);
    REQUIRE_MESSAGE(values, golden.name << ": " << values.error().text);
    REQUIRE_MESSAGE(values->size() == 1, golden.name);
    CHECK_MESSAGE(values->front() == golden.value, golden.name);
    CHECK_MESSAGE(encode(Values{golden.value}) == golden.bytes, golden.name);
  }
}

TEST_CASE("amf0: one body holds many values, and references count over all of them") {
  const Bytes body = hex("03 0000 09 | 05 | 0a 00000000 | 07 0001");
  const auto values = decode(body);
  REQUIRE(values);
  CHECK(*values == Values{Value::object({}), {Null{}}, Value::array({}), {Reference{1}}});
  CHECK(encode(*values) == body);
  CHECK(decode({})->empty());
}

TEST_CASE("amf0: a truncated value is an error, whatever its type and wherever it is cut") {
  // One bound beside the ends: between two members an end marker may be missing.
  for (const Golden& golden : golden_amf0()) {
    if (golden.bytes.size() > 1000) continue;
    for (std::size_t n = 1; n < golden.bytes.size(); ++n) {
      const auto values = decode(ByteView{golden.bytes}.first(n));
      if (values) {
        const Bytes again = encode(*values);
        CHECK_MESSAGE(again.size() == n + 3, golden.name << " cut at " << n);
        CHECK_MESSAGE(as_text(again).ends_with(std::string_view{"\0\0\x09", 3}), golden.name);
      } else {
        CHECK_MESSAGE(values.error().text.ends_with("the body ends too early") !=
                          values.error().text.ends_with(" bytes"),
                      golden.name << " cut at " << n << ": " << values.error().text);
      }
    }
  }
}

TEST_CASE("amf0: the end marker may be missing where the body ends between two members") {
  const Value inner = Value::object({{"a", Value::null()}});
  CHECK(decode(hex("03 0001 61 05"))->front() == inner);
  CHECK(decode(hex("08 00000000 0001 61 03 0001 61 05"))->front() ==
        Value{EcmaArray{0, {{"a", inner}}}});
  CHECK_FALSE(decode(hex("10 0000 0001 61 05")));
  CHECK_FALSE(decode(hex("03 0001 61 05 00")));
  CHECK_FALSE(decode(hex("03 0001 61 05 0000")));
}

TEST_CASE(
    "amf0: a text is a long string where its length does not fit 16 bits, or it came as one") {
  for (const std::size_t size : {65535U, 65536U}) {
    const std::string text(size, 'x');
    const Bytes bytes = encode(Values{Value::string(text)});
    CHECK(bytes.front() == (size == 65535 ? 0x02 : 0x0C));
    CHECK(decode(bytes)->front() == Value::string(text));
  }
  const Value kept{LongString{std::string(65535, 'x')}};
  CHECK(decode(encode(Values{kept}))->front() == kept);
}

TEST_CASE("amf0: any boolean byte but 0 is true") {
  CHECK(decode(hex("01 02"))->front() == Value::boolean(true));
}

TEST_CASE("amf0: errors say what, where and why") {
  struct Case {
    std::string_view bytes;
    std::string_view text;
  };
  const std::array cases{
      Case{"00 3ff8", "amf0 number at offset 0: the body ends too early"},
      Case{"05 01", "amf0 boolean at offset 1: the body ends too early"},
      Case{"02 0002 61", "amf0 string at offset 0: the body ends too early"},
      Case{"0c ffffffff 61", "amf0 long string at offset 0: the body ends too early"},
      Case{"0f 00000002 61", "amf0 xml document at offset 0: the body ends too early"},
      Case{"0b 0000000000000000 00", "amf0 date at offset 0: the body ends too early"},
      Case{"07 00", "amf0 reference at offset 0: the body ends too early"},
      Case{"03 0001", "amf0 object at offset 0: the body ends too early"},
      Case{"03 0001 61", "amf0 value at offset 4: the body ends too early"},
      Case{"03 0001 61 00 00", "amf0 number at offset 4: the body ends too early"},
      Case{"08 0000", "amf0 ecma array at offset 0: the body ends too early"},
      Case{"10 0001", "amf0 typed object at offset 0: the body ends too early"},
      Case{"0a 00", "amf0 strict array at offset 0: the body ends too early"},
      Case{"0a ffffffff 05", "amf0 strict array at offset 0: 4294967295 items in 1 bytes"},
      Case{"05 07 0000", "amf0 reference at offset 1: to value 0 of 0 so far"},
      Case{"0a 00000001 07 0001", "amf0 reference at offset 5: to value 1 of 1 so far"},
      Case{"04", "amf0 value at offset 0: marker 0x04 is no value"},
      Case{"0e", "amf0 value at offset 0: marker 0x0e is no value"},
      Case{"0a 00000001 09", "amf0 value at offset 5: marker 0x09 is no value"},
      Case{"03 0001 61 09", "amf0 value at offset 4: marker 0x09 is no value"},
      Case{"12", "amf0 value at offset 0: marker 0x12 is no value"},
      Case{"ff", "amf0 value at offset 0: marker 0xff is no value"},
  };
  for (const Case& c : cases) {
    const auto values = decode(hex(c.bytes));
    REQUIRE_MESSAGE(!values, c.bytes);
    CHECK(values.error() == Error{Code::kPeer, std::string{c.text}});
  }
}

TEST_CASE("amf0: depth is bounded") {
  const auto nested = [](std::size_t arrays) {
    Bytes bytes;
    for (std::size_t i = 0; i < arrays; ++i) bytes.insert(bytes.end(), {0x0A, 0, 0, 0, 1});
    bytes.push_back(0x05);
    return bytes;
  };
  CHECK(decode(nested(32)));
  CHECK(decode(nested(33)).error() ==
        Error{Code::kLimit, "amf0 value at offset 165: nested deeper than 32"});
  CHECK(decode(nested(100'000)).error().code == Code::kLimit);
  CHECK_FALSE(decode(nested(1), {.depth = 0}));
}

TEST_CASE("amf0: the number of values in a body is bounded") {
  CHECK(decode(Bytes(4, 0x05), {.nodes = 4}));
  CHECK(decode(Bytes(5, 0x05), {.nodes = 4}).error() ==
        Error{Code::kLimit, "amf0 value at offset 4: more than 4 values"});
  CHECK_FALSE(decode(hex("0a 00000002 05 05"), {.nodes = 2}));
}

TEST_CASE("amf0: the caller may read fields of its own between two values") {
  const Bytes body = hex("0001 6b | 03 0000 09 | 0001 6b | 07 0000");
  Cursor in{body};
  Decoder decoder{in};
  CHECK(in.text(in.u16()) == "k");
  CHECK(*decoder.next() == Value::object({}));
  CHECK(in.text(in.u16()) == "k");
  CHECK(*decoder.next() == Value{Reference{0}});
  CHECK(in.done());
}

TEST_CASE("amf0: what failed stays failed") {
  const Bytes body = hex("04 05");
  Cursor in{body};
  Decoder decoder{in};
  const auto first = decoder.next();
  REQUIRE_FALSE(first);
  CHECK(decoder.next().error() == first.error());
  CHECK(decoder.all().error() == first.error());
}
