/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi verify URL, lianxi verify DIR of a mirror: everything that is public, checked on one's own machine. */
#include "cli/verify_copy.h"
#include "cli/result.h"

#include "cli/receipt.h"
#include "cli/replay.h"
#include "kernel/journal/hash.h"
#include "kernel/record/policy.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool lx_is_address(const char *operand)
{
	return strncmp(operand, "http://", 7) == 0 || strncmp(operand, "https://", 8) == 0;
}

bool lx_is_mirror(const char *folder)
{
	struct stat about;
	char path[4096];

	if (snprintf(path, sizeof path, "%s/log/checkpoint", folder) >= (int)sizeof path)
		return false;
	return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static void tell_number(struct lx_cli *cli, const char *msgid, int64_t first, int64_t second)
{
	char a[24], b[24];

	(void)snprintf(a, sizeof a, "%lld", (long long)first);
	(void)snprintf(b, sizeof b, "%lld", (long long)second);
	lx_tell(cli, msgid, a, b);
}

static void tell(struct lx_cli *cli, const struct lx_mirror *m, const struct lx_replay *replay)
{
	char root[LX_HASH_TEXT];

	lx_hash_write(m->checkpoint.root, root);
	lx_tell(cli, "verify.copy_of", m->checkpoint.origin, root);
	lx_fact_text(cli, "origin", m->checkpoint.origin);
	lx_fact_text(cli, "root", root);
	lx_fact_number(cli, "entries", m->entries);
	lx_fact_number(cli, "contents", m->contents);
	lx_fact_number(cli, "withdrawn", m->withdrawn);
	lx_fact_number(cli, "not_shown", m->not_shown);
	if (m->fetch != NULL)
		lx_fact_number(cli, "records", replay->records);
	tell_number(cli, "mirror.done", m->entries, m->contents);
	if (m->withdrawn + m->not_shown > 0)
		tell_number(cli, "verify.not_there", m->withdrawn, m->not_shown);
	for (size_t i = 0; i < 2; i++)
		if (m->before[i].size > 0)
			tell_number(cli, "verify.since", m->before[i].size, m->entries);
	if (m->fetch != NULL)
		tell_number(cli, "verify.records", replay->records, replay->skipped);
	if (lx_option(cli, "key") == NULL && lx_option(cli, "policy") == NULL)
		tell_number(cli, "verify.own_key", 0, 0);
}

/* Whether as many witnesses as the policy asks for have seen this checkpoint; its log's key is the one to verify with. */
static enum lx_code check_policy(struct lx_cli *cli, struct lx_mirror *m)
{
	const char *file = lx_option(cli, "policy");
	struct lx_policy *policy;
	struct lx_text text;
	size_t held;

	if (file == NULL)
		return lx_mirror_begin(m, lx_option(cli, "key"));
	policy = lx_alloc(&cli->call, sizeof *policy);
	if (policy == NULL)
		return LX_BROKEN;
	LX_TRY(lx_cli_read(cli, file, &text));
	if (lx_policy_read(&cli->call, text, policy) != LX_OK) {
		lx_cli_in(cli, file);
		return cli->call.fault.code;
	}
	char key[LX_NOTE_KEY_TEXT];
	if (policy->logs_n > 0)
		lx_note_key_write(&policy->logs[0].key, key);
	LX_TRY(lx_mirror_begin(m, policy->logs_n == 1 ? key : lx_option(cli, "key")));
	if (!lx_policy_met(policy, m->note, &held))
		return lx_fail(&cli->call, LX_CONFLICT, file, "policy.unmet", "%zu", held);
	tell_number(cli, "policy.met", (int64_t)held, 0);
	return LX_OK;
}

static enum lx_code check(struct lx_cli *cli, struct lx_mirror *m, struct lx_replay *replay)
{
	const char *since = lx_option(cli, "since");
	struct lx_text note;

	LX_TRY(lx_replay_begin(cli, replay, m));
	LX_TRY(check_policy(cli, m));
	if (since != NULL) {
		LX_TRY(lx_cli_read(cli, since, &note));
		LX_TRY(lx_mirror_since(m, note));
	}
	LX_TRY(lx_mirror_walk(m));
	LX_TRY(lx_store_commit(&replay->tx));
	if (m->fetch != NULL)
		LX_TRY(lx_replay_compare(replay, m->fetch));
	LX_TRY(lx_replay_check(replay, m->fetch));
	tell(cli, m, replay);
	return LX_OK;
}

enum lx_code lx_verify_copy(struct lx_cli *cli, const char *operand)
{
	LX_CLOSE(lx_fetch_close) struct lx_fetch *fetch = NULL;
	LX_CLOSE(lx_replay_end) struct lx_replay replay = { .cli = cli };
	struct lx_mirror m = { .cli = cli, .folder = operand };

	cli->call.progress = lx_cli_progress(cli, "verify.progress");
	if (lx_is_address(operand)) {
		LX_TRY(lx_fetch_open(&cli->call, operand, &fetch));
		m.fetch = fetch;
		m.folder = NULL;
	}
	return lx_tell_difference(cli, check(cli, &m, &replay));
}
