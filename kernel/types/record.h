/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A record in memory: fields, child rows, terms, pending consents, as the derived tables have them. It
 * lives as long as the call it was loaded in.
 */
#ifndef LX_KERNEL_TYPES_RECORD_H
#define LX_KERNEL_TYPES_RECORD_H

#include "kernel/types/region.h"

#define LX_ROWS_LOADED_MAX 10000 /* a list beyond this must be declared `many` */

enum lx_stage {
	LX_STAGE_NONE,
	LX_STAGE_RUNS,
	LX_STAGE_SOON,
	LX_STAGE_RESTS,
	LX_STAGE_LATE,
	LX_STAGE_OVER
};
extern const char *const lx_stage_names[];

/* moment: when it passes; resting: the remainder; warn: when the clock enters "soon", 0: never; late_n: the entry by
 * which it became late, also after it is over. */
struct lx_term_now {
	enum lx_stage stage;
	int64_t moment, warn, late_n;
};

struct lx_row {
	int64_t number;
	struct lx_value *values; /* as rows->fields */
};
struct lx_row_list {
	struct lx_row *rows;
	size_t n;
};

/* A consent that was opened. `input`, `voices` are JSON texts; stage open granted refused overtaken. */
struct lx_pending {
	int64_t number;
	struct lx_text act, stage, rule, input, voices, on, reason, by, holder, as;
	int64_t until; /* 0: none */
	int64_t opened_n, closed_n;
};
struct lx_voice {
	int64_t pending;
	struct lx_text voice, says, content, on;
	int64_t n;
};

struct lx_record {
	const struct lx_shape *shape;
	int64_t number;
	bool made;
	struct lx_text state;
	int64_t hidden;         /* the entry that hid it, or 0 */
	struct lx_text counted; /* the state in which it is counted as standing; empty: in none */
	int64_t made_n, made_at, last_n, last_at;
	struct lx_value *values;   /* as type->fields */
	int64_t *given;            /* last row number given, by list */
	struct lx_row_list *lists; /* by list; empty for lists declared `many` */
	struct lx_term_now *terms; /* as type->terms */
	struct lx_pending *pending;
	size_t pending_n;
	struct lx_voice *voices;
	size_t voices_n;
};

/* A record that is not there yet, with this number. */
LX_CHECK enum lx_code lx_record_blank(struct lx_call *call, const struct lx_shape *shape,
	int64_t number, struct lx_record *record);

/* Loads a record whole; LX_NOT_FOUND without a fault when there is none. */
LX_CHECK enum lx_code lx_record_load(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, struct lx_record *record);

/* Loads it without its consents, for applying, which only writes them. */
LX_CHECK enum lx_code lx_record_load_rows(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, struct lx_record *record);

/* Loads what lists show: fields and terms, no child rows and no consents. */
LX_CHECK enum lx_code lx_record_load_head(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, struct lx_record *record);

/* Writes the record's own row and counts it in its state (child rows, terms and consents are written as their effects apply). */
LX_CHECK enum lx_code lx_record_save(struct lx_tx *tx, struct lx_record *record);

/* The parts of it, for who counts and writes apart: the state in which the record stands for the count (empty: in none, it is
 * hidden), adding to a count, the row, the row of a term. */
struct lx_text lx_record_standing(const struct lx_record *record);
LX_CHECK enum lx_code lx_record_count(
	struct lx_tx *tx, const struct lx_shape *shape, struct lx_text state, int64_t n);
LX_CHECK enum lx_code lx_record_put(struct lx_tx *tx, const struct lx_record *record);
LX_CHECK enum lx_code lx_record_put_term(
	struct lx_tx *tx, const struct lx_record *record, size_t term);

/* Room for a list of n rows: the power of two at or above n. Whoever adds a row allocates when n has filled it. */
size_t lx_rows_room(size_t n);

/* The highest number given to a record of the type, 0 when there is none. */
LX_CHECK enum lx_code lx_record_last(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t *number);

/* A field's value by name; NULL value when there is no such field. */
struct lx_value lx_record_value(const struct lx_record *record, const char *field);

/* A list of child rows by name, and a cell of one of its rows; the names are the type's own. */
const struct lx_row_list *lx_record_list(const struct lx_record *record, const char *list);
struct lx_value lx_row_value(const struct lx_record *record, const char *list,
	const struct lx_row *row, const char *field);

/* The publication class: that of the state, or withheld when hidden. */
enum lx_class lx_record_class(const struct lx_record *record);

/* The mark: late or soon while a running term is, else the state's. */
enum lx_mark lx_record_mark(const struct lx_record *record);

/* The derived tables that are not one type's own: terms, consents, voices, timeline. */
extern const struct lx_table lx_common_tables[];

#endif
