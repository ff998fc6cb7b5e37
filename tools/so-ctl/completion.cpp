#include "completion.h"

#include <fmt/format.h>

namespace so::ctl {
namespace {

// What follows a verb: a scope, then an object of it. Every scope is in the listing of its parent,
// and `so-ctl ls` goes through all of them; jq is not asked for.
constexpr std::string_view kBash = R"sh(# source <(so-ctl completion bash)
_so_ctl_names() {{ # scopes | objects SCOPE
  case $1 in
    scopes) so-ctl --timeout 1s ls 2>/dev/null | sed -n 's/^{{"scope":"\([^"]*\)".*/\1/p' ;;
    objects) so-ctl --timeout 1s ls "$2" 2>/dev/null | head -n 1 |
      sed 's/.*"objects":\[//; s/\],"streams":.*//' | grep -o '"name":"[^"]*"' | cut -d '"' -f 4 ;;
  esac
}}
_so_ctl() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} verb="" scope="" place=0 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      --at | --hub | --key | --hub-key | --token-file | --sign-key | --sub | --role | --count | --timeout | --config | --log-level | --log-format | --to | --jobs | --claims) ((i++)) ;;
      -*) ;;
      *)
        if [ -z "$verb" ]; then verb=${{COMP_WORDS[i]}}; elif [ -z "$scope" ]; then scope=${{COMP_WORDS[i]}}; fi
        ((place++))
        ;;
    esac
  done
  local names
  case $word,$place in
    -*,*) names="{options}" ;;
    *,0) names="{verbs}" ;;
    *,1) names=$(_so_ctl_names scopes) ;;
    *,2) names=$(_so_ctl_names objects "$scope") ;;
    *) return ;;
  esac
  local IFS=$' \n'
  [ "$place" -lt 1 ] || IFS=$'\n'
  mapfile -t COMPREPLY < <(compgen -W "$names" -- "$word")
}}
complete -o default -F _so_ctl so-ctl
)sh";

constexpr std::string_view kZsh = R"sh(# source <(so-ctl completion zsh)
autoload -U +X bashcompinit && bashcompinit
)sh";

}  // namespace

std::optional<std::string> completion(std::string_view shell, std::span<const std::string> verbs,
                                      std::span<const std::string> options) {
  if (shell != "bash" && shell != "zsh") return std::nullopt;
  std::string script{shell == "zsh" ? kZsh : std::string_view{}};
  script += fmt::format(fmt::runtime(kBash), fmt::arg("verbs", fmt::join(verbs, " ")),
                        fmt::arg("options", fmt::join(options, " ")));
  return script;
}

}  // namespace so::ctl
