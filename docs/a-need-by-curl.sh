#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Carries one need from submission to verdict with curl and jq alone. docs/a-need-by-curl.md explains each step.
#
#   a-need-by-curl.sh ADDRESS ASKER SECRETARY OFFICER MEMBER CATEGORY
#
# ADDRESS is the region's ("http://127.0.0.1:8080"); then three accounts: a verified resident, a secretary, an officer of MEMBER
# ("member/2"); CATEGORY is a word of the charter. Their common password stands in LIANXI_PASSWORD.
set -eu

address=$1 asker=$2 secretary=$3 officer=$4 member=$5 category=$6
api=$address/api/v1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# token NAME: signs in by password and makes a token for programs, good for one day
token() {
	jq -n --arg name "$1" --arg password "$LIANXI_PASSWORD" '{$name, $password}' |
		curl -sS --fail-with-body -c "$folder/jar" -H 'Content-Type: application/json' -d @- "$api/sign-in" >"$folder/account"
	csrf=$(curl -sS --fail-with-body -b "$folder/jar" "$api/account" | jq -r .csrf)
	curl -sS --fail-with-body -b "$folder/jar" -H "X-CSRF-Token: $csrf" -H 'Content-Type: application/json' \
		-d '{"label": "a need by curl", "days": 1}' "$api/account/tokens" | jq -r .token
}

# act TOKEN PATH INPUT: does one act; the key makes it safe to send again when no answer came
act() {
	key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	reply=$(curl -sS --fail-with-body --retry 3 -H "Authorization: Bearer $1" -H "Idempotency-Key: $key" \
		-H 'Content-Type: application/json' -d "$3" "$api/$2") || { echo "$reply" >&2; exit 1; }
	printf "%s\n" "$reply"
}

asker_token=$(token "$asker")
secretary_token=$(token "$secretary")
officer_token=$(token "$officer")

echo '1. The resident submits a need.'
input=$(jq -n --arg category "$category" '{title: "早晚高峰跨市公交太少", text: "早晚高峰跨市公交间隔超过四十分钟，赶不上地铁。",
	kind: "proposal", $category}')
receipt=$(act "$asker_token" needs/new/submit "$input")
need=$(printf "%s" "$receipt" | jq .number)
echo "   It is need $need: $address/needs/$need"

echo '2. The secretariat routes it to the government responsible.'
act "$secretary_token" "needs/$need/route" "{\"lead\": \"$member\"}"

echo '3. That government signs for it and answers.'
act "$officer_token" "needs/$need/sign" '{}'
act "$officer_token" "needs/$need/answer" '{"outcome": "done", "answer": "已于一月一日起加密到十五分钟一班。"}'

echo '4. The resident gives the verdict.'
act "$asker_token" "needs/$need/verdict" '{"contacted": "yes", "solved": "yes", "satisfied": "yes"}'

echo '5. Everyone can read how it went, and the entries in the record.'
curl -sS --fail-with-body "$api/needs/$need" | jq '{number, state, outcome, solved, satisfied, last}'
curl -sS --fail-with-body "$api/record" | jq -c --arg of "need/$need" '.entries[] | select(.of == $of) | {n, act, by, "for"}'
