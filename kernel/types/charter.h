/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The charter in force, read for the kernel's use: terms, rules, words, calendar, the bodies it names.
 * The kernel knows the field names of the five types of polity/ and no others'.
 */
#ifndef LX_KERNEL_TYPES_CHARTER_H
#define LX_KERNEL_TYPES_CHARTER_H

#include "base/calendar.h"
#include "base/time.h"
#include "kernel/types/record.h"

#include <pthread.h>

struct lx_charter {
	struct lx_record record; /* charter/1; made false before init */
	bool founding;           /* not adopted yet */
	int offset;              /* minutes ahead of UTC */
	char currency[4];
	unsigned places;
	struct lx_calendar calendar;
};

/* How long a term is: unit 'w' working days, 'd' days, 'h' hours. */
struct lx_length {
	int64_t length, soon;
	char unit;
};

/* Reads charter/1; a region without one gives an empty charter in UTC. */
LX_CHECK enum lx_code lx_charter_load(
	struct lx_tx *tx, const struct lx_region *region, struct lx_charter *charter);

/* The charter kept between the acts of the writer, which alone uses it: read anew when the record has changed. Begins as
 * { .arena.limit = … }; closed by lx_charter_kept_close. */
struct lx_charter_kept {
	struct lx_arena arena;
	struct lx_charter charter;
	int64_t last_n, last_at; /* of the record as read; 0: nothing is kept */
};
LX_CHECK enum lx_code lx_charter_kept_load(struct lx_tx *tx, const struct lx_region *region,
	struct lx_charter_kept *kept, const struct lx_charter **charter);
void lx_charter_kept_close(struct lx_charter_kept *kept);

/* The charter shared by readers in many threads: read once for each of its changes. Begins as { .lock = PTHREAD_MUTEX_INITIALIZER };
 * closed by lx_charter_shared_close when nobody holds anything any more. */
struct lx_charter_held;
struct lx_charter_shared {
	pthread_mutex_t lock;
	struct lx_charter_held *newest;
};
/* The charter as the snapshot has it, and what keeps it: give that back with lx_charter_drop, after the last use of the
 * charter and its texts. */
LX_CHECK enum lx_code lx_charter_hold(struct lx_tx *tx, const struct lx_region *region,
	struct lx_charter_shared *shared, struct lx_charter_held **held,
	const struct lx_charter **charter);
void lx_charter_drop(struct lx_charter_held **held); /* NULL is allowed */
void lx_charter_shared_close(struct lx_charter_shared *shared);

/* The term of a name, the one for `code` before the general one (code may be empty); false: there is none. */
bool lx_charter_term(const struct lx_charter *charter, const char *name, struct lx_text code,
	struct lx_length *length);

/* Whether the charter's list holds the word. */
bool lx_charter_word(const struct lx_charter *charter, const char *list, struct lx_text code);

/* Whether an institution is on; the kernel's own always are. */
bool lx_charter_on(const struct lx_charter *charter, const char *type);

/* Whether the charter asks that an act be signed by the key of the mandate it is done under. */
bool lx_charter_signs(const struct lx_charter *charter, const char *type, const char *act);

/* A row of one of the charter's lists whose first field is `key`, from index *at on; NULL when there is no further. */
const struct lx_row *lx_charter_row(
	const struct lx_charter *charter, const char *list, struct lx_text key, size_t *at);

/* A cell of a row of the charter's list. */
struct lx_value lx_charter_cell(const struct lx_charter *charter, const char *list,
	const struct lx_row *row, const char *field);

/* The end of a term that starts now, and the moment of its warning (0: none). */
int64_t lx_charter_end(const struct lx_charter *charter, struct lx_length length, int64_t now);
int64_t lx_charter_warn(const struct lx_charter *charter, struct lx_length length, int64_t end);

#endif
