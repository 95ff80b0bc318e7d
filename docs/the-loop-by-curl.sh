#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Drives the whole loop with curl and jq alone: a need, a project, residents' ballots, shares, an agreement, its commitment, a payment, and
# the thread that leads from the payment back to the need. docs/the-loop-by-curl.md explains each step.
#
#   the-loop-by-curl.sh ADDRESS RESIDENT SECRETARY TREASURER AUDITOR MEMBER=OFFICER,DELEGATE MEMBER=OFFICER,DELEGATE …
#
# ADDRESS is the region's ("http://127.0.0.1:8080"); then accounts: a verified resident, a secretary, a treasurer, an auditor; then for each
# member whose voice is needed an officer and a delegate ("2=li.na,zhao.wei"). The first member leads the project, the first two
# share its cost. The accounts' common password stands in LIANXI_PASSWORD.
set -eu

address=$1 resident=$2 secretary=$3 treasurer=$4 auditor=$5
shift 5
api=$address/api/v1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# token NAME: signs in by password and makes a token for programs, good for one day
token() {
	jq -n --arg name "$1" --arg password "$LIANXI_PASSWORD" '{$name, $password}' |
		curl -sS --fail-with-body -c "$folder/jar" -H 'Content-Type: application/json' -d @- "$api/sign-in" >"$folder/account"
	csrf=$(curl -sS --fail-with-body -b "$folder/jar" "$api/account" | jq -r .csrf)
	curl -sS --fail-with-body -b "$folder/jar" -H "X-CSRF-Token: $csrf" -H 'Content-Type: application/json' \
		-d '{"label": "the loop by curl", "days": 1}' "$api/account/tokens" | jq -r .token
}

# act TOKEN PATH [INPUT]: does one act and prints the number of its record
act() {
	key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	reply=$(curl -sS --fail-with-body --retry 3 -H "Authorization: Bearer $1" -H "Idempotency-Key: $key" \
		-H 'Content-Type: application/json' -d "${3:-{\}}" "$api/$2") || { echo "$2: $reply" >&2; exit 1; }
	printf "%s" "$reply" | jq .number
}

# read_it PATH FILTER: reads a record
read_it() { curl -sS --fail-with-body "$api/$1" | jq -r "$2"; }

# wait_for PATH STATE: what the clock and the machine do comes by itself
wait_for() {
	for _ in $(seq 120); do
		[ "$(read_it "$1" .state)" = "$2" ] && return
		sleep 0.5
	done
	echo "$1 is $(read_it "$1" .state), not $2" >&2
	exit 1
}

# consent PATH STATE TOKEN…: everyone who is asked says yes, until it is decided
consent() {
	path=$1 state=$2
	shift 2
	for each in "$@"; do
		[ "$(read_it "$path" .state)" = "$state" ] && return
		act "$each" "$path/say" '{"says": "yes"}' >"$folder/said"
	done
	wait_for "$path" "$state"
}

secretary_token=$(token "$secretary")
resident_token=$(token "$resident")
treasurer_token=$(token "$treasurer")
auditor_token=$(token "$auditor")
delegates='' n=0
for each in "$@"; do
	n=$((n + 1)) names=${each#*=}
	case $n in
	1) one=member/${each%%=*} officer_one=$(token "${names%,*}") delegate_one=$(token "${names#*,}") ;;
	2) two=member/${each%%=*} officer_two=$(token "${names%,*}") delegate_two=$(token "${names#*,}") ;;
	esac
	if [ $n -gt 2 ]; then delegates="$delegates $(token "${names#*,}")"; fi
done
delegates="$delegate_one $delegate_two $delegates"

echo '1. A resident submits a need; the government responsible plans a joint project.'
need=$(act "$resident_token" needs/new/submit '{"title": "两市之间没有夜间公交", "text": "晚上九点以后两市之间没有公交，夜班工人回不了家。",
	"kind": "joint", "category": "transport"}')
act "$secretary_token" "needs/$need/route" "{\"lead\": \"$one\"}" >"$folder/done"
act "$officer_one" "needs/$need/answer" '{"outcome": "planned", "answer": "列为联合项目，由居民投票决定。"}' >"$folder/done"
act "$resident_token" "needs/$need/verdict" '{"contacted": "yes", "solved": "partly", "satisfied": "yes"}' >"$folder/done"

echo '2. Two projects are proposed for it, found feasible, and admitted to a round.'
# project TITLE COST: proposed by the first member's officer, assessed and admitted by the secretariat
project() {
	number=$(act "$officer_one" projects/new/propose "$(jq -n --arg title "$1" --arg cost "$2" --arg lead "$one" --arg need "need/$need" \
		'{$title, text: "两市之间的夜间公交，三年运营。", domain: "transport", $cost, $lead, need: [{$need}],
		milestone: [{names: {zh: "开行", en: "In service"}, due: "2099-01-01", amount: $cost}]}')")
	office=$(read_it charter .secretariat.ref)
	act "$secretary_token" "projects/$number/assess" "$(jq -n --arg body "$office" \
		'{opinion: [{$body, finding: "feasible", text: "线路和客流已经核实，可以实施。"}]}')" >"$folder/done"
	act "$secretary_token" "projects/$number/admit" >"$folder/done"
	echo "$number"
}
night=$(project '夜间公交专线' 1000.00)
taxi=$(project '夜间拼车补贴' 1200.00)

echo '3. Residents vote by secret ballot; the machine counts; the conference confirms.'
# the region's own clock is asked, not this machine's
made=$(read_it "projects/$taxi" .last.at)
now=$(jq -n --arg at "$made" '$at | sub("\\.[0-9]+"; "") | fromdateiso8601')
round=$(act "$secretary_token" rounds/new/prepare "$(jq -n --argjson now "$now" --arg night "project/$night" --arg taxi "project/$taxi" '
	{names: {zh: "夜间出行投票", en: "Vote on travelling by night"}, rule: "mes", utility: "cost", completion: "add1x,greedy", tie: "id",
	budget: "1500.00", opens: ($now | todate), closes: ($now + 15 | todate),
	entrant: [{code: "A1", project: $night, price: "1000.00"}, {code: "A2", project: $taxi, price: "1200.00"}]}')")
act "$secretary_token" "rounds/$round/freeze" >"$folder/done"
wait_for "rounds/$round" open
tracking=$(curl -sS --fail-with-body -H "Authorization: Bearer $resident_token" -H 'Content-Type: application/json' \
	-d '{"approve": ["A1"]}' "$api/rounds/$round/cast" | jq -r .tracking)
wait_for "rounds/$round" counted
curl -sS --fail-with-body "$api/rounds/$round" | jq -c '{winners, total_cost, voters, roll_size}'
echo "   The voter finds the own ballot again: $(read_it "rounds/$round/ballot?number=$tracking" '.approve | join(" ")')"
until [ "$(read_it "rounds/$round" '.terms[] | select(.term == "object_by") | .stage')" != runs ]; do sleep 0.5; done
act "$delegate_one" "rounds/$round/confirm" '{"reason": "无人提出异议"}' >"$folder/done"
consent "rounds/$round" confirmed $delegates
wait_for "projects/$night" won

echo '4. Two members share the cost: each states what it would pay alone and signs, one method is adopted.'
allocation=$(act "$secretary_token" allocations/new/prepare "$(jq -n --arg project "project/$night" --arg one "$one" --arg two "$two" '
	{title: "夜间公交费用分摊", $project, of: "cost", total: "1000.00", missing: "refused",
	player: [{member: $one}, {member: $two}], method: [{method: "shapley"}, {method: "equal"}]}')")
for each in "$officer_one $one 800.00" "$officer_two $two 600.00"; do
	set -- $each
	act "$1" "allocations/$allocation/enter" "$(jq -n --arg coalition "${2#member/}" --arg amount "$3" \
		'{worth: [{$coalition, $amount, basis: "单独开行的概算"}]}')" >"$folder/done"
done
act "$delegate_one" "allocations/$allocation/sign" >"$folder/done"
act "$delegate_two" "allocations/$allocation/sign" >"$folder/done"
act "$secretary_token" "allocations/$allocation/close" >"$folder/done"
act "$secretary_token" "allocations/$allocation/compute" >"$folder/done"
act "$delegate_one" "allocations/$allocation/adopt" '{"adopted": "shapley", "reason": "两市都比单独开行少付"}' >"$folder/done"
consent "allocations/$allocation" adopted "$delegate_one" "$delegate_two"
curl -sS --fail-with-body "$api/allocations/$allocation" |
	jq -c '[.share[] | select(.method == "shapley") | {member: .member.ref, minor: .amount.minor}]'

echo '5. They agree: two articles, one promise; in force today by the clock.'
today=$(jq -rn --argjson now "$now" '$now + 8 * 3600 | todate[:10]')
agreement=$(act "$delegate_one" agreements/new/draft "$(jq -n --arg one "$one" --arg two "$two" --arg project "project/$night" \
	--arg allocation "allocation/$allocation" '
	{title: "夜间公交共办协议", party: [{member: $one}, {member: $two}], $project, $allocation,
	article: [{number: "1", heading: "费用", text: "按已通过的分摊方案缴入共同发展基金。"},
		{number: "2", heading: "开行", text: "牵头方在期限之前开行。"}],
	promise: [{article: "2", title: "夜间公交开行", owner: $one, due: "2099-01-01"}]}')")
act "$delegate_one" "agreements/$agreement/propose" "{\"force_on\": \"$today\"}" >"$folder/done"
act "$delegate_two" "agreements/$agreement/conclude" >"$folder/done"
act "$delegate_one" "agreements/$agreement/say" '{"says": "yes"}' >"$folder/done"
act "$delegate_two" "agreements/$agreement/say" '{"says": "yes"}' >"$folder/done"
wait_for "agreements/$agreement" in_force
commitment=$(read_it "thread/agreement/$agreement" '.records[] | select(.type == "commitment") | .number')
echo "   Commitment $commitment arose from it."

echo '6. The fund calls the shares; who pays confirms; the project reaches its milestone and is paid by two organs.'
# ledger CODE KIND FLOOR [MEMBER]
ledger() {
	act "$treasurer_token" ledgers/new/open "$(jq -n --arg code "$1$allocation" --arg kind "$2" --arg floor "$3" --arg member "${4:-}" '
		{$code, names: {zh: $code, en: $code}, $kind, $floor} + if $member == "" then {} else {$member} end')"
}
bank=$(ledger bank asset zero) income=$(ledger income income none) costs=$(ledger costs expense none)
# posting DEBIT CREDIT AMOUNT
posting() {
	jq -cn --arg debit "ledger/$1" --arg credit "ledger/$2" --arg amount "$3" \
		'[{ledger: $debit, side: "debit", $amount}, {ledger: $credit, side: "credit", $amount}]'
}
# what is called by the shares that the agreement names is worked out, shown, and entered as it was shown: a call for each who pays
claim_one=$(ledger "due${one#member/}." claim none "$one") claim_two=$(ledger "due${two#member/}." claim none "$two")
basis=agreement/$agreement#article.1
figures=$(curl -sS --fail-with-body -G -H "Authorization: Bearer $treasurer_token" --data-urlencode total=1000.00 \
	--data-urlencode "basis=$basis" "$api/fund/calls" | jq -r .figures)
calls=$(jq -n --arg basis "$basis" --arg figures "$figures" --arg income "ledger/$income" \
	'{total: "1000.00", text: "夜间公交分摊款", due: "2099-01-01", $basis, $income, $figures}' |
	curl -sS --fail-with-body -H "Authorization: Bearer $treasurer_token" -H 'Content-Type: application/json' -d @- "$api/fund/calls" |
	jq -r '.vouchers[]')
# receipt OFFICER CLAIM: the treasurer records what came in for the next call, the payer acknowledges it
receipt() {
	set -- "$1" "$2" $calls
	called=$(curl -sS --fail-with-body "$api/vouchers/$3")
	received=$(act "$treasurer_token" vouchers/new/receive "$(printf "%s" "$called" | jq --arg settles "voucher/$3" --arg bank "ledger/$bank" \
		--arg claim "ledger/$2" '(.amount.minor | tonumber / 100 | tostring) as $amount | {text: "分摊款到账", payer: .payer.ref, $settles,
		posting: [{ledger: $bank, side: "debit", $amount}, {ledger: $claim, side: "credit", $amount}]}')")
	act "$1" "vouchers/$received/acknowledge" >"$folder/done"
	wait_for "vouchers/$3" settled
	shift 3
	calls=$*
}
receipt "$officer_one" "$claim_one"
receipt "$officer_two" "$claim_two"
act "$officer_one" "projects/$night/begin" "{\"begins\": \"$today\", \"ends\": \"2099-12-31\"}" >"$folder/done"
act "$officer_one" "projects/$night/reach" '{"milestone": [{"row": 1, "reached": "yes", "proof": "首班车准点发出"}]}' >"$folder/done"
payment=$(act "$treasurer_token" vouchers/new/ask "$(jq -n --arg payee "$one" --arg basis "project/$night#milestone.1" \
	--argjson posting "$(posting "$costs" "$bank" 1000.00)" '{text: "夜间公交开行", $payee, $basis, $posting}')")
act "$treasurer_token" "vouchers/$payment/pay" >"$folder/done"
consent "vouchers/$payment" settled "$treasurer_token" "$auditor_token"

echo '7. The promise is reported and confirmed by the other party; the project is finished.'
act "$officer_one" "commitments/$commitment/report" '{"evidence": [{"text": "首班车准点发出，时刻表公开。"}]}' >"$folder/done"
act "$delegate_two" "commitments/$commitment/confirm" >"$folder/done"
act "$officer_one" "projects/$night/finish" >"$folder/done"

echo '8. From the payment the thread leads back to the need.'
curl -sS --fail-with-body "$api/thread/voucher/$payment" | jq -c '.records[] | {ref, state}'
