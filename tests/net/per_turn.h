#pragma once

#include <algorithm>
#include <utility>

#include "net/turn_end.h"

/// The most that happens in one turn of the loop. Keeps it turning.
class PerTurn {
 public:
  explicit PerTurn(so::net::Loop& loop) : end_(loop, [this] { look(); }) { end_.request(); }
  void happened() { ++times_; }
  [[nodiscard]] int most() const { return most_; }

 private:
  void look() {
    most_ = std::max(most_, std::exchange(times_, 0));
    end_.request();
  }

  so::net::TurnEnd end_;
  int times_ = 0;
  int most_ = 0;
};
