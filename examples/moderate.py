#!/usr/bin/env python3
"""A hook that moderates chat rooms: no bad words, and links are cut out."""
import json, re, sys

BAD = re.compile(r"\b(darn|heck)\b", re.IGNORECASE)
LINK = re.compile(r'https?://[^\s"\\]+')

for line in sys.stdin:
    question = json.loads(line)
    text = json.dumps(question["changes"], ensure_ascii=False)
    answer = {"id": question["id"], "allow": not BAD.search(text)}
    if not answer["allow"]:
        answer["reason"] = "mind your language"
    elif LINK.search(text):
        answer["changes"] = json.loads(LINK.sub("(link)", text))
    print(json.dumps(answer), flush=True)
