/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Deciding an act: relation, state, term, input, guard, consent, effects, terms, entry, consequences, in
 * this order, inside the writer. What is refused leaves no trace.
 */
#ifndef LX_KERNEL_TYPES_DECIDE_H
#define LX_KERNEL_TYPES_DECIDE_H

#include "kernel/types/case.h"

#define LX_ORDER_KEY_MAX 200 /* what the door lets in */
#define LX_FOLLOWS_MAX   64  /* how deep consequences may go */

/* What is asked for, and what came of it. */
struct lx_order {
	const char *type;
	int64_t record; /* 0: makes one */
	const char *act;
	const json_t *input; /* borrowed; NULL: nothing */
	const char *lang;
	int64_t person; /* who acts; 0: nobody */
	struct lx_text
		code; /* instead of a person: the query code of who has no account; else empty */
	struct lx_text key;     /* idempotency key, scoped to the person; empty: none */
	const int64_t *if_last; /* the record's last entry must be one of these */
	size_t if_last_n;       /* 0: any */
	int64_t mandate; /* acts by this mandate alone; 0: by whatever the person may act by */
	int64_t import;  /* part of the import whose first entry is this; 0: of none */
	/* Bytes for the act's rule alone (a sealed ballot, a file too long for JSON); borrowed. They enter nowhere by
	 * themselves: no entry, and not what an idempotency key's request is told apart by. */
	struct lx_text aside;
	const json_t
		*said; /* `signed`: what who acts signed with the order (proof.h); NULL: nothing */
	/* filled: */
	int64_t made_record;
	int64_t entry;
	bool pending; /* a consent was opened: nothing has taken effect yet */
	bool again;   /* the same key was answered before: this is that answer */
};

/* A job for lx_writer_submit; the argument is a struct lx_order, work->with the region. */
enum lx_code lx_order_job(struct lx_work *work, void *argument);

/* Lays down one part of a sealed upload, as a job: what an act's input then names by the upload's token. Parts come in order; after one that
 * leaves upload->number 0 the whole lies there from before. */
struct lx_laying {
	struct lx_upload *upload;
	size_t part;
};
enum lx_code lx_laying_job(struct lx_work *work, void *laying);

/* The same with init as who acts: one-time links and founding. */
enum lx_code lx_init_order_job(struct lx_work *work, void *order);

/* For the clock, init and the demonstration, inside a job: performs one act as `actor`. */
LX_CHECK enum lx_code lx_perform(struct lx_work *work, const struct lx_region *region,
	const struct lx_actor *actor, struct lx_order *order);

/* The same for an order that was signed: `proof` (borrowed; NULL: none) stands in its entry, and in none that follows. */
LX_CHECK enum lx_code lx_perform_signed(struct lx_work *work, const struct lx_region *region,
	const struct lx_actor *actor, struct lx_order *order, const json_t *proof);

/* What stands between a reader and an act now: LX_OK possible; else the code, with the reason in the call's fault. The input is
 * not looked at. For pages and the desk. */
LX_CHECK enum lx_code lx_act_possible(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_act *act, const struct lx_relation **relation);

/* The clock's due acts, as the writer's first job of each batch: at most a few hundred a batch. */
enum lx_code lx_clock_job(struct lx_work *work, void *nothing);

/* The moment of the next due act, or INT64_MAX. */
LX_CHECK enum lx_code lx_clock_next(struct lx_tx *tx, int64_t *moment);

extern const struct lx_table lx_order_tables[]; /* idempotency answers */

#endif
