/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Joining numbers into groups (union and find; the root of a group is its smallest member). */
#ifndef LX_ENGINES_SIMILAR_GROUPS_H
#define LX_ENGINES_SIMILAR_GROUPS_H

#include "engines/similar/similar.h"

/* n numbers, each a group of its own; NULL without memory (told). */
uint32_t *lx_roots_new(struct lx_call *call, size_t n);

/* The root of i's group. */
uint32_t lx_roots_of(uint32_t *roots, uint32_t i);

/* Makes one group of a's and b's. */
void lx_roots_join(uint32_t *roots, uint32_t a, uint32_t b);

/* The groups of two and more, in the call's arena. */
LX_CHECK enum lx_code lx_groups_make(
	struct lx_call *call, uint32_t *roots, size_t n, struct lx_similar_groups *groups);

#endif
