/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Policies read, and held against a note. */
#include "kernel/record/policy.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MOST 70

struct reading {
	struct lx_call *call;
	struct lx_policy *policy;
	int64_t line;
	struct lx_text words[WORDS_MOST];
	size_t n;
	bool quorum;
};

static enum lx_code fault(struct reading *r, const char *msgid, struct lx_text what)
{
	return lx_fault_at(&r->call->fault, LX_INVALID, r->line, 1, msgid, "%.*s",
		(int)(what.len < 80 ? what.len : 80), what.at);
}

static bool copy(struct lx_text text, char *into, size_t size)
{
	if (text.len == 0 || text.len >= size)
		return false;
	memcpy(into, text.at, text.len);
	into[text.len] = '\0';
	return true;
}

static enum lx_code read_key(
	struct reading *r, struct lx_text text, enum lx_note_type type, struct lx_note_key *key)
{
	if (lx_note_key_read(r->call, text, key) == LX_OK && key->type == type)
		return LX_OK;
	lx_fault_clear(&r->call->fault);
	return fault(r, "policy.key", text);
}

static int witness_of(const struct lx_policy *policy, struct lx_text name)
{
	for (size_t i = 0; i < policy->witnesses_n; i++)
		if (lx_text_is(name, policy->witnesses[i].name))
			return (int)i;
	return -1;
}

static int group_of(const struct lx_policy *policy, struct lx_text name)
{
	for (size_t i = 0; i < policy->groups_n; i++)
		if (lx_text_is(name, policy->groups[i].name))
			return (int)i;
	return -1;
}

/* A new name: not "none", and of nothing else. */
static bool is_new(const struct lx_policy *policy, struct lx_text name)
{
	return !lx_text_is(name, "none") && witness_of(policy, name) < 0 &&
	       group_of(policy, name) < 0;
}

static enum lx_code log_line(struct reading *r)
{
	struct lx_policy_log *log = &r->policy->logs[r->policy->logs_n];

	if (r->n < 2 || r->n > 3)
		return fault(r, "policy.line", r->words[0]);
	if (r->policy->logs_n == LX_POLICY_LOGS)
		return fault(r, "policy.many", r->words[0]);
	LX_TRY(read_key(r, r->words[1], LX_NOTE_ED25519, &log->key));
	if (r->n == 3 && !copy(r->words[2], log->url, sizeof log->url))
		return fault(r, "policy.line", r->words[2]);
	r->policy->logs_n++;
	return LX_OK;
}

static enum lx_code witness_line(struct reading *r)
{
	struct lx_policy_witness *witness = &r->policy->witnesses[r->policy->witnesses_n];

	if (r->n < 3 || r->n > 4)
		return fault(r, "policy.line", r->words[0]);
	if (r->policy->witnesses_n == LX_POLICY_WITNESSES)
		return fault(r, "policy.many", r->words[0]);
	if (!is_new(r->policy, r->words[1]) ||
		!copy(r->words[1], witness->name, sizeof witness->name))
		return fault(r, "policy.name", r->words[1]);
	LX_TRY(read_key(r, r->words[2], LX_NOTE_COSIGNATURE, &witness->key));
	/* one key counts once, under whatever names */
	for (size_t i = 0; i < r->policy->witnesses_n; i++)
		if (memcmp(r->policy->witnesses[i].key.public, witness->key.public, 32) == 0)
			return fault(r, "policy.name", r->words[1]);
	if (r->n == 4 && !copy(r->words[3], witness->url, sizeof witness->url))
		return fault(r, "policy.line", r->words[3]);
	r->policy->witnesses_n++;
	return LX_OK;
}

static enum lx_code member(struct reading *r, struct lx_policy_group *group, struct lx_text name)
{
	int witness = witness_of(r->policy, name), other = group_of(r->policy, name);
	uint64_t *of = witness >= 0 ? &group->witnesses : &group->groups;
	int i = witness >= 0 ? witness : other;

	if (i < 0 || (*of >> i & 1) != 0)
		return fault(r, "policy.name", name);
	*of |= UINT64_C(1) << i;
	return LX_OK;
}

static enum lx_code group_line(struct reading *r)
{
	struct lx_policy_group *group = &r->policy->groups[r->policy->groups_n];
	int64_t least = 0;

	if (r->n < 4)
		return fault(r, "policy.line", r->words[0]);
	if (r->policy->groups_n == LX_POLICY_GROUPS)
		return fault(r, "policy.many", r->words[0]);
	if (!is_new(r->policy, r->words[1]) || !copy(r->words[1], group->name, sizeof group->name))
		return fault(r, "policy.name", r->words[1]);
	for (size_t i = 3; i < r->n; i++)
		LX_TRY(member(r, group, r->words[i]));
	int64_t members = (int64_t)r->n - 3;
	if (lx_text_is(r->words[2], "all"))
		least = members;
	else if (lx_text_is(r->words[2], "any"))
		least = 1;
	else if (!lx_text_int(r->words[2], &least) || least < 1 || least > members)
		return fault(r, "policy.line", r->words[2]);
	group->least = (unsigned)least;
	r->policy->groups_n++;
	return LX_OK;
}

static enum lx_code quorum_line(struct reading *r)
{
	if (r->n != 2)
		return fault(r, "policy.line", r->words[0]);
	if (r->quorum)
		return fault(r, "policy.quorum", r->words[1]);
	r->quorum = true;
	r->policy->quorum_witness = witness_of(r->policy, r->words[1]);
	r->policy->quorum_group = group_of(r->policy, r->words[1]);
	if (r->policy->quorum_witness < 0 && r->policy->quorum_group < 0 &&
		!lx_text_is(r->words[1], "none"))
		return fault(r, "policy.name", r->words[1]);
	return LX_OK;
}

static enum lx_code line(struct reading *r, struct lx_text text)
{
	static const struct {
		const char *word;
		enum lx_code (*read)(struct reading *r);
	} lines[] = { { "log", log_line }, { "witness", witness_line }, { "group", group_line },
		{ "quorum", quorum_line } };
	const char *comment = memchr(text.at, '#', text.len);
	struct lx_text word;

	if (comment != NULL)
		text.len = (size_t)(comment - text.at);
	r->n = 0;
	while (lx_text_word(&text, &word)) {
		if (r->n == WORDS_MOST)
			return fault(r, "policy.many", word);
		r->words[r->n++] = word;
	}
	if (r->n == 0)
		return LX_OK;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (lx_text_is(r->words[0], lines[i].word))
			return lines[i].read(r);
	return fault(r, "policy.line", r->words[0]);
}

enum lx_code lx_policy_read(struct lx_call *call, struct lx_text text, struct lx_policy *policy)
{
	struct reading r = { .call = call, .policy = policy };
	struct lx_text one;

	*policy = (struct lx_policy){ .quorum_witness = -1, .quorum_group = -1 };
	if (!lx_utf8_valid(text.at, text.len, NULL))
		return fault(&r, "policy.line", (struct lx_text){ "", 0 });
	while (text.len > 0 && lx_text_split(&text, '\n', &one)) {
		r.line++;
		LX_TRY(line(&r, one));
	}
	return r.quorum ? LX_OK : fault(&r, "policy.quorum", (struct lx_text){ "", 0 });
}

const struct lx_policy_log *lx_policy_log_of(const struct lx_policy *policy, struct lx_text origin)
{
	for (size_t i = 0; i < policy->logs_n; i++)
		if (lx_text_is(origin, policy->logs[i].key.name))
			return &policy->logs[i];
	return NULL;
}

static unsigned bits(uint64_t set)
{
	unsigned n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

bool lx_policy_met(const struct lx_policy *policy, struct lx_text note, size_t *held)
{
	uint64_t witnesses = 0, groups = 0;

	for (size_t i = 0; i < policy->witnesses_n; i++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 16 };
		struct lx_call call = { .arena = &arena };
		struct lx_text text;
		if (lx_note_verify(&call, note, &policy->witnesses[i].key, &text) == LX_OK)
			witnesses |= UINT64_C(1) << i;
	}
	*held = bits(witnesses);
	/* a group's members are defined before it */
	for (size_t i = 0; i < policy->groups_n; i++) {
		const struct lx_policy_group *group = &policy->groups[i];
		if (bits(group->witnesses & witnesses) + bits(group->groups & groups) >=
			group->least)
			groups |= UINT64_C(1) << i;
	}
	if (policy->quorum_witness >= 0)
		return (witnesses >> policy->quorum_witness & 1) != 0;
	return policy->quorum_group < 0 || (groups >> policy->quorum_group & 1) != 0;
}
