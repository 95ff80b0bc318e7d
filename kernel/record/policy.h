/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Policies (C2SP tlog-policy): which logs, which witnesses, and how many of them must have seen a checkpoint.
 *
 *	log <verifier key> [url]
 *	witness <name> <verifier key> [url]
 *	group <name> all|any|<k> <member>…
 *	quorum <name>|none
 *
 * Names are defined before they are used; exactly one line says the quorum; what follows # is a comment.
 */
#ifndef LX_KERNEL_RECORD_POLICY_H
#define LX_KERNEL_RECORD_POLICY_H

#include "kernel/record/note.h"

#define LX_POLICY_LOGS      16
#define LX_POLICY_WITNESSES 64
#define LX_POLICY_GROUPS    64
#define LX_POLICY_URL       256

struct lx_policy_log {
	struct lx_note_key key;
	char url[LX_POLICY_URL]; /* "" when none is said */
};
struct lx_policy_witness {
	char name[64];
	struct lx_note_key key;
	char url[LX_POLICY_URL];
};
/* Bit i of `witnesses`, of `groups`: the i-th one is a member. */
struct lx_policy_group {
	char name[64];
	unsigned least;
	uint64_t witnesses, groups;
};
struct lx_policy {
	struct lx_policy_log logs[LX_POLICY_LOGS];
	struct lx_policy_witness witnesses[LX_POLICY_WITNESSES];
	struct lx_policy_group groups[LX_POLICY_GROUPS];
	size_t logs_n, witnesses_n, groups_n;
	int quorum_witness, quorum_group; /* -1: not this; both -1: none is asked for */
};

/* Reads a policy. LX_INVALID with the line: `policy.line`, `policy.name`, `policy.key`, `policy.quorum`, `policy.many`. */
LX_CHECK enum lx_code lx_policy_read(
	struct lx_call *call, struct lx_text text, struct lx_policy *policy);

/* The log of a key's name, or NULL. */
const struct lx_policy_log *lx_policy_log_of(const struct lx_policy *policy, struct lx_text origin);

/* Whether the cosignatures of a note satisfy the quorum; *held is how many witnesses' signatures hold. */
bool lx_policy_met(const struct lx_policy *policy, struct lx_text note, size_t *held);

#endif
