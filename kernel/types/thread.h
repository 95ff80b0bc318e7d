/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The thread of a record: what it arises from and what arose from it, over the fields with the use "thread" alone, walked both
 * ways. Such a field leads from what is later to what is earlier (a project names its needs). Nothing that this reader may not
 * read is walked through. Nobody here knows an institution.
 */
#ifndef LX_KERNEL_TYPES_THREAD_H
#define LX_KERNEL_TYPES_THREAD_H

#include "kernel/types/actor.h"

#define LX_THREAD_RECORDS_MAX 60 /* more cannot be drawn so that one sees anything */
#define LX_THREAD_LINKS_MAX   240
#define LX_THREAD_BACK_MAX    12 /* records of one type that lead by one field to one record */
#define LX_THREAD_STEPS_MAX   24 /* types that can be part of a thread */

struct lx_thread_record {
	struct lx_record record;
	size_t step; /* which of the thread's steps it belongs to */
	bool down;   /* what names it is walked too */
};

/* The later record names the earlier one in this field. */
struct lx_thread_link {
	size_t later, earlier; /* of the records */
	const struct lx_field *field;
};

struct lx_thread {
	struct lx_thread_record *records; /* the first is the one it was asked for */
	size_t records_n;
	struct lx_thread_link *links;
	size_t links_n;
	const struct lx_shape *steps[LX_THREAD_STEPS_MAX]; /* types in the order of their links */
	size_t steps_n;
	bool cut; /* there is more than is walked */
};

/* Whether records of the type can lead to others, or others to them. */
bool lx_thread_has(const struct lx_region *region, const struct lx_type *type);

/* Whether this record names anything earlier. What names it, the marks tell (marks.h). */
bool lx_thread_leads(const struct lx_record *record);

/* Walks from a record: everything it arises from, everything that arose from it, and what arose from those of its origins that
 * themselves arose from something (from a payment back to its project, and to the round that chose it). */
LX_CHECK enum lx_code lx_thread_walk(
	const struct lx_sight *sight, const struct lx_record *record, struct lx_thread *thread);

#endif
