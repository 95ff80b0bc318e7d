/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Decoding an act's input by its declaration: what a form or a program sent becomes values in the form
 * they have in entries; prose is laid down as contents, personal data sealed. Every fault names the field and the rule.
 *
 * The input is an object: field → value; list → array of objects (rows). A row object may carry "row" (the number of
 * the row it changes) and "drop": true (removes it), where the act allows that.
 */
#ifndef LX_KERNEL_TYPES_INPUT_H
#define LX_KERNEL_TYPES_INPUT_H

#include "kernel/types/case.h"

/* Decodes `raw` (an object, or NULL for none) by c->act->takes into c->input. */
LX_CHECK enum lx_code lx_input_decode(struct lx_case *c, const json_t *raw);

/* Whether an act takes a word ("title", "reason", "+backer"); `*needed` tells whether it must be there. */
bool lx_act_takes(const struct lx_act *act, const char *word, bool *needed);

/* The next thing an act takes, for walking over `takes`: sign is + = - or 0; `needed` false where it ends in '?'. A '*'
 * is given as name "*". False at the end. */
struct lx_taken {
	char sign;
	struct lx_text name;
	bool needed;
};
bool lx_takes_next(struct lx_text *rest, struct lx_taken *taken);

/* Bounds of a kind's rule: "4..120", "0..", "80" (longest); absent bounds are INT64_MIN / INT64_MAX. */
void lx_field_bounds(const struct lx_field *field, int64_t *low, int64_t *high);

#endif
