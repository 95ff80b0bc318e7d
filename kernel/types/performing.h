/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parts of deciding that its files share; not for other rooms. */
#ifndef LX_KERNEL_TYPES_PERFORMING_H
#define LX_KERNEL_TYPES_PERFORMING_H

#include "kernel/types/decide.h"

/* One act on its way: who, which, how deep in consequences. */
struct lx_performing {
	struct lx_work *work;
	const struct lx_region *region;
	const struct lx_charter *charter;
	const struct lx_actor *actor;
	struct lx_text
		by; /* of the act this one follows from, where it is no pseudonym; else empty */
	int64_t cause, consent;
	unsigned depth;
	int64_t import;              /* the import this is part of, or 0 */
	struct lx_text aside;        /* the order's; not for what follows from it */
	bool ordered;                /* the order's own act; likewise */
	const json_t *proof;         /* its signature; likewise */
	struct lx_actor registering; /* the actor, once it is the person that is being made */
};

/* A case for an act on a loaded record, with empty effects. What is not the arena's is freed by lx_case_end:
 *	LX_CLOSE(lx_case_end) struct lx_case c = { 0 }; */
LX_CHECK enum lx_code lx_case_begin(const struct lx_performing *p, struct lx_record *record,
	const struct lx_act *act, const char *lang, struct lx_case *c);
void lx_case_end(struct lx_case *c);

/* Decides and enters one act on a loaded record; input raw, or already decoded (`frozen`). *n is its entry, *opened whether it only
 * opened a consent. */
LX_CHECK enum lx_code lx_enter(const struct lx_performing *p, struct lx_record *record,
	const struct lx_act *act, const json_t *input, bool frozen, const char *lang, int64_t *n,
	bool *opened);

/* Performs the acts that follow from entry `cause`. */
LX_CHECK enum lx_code lx_enter_follows(
	const struct lx_performing *p, const struct lx_case *c, int64_t cause);

/* The common acts that are not rows' work. */
LX_CHECK enum lx_code lx_enter_say(const struct lx_performing *p, struct lx_record *record,
	const json_t *input, const char *lang, int64_t *n);
LX_CHECK enum lx_code lx_enter_count(const struct lx_performing *p, struct lx_record *record,
	const struct lx_pending *pending, bool final, int64_t *n);
LX_CHECK enum lx_code lx_enter_correct(const struct lx_performing *p, struct lx_record *record,
	const json_t *input, const char *lang, int64_t *n);
LX_CHECK enum lx_code lx_enter_gone(const struct lx_performing *p, struct lx_record *record,
	const json_t *input, const char *lang, int64_t *n);
LX_CHECK enum lx_code lx_enter_term(const struct lx_performing *p, struct lx_record *record,
	size_t term, enum lx_stage stage, int64_t *n);

#endif
