/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the readers of JSON share: a source, its fields as numbers, lists, names and tables. Faults name
 * the field, rows and columns counted from 1: matrix[2][3]. Private to this folder.
 */
#ifndef LX_ENGINES_APPRAISE_READ_JSON_H
#define LX_ENGINES_APPRAISE_READ_JSON_H

#include "base/json.h"
#include "engines/appraise/inner.h"

/* `root` is borrowed while reading; what is kept is copied into the call's arena. */
struct source {
	struct lx_call *call;
	const json_t *root;
	struct lx_appraisal *out;
};

/* Faults of a field, or of a place in it; `column` may be NOWHERE. */
enum lx_code lx_source_fault(struct source *s, const char *field, const char *msgid);
enum lx_code lx_source_fault_at(
	struct source *s, const char *field, size_t row, size_t column, const char *msgid);

/* A field that must be there, of a type. */
LX_CHECK enum lx_code lx_source_need(
	struct source *s, const char *field, json_type type, json_t **value);

/* A field that may be absent: a number; a whole number to `most`; one of some words (absent: the
 * first). Absent leaves *number as it is. */
LX_CHECK enum lx_code lx_source_number(struct source *s, const char *field, double *number);
LX_CHECK enum lx_code lx_source_whole(
	struct source *s, const char *field, uint64_t most, uint64_t *number);
LX_CHECK enum lx_code lx_source_word(
	struct source *s, const char *field, const char *words, unsigned *which);

/* The numbers of a list into out; `holes`: null is a missing number, NaN. `row` NOWHERE: the list is
 * the field itself. */
LX_CHECK enum lx_code lx_source_numbers(struct source *s, const json_t *list, const char *field,
	size_t row, bool holes, double *out);

/* A list of `n` numbers (NOWHERE: as many as there are, told in *found). */
LX_CHECK enum lx_code lx_source_list(
	struct source *s, const char *field, size_t n, const double **out, size_t *found);

/* n names; without the field numbers from 1 behind the prefix. Rows: field "names" or "dmus". */
LX_CHECK enum lx_code lx_source_names(struct source *s, const char *field, size_t n,
	const char *prefix, const struct lx_text **out);
LX_CHECK enum lx_code lx_source_rows(struct source *s, size_t n, const struct lx_text **out);

/* A rectangle of numbers; as s->out->table with its names; one for each period of field "data". */
LX_CHECK enum lx_code lx_source_table(
	struct source *s, const json_t *rows, const char *field, bool holes, struct lx_grid *out);
LX_CHECK enum lx_code lx_source_named(struct source *s, const char *field, bool holes);
LX_CHECK enum lx_code lx_source_periods(struct source *s);

/* The readers of the kinds. */
enum lx_code lx_read_ahp(struct source *s);
enum lx_code lx_read_mcdm(struct source *s);
enum lx_code lx_read_entropy(struct source *s);
enum lx_code lx_read_composite(struct source *s);
enum lx_code lx_read_dea(struct source *s);
enum lx_code lx_read_malmquist(struct source *s);
enum lx_code lx_read_inequality(struct source *s);
enum lx_code lx_read_krugman(struct source *s);
enum lx_code lx_read_gravity(struct source *s);
enum lx_code lx_read_coupling(struct source *s);
enum lx_code lx_read_moran(struct source *s);

#endif
