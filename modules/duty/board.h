/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is counted of each member: needs it leads, answered in time, judged by who asked; commitments it owns, kept and overdue.
 * Inside duty/ only.
 *
 * Answered in time: the term of the answer never passed unanswered (whatever extension was granted). Due: answered, or overdue now.
 */
#ifndef LX_MODULES_DUTY_BOARD_H
#define LX_MODULES_DUTY_BOARD_H

#include "kernel/pages/pages.h"

#define LX_BOARD_BASE 30 /* cases under which a share says little: no interval is drawn */

struct lx_board_row {
	int64_t member;
	struct lx_text group; /* of members of like size, a word of the charter; may be empty */
	struct lx_words name;
	int64_t led, answered, in_time, overdue; /* needs */
	int64_t judged, solved, satisfied;       /* of the answered, by who asked */
	int64_t promised, kept, late, broken;    /* commitments that were not released */
};

struct lx_board {
	struct lx_board_row
		*rows; /* in the charter's order; members that neither lead nor promise too */
	size_t n;
};

/* Reads it; nothing of a type that is off. */
LX_CHECK enum lx_code lx_board_read(const struct lx_reader *reader, struct lx_board *board);

/* The commitments that are overdue now, longest first; their numbers in the call's arena. */
LX_CHECK enum lx_code lx_board_overdue(
	const struct lx_reader *reader, size_t most, int64_t **numbers, size_t *n);

/* The interval of a share at 95 % (Wilson 1927), in thousandths; part <= whole, whole > 0. */
void lx_board_interval(int64_t part, int64_t whole, int64_t *low, int64_t *high);

#endif
