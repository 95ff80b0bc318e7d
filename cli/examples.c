/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The examples of every command, for --help and the manual. Each line is run by tests/cli/test_examples.py, in this order, in one
 * folder with files of these names. What the n-th of a command is for is the sentence `cli.<command>:<n>`.
 */
#include "cli/help.h"

/* clang-format off */
const struct lx_example lx_examples[] = {
	{ "init", "lianxi init delta --charter charter.json" },
	{ "init", "lianxi init coast --charter charter.json --origin coast.example/log --format json" },
	{ "demo", "lianxi demo region" },
	{ "serve", "lianxi serve region" },
	{ "serve", "lianxi serve region --listen 127.0.0.1:8090 --proxy 127.0.0.1 --log" },
	{ "keygen", "lianxi keygen region --witness witness.example/delta" },
	{ "keygen", "lianxi keygen officer.key --person" },
	{ "sign", "lianxi sign need.answer need/1 --input answer.json --key officer.key --as mandate/21#key.1 --log region.example/log" },
	{ "types", "lianxi types" },
	{ "types", "lianxi types --format charter-schema >charter.schema.json" },
	{ "tally", "lianxi tally election.pb" },
	{ "tally", "lianxi tally election.pb --rule mes --completion add1x,greedy --explain" },
	{ "tally", "lianxi tally votes.csv --projects projects.csv --budget 1000 --ballots approval --format json" },
	{ "share", "lianxi share --from-costs costs.csv" },
	{ "share", "lianxi share --from-costs costs.csv --method shapley,nucleolus --format json" },
	{ "ground", "lianxi ground discussion" },
	{ "ground", "lianxi ground discussion --svg map.svg" },
	{ "similar", "lianxi similar build needs.index texts.csv" },
	{ "similar", "lianxi similar query needs.index \"公交 间隔\"" },
	{ "similar", "lianxi similar twins needs.index --near" },
	{ "appraise", "lianxi appraise offices.csv --method ccr,bcc" },
	{ "appraise", "lianxi appraise offices.csv --method targets --format json" },
	{ "verify", "lianxi verify region --recount" },
	{ "verify", "lianxi verify https://delta.example" },
	{ "mirror", "lianxi mirror https://delta.example copy" },
	{ "export", "lianxi export needs --region region --format csv >all-needs.csv" },
	{ "export", "lianxi export rounds/1 --region region --format pb >round.pb" },
	{ "import", "lianxi import needs needs.csv --region region --as mandate/8" },
	{ "import", "lianxi import pabulib election.pb --region region --any-currency" },
	{ "erase", "lianxi erase person 40 --region region --reason \"asked for on paper\"" },
	{ "rebuild", "lianxi rebuild region" },
	{ "backup", "lianxi backup region region.backup" },
	{ "restore", "lianxi restore region.backup again" },
	{ "manual", "lianxi manual pages" },
	{ NULL, NULL },
};
/* clang-format on */
