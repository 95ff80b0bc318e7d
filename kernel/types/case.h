/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One act being decided: what a rule in C sees (record, input, actor, charter) and what it may add
 * (effects on this record, refusal, consequent acts). Rules never see the clock or sealed data.
 */
#ifndef LX_KERNEL_TYPES_CASE_H
#define LX_KERNEL_TYPES_CASE_H

#include "kernel/types/actor.h"
#include "kernel/writer/writer.h"

/* An act that follows from another: its own entry, with its cause, in the same savepoint. */
struct lx_follow {
	struct lx_follow *next;
	const char *type;
	int64_t record; /* 0: makes one */
	const char *act;
	json_t *input;
};

struct lx_case {
	struct lx_work *work;
	struct lx_call *call;
	struct lx_sight view;
	struct lx_record *record; /* as it is before the act */
	const struct lx_act *act;
	json_t *input; /* decoded: values in the form they have in entries */
	json_t *open;  /* effects everyone may see */
	json_t *inner; /* effects not everyone may see */
	json_t *bound; /* "with" of the open part: commitments of newly named contents and seals */
	json_t *bound_in;     /* the same for the inner part */
	const char *lang;     /* language of what is written, BCP 47 */
	struct lx_text aside; /* the order's */
	bool ordered;         /* the act that was asked for, not one that follows from another */
	const json_t *proof;  /* of its signature, as the entry has it; NULL: none */
	struct lx_follow *follows;
	const struct lx_relation *relation;
	struct lx_holding holding;
};

/* Refuses: LX_CONFLICT (the state of things) or LX_INVALID (the input), with the rule's own message key. */
LX_CHECK enum lx_code lx_case_refuse(struct lx_case *c, const char *field, const char *msgid);

/* The decoded input of a field as text (numbers in digits), empty when it was not given. */
struct lx_text lx_case_input(const struct lx_case *c, const char *field);

/* The prose of a content or seal-free text field of input or record ("content/12"), for comparing. */
LX_CHECK enum lx_code lx_case_prose(struct lx_case *c, const char *field, struct lx_text *text);

/* Adds the effect that sets a field; `value` (NULL: empties it) is consumed. Restricted fields go to the inner part. */
LX_CHECK enum lx_code lx_case_set(struct lx_case *c, const char *field, json_t *value);

/* Lays a content down and sets the open field to it; `media` names what the bytes are. */
LX_CHECK enum lx_code lx_case_lay(
	struct lx_case *c, const char *field, struct lx_text bytes, const char *media);

/* Lets an act follow; `input` (may be NULL) is consumed. */
LX_CHECK enum lx_code lx_case_follow(
	struct lx_case *c, const char *type, int64_t record, const char *act, json_t *input);

#endif
