/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Working out the effects of an act: actor's fields, input, clears, state, terms; what is restricted goes inside. */
#ifndef LX_KERNEL_TYPES_EFFECTS_H
#define LX_KERNEL_TYPES_EFFECTS_H

#include "kernel/types/case.h"

/* Adds the effect of a value of a field; `value` is consumed. */
LX_CHECK enum lx_code lx_effect_set(struct lx_case *c, const struct lx_field *field, json_t *value);

/* Adds what the tables say: actor fields, input, clears, state. */
LX_CHECK enum lx_code lx_effects_of_tables(struct lx_case *c);

/* Adds what happens to terms: started, moved, resting, running again, over (terms.c). `now` is the moment of the entry. */
LX_CHECK enum lx_code lx_effects_of_terms(struct lx_case *c);

/* Adds a term's effect: stage with its moment (0: null) and warning. */
LX_CHECK enum lx_code lx_effect_term(
	struct lx_case *c, size_t term, enum lx_stage stage, int64_t moment, int64_t warn);

/* Adds the whole open state of the record: it becomes public with this entry. */
LX_CHECK enum lx_code lx_effects_whole(struct lx_case *c);

/* The state the record has after the act. */
struct lx_text lx_state_after(const struct lx_case *c);

/* Appends an effect given as a new reference; NULL (memory) is LX_BROKEN. */
LX_CHECK enum lx_code lx_effect_add(struct lx_case *c, json_t *list, json_t *effect);

#endif
