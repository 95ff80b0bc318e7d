/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A region's types made ready: counted, with their derived tables and statements. Made once at start
 * from the constant tables and never changed afterwards, so any thread may read it.
 */
#ifndef LX_KERNEL_TYPES_REGION_H
#define LX_KERNEL_TYPES_REGION_H

#include "base/json.h"
#include "kernel/store/store.h"
#include "kernel/types/type.h"

/* The statements of one list of child rows. */
struct lx_rows_shape {
	const struct lx_rows *rows;
	size_t fields_n;
	struct lx_query load; /* record → row, fields */
	struct lx_query put;  /* record, row, fields */
	struct lx_query cut;  /* record, row */
	struct lx_query one;  /* record, row → fields */
	struct lx_query find; /* record, key fields → row; sql NULL where there is no key */
	struct lx_query size; /* record → how many */
};

/* A field with the use "thread", and who leads by it to a record. */
struct lx_thread_field {
	const struct lx_field *field;
	int list;             /* -1: of the record itself */
	struct lx_query back; /* the record, the range of its rows, most → records of this type */
};

struct lx_shape {
	const struct lx_type *type;
	int version; /* the newest step, at least 1 */
	size_t fields_n, rows_n, terms_n;
	struct lx_rows_shape *rows;
	struct lx_thread_field *threads;
	size_t threads_n;
	struct lx_query load; /* id → head, counters of rows, fields */
	struct lx_query save;
	struct lx_query last;    /* → highest number */
	struct lx_query touched; /* id → the record's last entry */
};

/* A check of a LX_DATA value: `of` names it. `value` is the parsed JSON. */
struct lx_data_check {
	const char *name;
	enum lx_code (*check)(struct lx_case *c, const char *field, const json_t *value);
};

/* Finds the person of an account by the name it signs in with; LX_NOT_FOUND without a fault. */
typedef enum lx_code lx_person_fn(struct lx_tx *tx, struct lx_text name, int64_t *person);

/* Whether a person's account has a second factor. */
typedef enum lx_code lx_factor_fn(struct lx_tx *tx, int64_t person, bool *has);

struct lx_charter_kept;

struct lx_region {
	const struct lx_type *const *types; /* ends with NULL */
	const struct lx_data_check *checks; /* ends with a zero row */
	lx_person_fn *person_by_name; /* set by who knows accounts; NULL: no person can be named */
	lx_factor_fn *second_factor;  /* likewise; NULL: nobody has one */
	const char *
		secrets; /* the folder beside the database for keys that no backup has; NULL: none */
	const char *origin; /* the log's name, to which orders are signed; NULL: no log yet */
	struct lx_charter_kept *kept; /* the writer's; NULL: the charter is read for every act */
	struct lx_shape *shapes;
	size_t n;
	struct lx_table *tables; /* derived, the journal's and `further`, ends with a zero row */
};

/* Makes a region ready; all memory is the call's, which must outlive it. `further` are tables of others (accounts,
 * sessions …), an array of arrays ending with NULL. The types must have passed the checker. */
LX_CHECK enum lx_code lx_region_make(struct lx_call *call, const struct lx_type *const *types,
	const struct lx_data_check *checks, const struct lx_table *const *further,
	struct lx_region *region);

/* The shape of a type by name or plural, or NULL. */
const struct lx_shape *lx_shape_find(const struct lx_region *region, struct lx_text name);
const struct lx_shape *lx_shape_of_plural(const struct lx_region *region, struct lx_text plural);

/* Things of a type by name, or NULL / -1. Common relations and acts are found too. */
const struct lx_state *lx_state_find(const struct lx_type *type, struct lx_text name);
const struct lx_act *lx_act_find(const struct lx_type *type, struct lx_text name);
const struct lx_relation *lx_relation_find(const struct lx_type *type, struct lx_text name);
const struct lx_consent *lx_consent_find(const struct lx_type *type, struct lx_text name);
int lx_field_find(const struct lx_field *fields, struct lx_text name);
int lx_rows_find(const struct lx_type *type, struct lx_text name);
int lx_term_find(const struct lx_type *type, struct lx_text field);

/* Names a record, or a row of it: "need/17", "body/3#seat.2". Texts are borrowed from what was read. */
struct lx_ref {
	struct lx_text type;
	int64_t number;
	struct lx_text rows; /* empty: the record itself */
	int64_t row;
};
bool lx_ref_read(struct lx_text text, struct lx_ref *ref);
void lx_ref_write(struct lx_buf *out, const struct lx_ref *ref);

#endif
