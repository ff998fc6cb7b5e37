#include "wire/frame.h"

namespace so::wire {

std::string_view to_text(Kind request) {
  switch (request) {
    case Kind::kHello:
      return "hello";
    case Kind::kBeat:
      return "beat";
    case Kind::kBye:
      return "bye";
    case Kind::kJoin:
      return "join";
    case Kind::kLeave:
      return "leave";
    case Kind::kUse:
      return "use";
    case Kind::kRelease:
      return "release";
    case Kind::kChange:
      return "change";
    case Kind::kGet:
      return "get";
    case Kind::kList:
      return "list";
    case Kind::kPublish:
      return "publish";
    case Kind::kUnpublish:
      return "unpublish";
    case Kind::kMeta:
      return "meta";
    case Kind::kFollow:
      return "follow";
    case Kind::kUnfollow:
      return "unfollow";
    case Kind::kDrop:
      return "drop";
    case Kind::kServe:
      return "serve";
    case Kind::kUnserve:
      return "unserve";
    case Kind::kCall:
      return "call";
    case Kind::kResult:
      return "result";
    case Kind::kKick:
      return "kick";
    case Kind::kAsk:
      return "ask";
    case Kind::kStat:
      return "stat";
    case Kind::kTime:
      return "time";
    case Kind::kMembers:
      return "members";
    case Kind::kHistory:
      return "history";
    case Kind::kRates:
      return "rates";
    case Kind::kRegister:
      return "register";
    case Kind::kUnregister:
      return "unregister";
    case Kind::kNotify:
      return "notify";
    case Kind::kAcknowledge:
      return "ack";
    case Kind::kEmit:
      return "emit";
    case Kind::kDone:
    case Kind::kError:
    case Kind::kChanged:
    case Kind::kMember:
    case Kind::kStream:
    case Kind::kMetadata:
    case Kind::kGap:
    case Kind::kCalled:
    case Kind::kKicked:
    case Kind::kMail:
    case Kind::kReplaced:
    case Kind::kMessage:
    case Kind::kBroadcast:
      break;
  }
  return "other";
}

}  // namespace so::wire
