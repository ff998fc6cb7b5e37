#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace so::ctl {

/// The script that a shell sources to complete the words of so-ctl: verbs and options by
/// themselves, scopes and objects by asking the hub that is there. nullopt: not a shell that we
/// know ("bash", "zsh").
std::optional<std::string> completion(std::string_view shell, std::span<const std::string> verbs,
                                      std::span<const std::string> options);

}  // namespace so::ctl
