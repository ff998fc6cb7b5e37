#!/usr/bin/env bash
# Who brings a token is who it says it is; who does not is refused before the WebSocket opens.
. "$(dirname "$0")/lib.sh"
need openssl curl
client=$root/tests/support/ws.py
now=$(date +%s)

# Tokens made by others: openssl signs, in the three ways.
url64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
raw() { # a signature in DER as the 64 bytes of a token
  python3 -c '
import sys
der = sys.stdin.buffer.read()
n = der[3]; r = der[4:4 + n]; s = der[6 + n:]
sys.stdout.buffer.write(b"".join(int.from_bytes(x, "big").to_bytes(32, "big") for x in (r, s)))'
}
jwt() { # ALG KEY CLAIMS
  local text
  text=$(printf '{"alg":"%s"}' "$1" | url64).$(printf '%s' "$3" | url64)
  case $1 in
    HS256) printf '%s' "$text" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -v -tx1 "$2" | tr -d ' \n')" -binary | url64 ;;
    RS256) printf '%s' "$text" | openssl dgst -sha256 -sign "$2" | url64 ;;
    ES256) printf '%s' "$text" | openssl dgst -sha256 -sign "$2" | raw | url64 ;;
  esac | sed "s/^/$text./"
}
printf 'thirty-two bytes of secret, or so' >secret
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null ||
  openssl genrsa -out rsa.pem 2048 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
for kind in rsa ec; do openssl pkey -in $kind.pem -pubout -out $kind.pub; done

cat >scopewire.yaml <<'END'
tokens: {keys: [secret, rsa.pub, ec.pub], audience: chat}
policy:
  rules:
    - {allow: connect, scope: /chat/staff, role: staff}
    - {deny: connect, scope: /chat/staff, reason: staff only}
    - {deny: write, object: board, role: [user, anonymous]}
END
start hub so-hub --config scopewire.yaml
start gateway ws-gateway --config scopewire.yaml --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0
ws=ws://$(address gateway ws)
status() { # URL [HEADER]: how a handshake is answered; the words of a refusal are in `said`
  local address=${1#http://} line
  exec 9<>"/dev/tcp/${address%%[:/]*}/$(sed -E 's|^[^:]*:([0-9]+).*|\1|' <<<"$address")"
  printf '%s\r\n' "GET /${address#*/} HTTP/1.1" 'Host: here' 'Upgrade: websocket' 'Connection: Upgrade' \
    'Sec-WebSocket-Version: 13' 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' ${2:+"$2"} '' >&9
  read -r _ line _ <&9
  [ "$line" = 101 ] || cat <&9 >said
  exec 9>&-
  echo "$line"
}
chat=http://${ws#ws://}/chat/room1

good=$(jwt HS256 secret '{"sub":"ann","aud":"chat","exp":'$((now + 600))'}')
expect 401 status "$chat"
contains said 'a token is wanted'
expect 401 status "http://$(address gateway wsJsonMeta)/live/cam"
for token in "$good" "$(jwt RS256 rsa.pem '{"aud":["chat"]}')" "$(jwt ES256 ec.pem '{"aud":"chat"}')"; do
  expect 101 status "$chat?token=$token"
  expect 101 status "$chat" "Authorization: Bearer $token"
  expect 101 status "$chat" "Cookie: a=1; scopewire_token=$token"
  expect 101 status "http://$(address gateway wsJsonMeta)/live/cam?token=$token"
done
refused() { # WHY TOKEN
  expect 401 status "$chat?token=$2"
  contains said "$1"
}
refused 'it expired 6' "$(jwt HS256 secret '{"aud":"chat","exp":'$((now - 60))'}')"
refused 'it is good in' "$(jwt HS256 secret '{"aud":"chat","nbf":'$((now + 60))'}')"
refused 'another audience' "$(jwt HS256 secret '{"aud":"mail"}')"
refused 'the signature is wrong' "${good%?????}AAAAA"
refused 'alg "none"' "$(printf '{"alg":"none"}' | url64).$(printf '{"aud":"chat"}' | url64)."
refused 'the signature is wrong' "$(jwt HS256 rsa.pub '{"aud":"chat"}')" # what everybody has is no secret
refused 'not three parts' "$(head -c 4000 /dev/zero | tr '\0' a)"

# Where pages of any origin may come, what their browsers send by themselves is nobody's word.
start open ws-gateway --config scopewire.yaml --listen 127.0.0.1:0 --origin '*' --origin https://good.example
any=http://$(address open ws)/chat/room1 evil='Origin: https://evil.example' cookie="Cookie: scopewire_token=$good"
expect 401 status "$any" "$evil"$'\r\n'"$cookie"
contains said 'a token is wanted'
expect 101 status "$any?token=$good" "$evil"$'\r\n'"$cookie"
expect 101 status "$any" "${evil/evil/good}"$'\r\n'"$cookie"
expect 101 status "$any" "$cookie"
stop open

# What it claims is what the rules are about, at the gateway and at the hub.
so-ctl token --sign-key ec.pem --sub bob --role staff --claims '{"aud":"chat"}' >bob.jwt
so-ctl token --sign-key secret --sub ann --claims '{"aud":"chat"}' >ann.jwt
exits 4 so-ctl --at "$ws/chat/room1" get board k
exits 5 so-ctl --at "$ws/chat/staff" --token-file ann.jwt set board k 1
so-ctl --at "$ws/chat/staff" --token-file bob.jwt set board k 1
so-ctl --at "$ws/chat/room1" --token-file ann.jwt set other k 1
exits 5 so-ctl --at "$ws/chat/room1" --token-file ann.jwt set board k 1
exits 2 so-ctl --token-file ann.jwt get /chat/room1 board k
exits 2 so-ctl token --sign-key ec.pub
exits 2 so-ctl token --sub ann

# When it has expired the connection ends, unless it was refreshed with one of the same user.
short() { so-ctl token --sign-key secret --sub "$1" --claims "{\"aud\":\"chat\",\"exp\":$(($(date +%s) - 1))}"; }
background late "$client" --wait --protocol scopewire.v1 "$ws/chat/room1?token=$(short ann)"
eventually contains late.out '"user":"ann","expires":'
eventually contains late.log 'closed 4109 the token has expired'
mkfifo say
"$client" --wait --protocol scopewire.v1 "$ws/chat/room1?token=$(short ann)" <say >fresh.out 2>fresh.log &
fresh=$!
exec 7>say
eventually contains fresh.out hello
printf '{"id":1,"op":"refresh","token":"%s"}\n' "$(cat bob.jwt)" >&7
printf '{"id":2,"op":"refresh","token":"x"}\n' >&7
printf '{"id":3,"op":"refresh","token":"%s"}\n' "$(cat ann.jwt)" >&7
eventually contains fresh.out '{"id":3,"ok":true,"expires":'
contains fresh.out '"id":1,"ok":false,"error":{"code":"bad_token","message":"token: it is of another user (sub)"'
contains fresh.out '"id":2,"ok":false,"error":{"code":"bad_token"'
background later "$client" --wait --protocol scopewire.v1 "$ws/chat/room1?token=$(short carl)"
eventually contains later.log 'closed 4109' # one that is as old and was not refreshed
kill -0 $fresh || fail "a refreshed connection was closed: $(cat fresh.log)"
exec 7>&-
kill $fresh
wait $fresh 2>/dev/null || true

# SIGHUP: other keys. One that is wrong changes nothing.
printf 'weak' >secret
kill -s HUP "${pid_of[gateway]}"
eventually contains gateway.log 'the keys for tokens stay as they were: secret: a secret of 4 bytes'
expect 101 status "$chat?token=$good"
printf 'thirty-two bytes of secret, or so' >secret
cp ec.pub kept
printf '<html><head><title>502 Bad Gateway</title></head></html>\n' >ec.pub
printf '<html><head><title>502 Bad Gateway</title></head></html>' >page
kill -s HUP "${pid_of[gateway]}"
eventually contains gateway.log 'the keys for tokens stay as they were: ec.pub: no key and no secret, but a page in HTML'
expect 401 status "$chat?token=$(jwt HS256 page '{"aud":"chat"}')"
printf 'upstream connect error or disconnect/reset before headers' >ec.pub
kill -s HUP "${pid_of[gateway]}"
eventually contains gateway.log 'ec.pub: a secret in place of public keys is taken at a start only'
expect 401 status "$chat?token=$(jwt HS256 ec.pub '{"aud":"chat"}')"
mv kept ec.pub
printf 'another secret of thirty-two bytes' >secret
kill -s HUP "${pid_of[gateway]}"
eventually contains gateway.log 'keys for tokens read again: 3'
expect 401 status "$chat?token=$good"
so-ctl token --sign-key secret --claims '{"aud":"chat"}' >new.jwt
so-ctl --at "$ws/chat/room1" --token-file new.jwt set other k 2

# Where they are optional, who brings none is anonymous; who brings a wrong one is refused.
start open ws-gateway --standalone --token-key ec.pub --token-optional --token-audience chat --listen 127.0.0.1:0
open=ws://$(address open ws)
so-ctl --at "$open/chat/room1" set board k 1
so-ctl --at "$open/chat/room1" --token-file bob.jwt set board k 2
exits 4 so-ctl --at "$open/chat/room1" --token-file new.jwt get board k

# Of tokens that nobody has signed only so many are looked at; who was seen before comes in meanwhile.
chat=http://${open#ws://}/chat/room1
known=$(jwt ES256 ec.pem '{"aud":"chat"}')
expect 101 status "$chat?token=$known"
forged=${known%?????}AAAAA
expect 401 status "$chat?token=$forged"
tries=0
until [ "$(status "$chat?token=$forged")" = 429 ]; do
  [ $((tries += 1)) -lt 200 ] || fail "all of them are looked at"
done
contains said 'Retry-After: '
curl -s -H 'Accept: text/event-stream' "$chat?token=$forged&n=[1-100]" >bodies
contains bodies '"code":"limit","message":"token: too many had wrong signatures'
expect 101 status "$chat?token=$known"
again() { [ "$(status "$chat?token=$forged")" = 401 ]; }
eventually again
