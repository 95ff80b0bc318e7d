/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Problems as JSON in, results as JSON out: what `lianxi share` reads and the fuzzer feeds. A problem is
 * an object with `kind` and the fields of that kind; a result has one key a method. Numbers may be
 * integers, decimals or strings ("12.5", "7/3"); results give fractions as strings and a decimal beside.
 *
 * The second half is for the files of this reader only.
 */
#ifndef LX_ENGINES_SHARES_FILE_H
#define LX_ENGINES_SHARES_FILE_H

#include "base/json.h"
#include "engines/shares/inner.h"

/* The worths of a table, whole numbers of 1/scale; all zero where the text had none, or none of plain
 * decimals. */
struct lx_share_table {
	size_t n;
	int64_t *worth, scale;
};

/* Reads a problem. Its `table`, if it is one of plain decimals, goes to *table (up to 2^30 numbers) and
 * leaves an empty list behind. On success `*problem` is the caller's: json_decref. */
LX_CHECK enum lx_code lx_share_read(
	struct lx_call *call, struct lx_text text, json_t **problem, struct lx_share_table *table);

/* Solves a problem, with its table where lx_share_read took it out (NULL: it did not). `methods`: names
 * separated by commas, or NULL for every method of the kind; a method that is not defined here becomes
 * {"error": …} unless it was asked for by name: then it is the fault. On success `*result` is the
 * caller's: json_decref. */
LX_CHECK enum lx_code lx_share_solve(struct lx_call *call, json_t *problem,
	const struct lx_share_table *table, const char *methods, json_t **result);

/* A problem from a list "members;cost": coalitions as names joined with '+', separated by ; , or TAB,
 * with or without a head row. On success `*problem` is the caller's. */
LX_CHECK enum lx_code lx_share_from_costs(
	struct lx_call *call, struct lx_text csv, json_t **problem);

/* Every method name, separated by blanks (for telling what there is). */
extern const char lx_share_methods[];

/* --- for file*.c --- */

#define LX_SHARE_TABLE_MOST 24 /* players of a table with fractions: 16 million JSON values */

struct lx_problem {
	struct lx_call *call;
	json_t *in, *out;
	const struct lx_share_table *table; /* NULL: in the problem itself */
	const char *methods;
	struct lx_game game;
	json_t *players;
};

/* Whether a method was asked for (or nothing in particular was). */
bool lx_asked(const struct lx_problem *problem, const char *method);

/* A field of the problem, or NULL; with a fault when it must be there. */
LX_CHECK enum lx_code lx_field(struct lx_problem *problem, const char *name, json_t **out);

/* Reads a number; a list of numbers (from a field); a whole number field; a list of whole numbers. */
LX_CHECK enum lx_code lx_read_ratio(
	struct lx_call *call, const char *field, const json_t *value, mpq_ptr out);
LX_CHECK enum lx_code lx_read_list(
	struct lx_call *call, const char *name, const json_t *list, struct lx_ratios *out);
LX_CHECK enum lx_code lx_read_ratios(
	struct lx_problem *problem, const char *name, struct lx_ratios *out);
LX_CHECK enum lx_code lx_read_ratio_field(
	struct lx_problem *problem, const char *name, mpq_ptr out);
LX_CHECK enum lx_code lx_read_int(
	struct lx_problem *problem, const char *name, int64_t low, int64_t high, int64_t *out);
LX_CHECK enum lx_code lx_read_ints(
	struct lx_problem *problem, const char *name, size_t *n, int64_t **out);

/* A text field without its blanks. */
LX_CHECK enum lx_code lx_read_text(
	struct lx_problem *problem, const char *name, char *out, size_t size);

/* Puts {"exact": […], "decimal": […]}, or {"error": …} when `code` is a fault about the method (and the
 * method was not asked for by name; then, and for other faults, the fault goes on). */
LX_CHECK enum lx_code lx_put_shares(struct lx_problem *problem, const char *method,
	enum lx_code code, const struct lx_ratios *shares);

/* Turns the standing fault into {"error": …} under `method`, or lets it go on. */
LX_CHECK enum lx_code lx_put_error(
	struct lx_problem *problem, const char *method, enum lx_code code);

/* JSON values, new references, or NULL without memory: "429/4"; lists of them; both lists. */
json_t *lx_json_ratio(mpq_srcptr ratio);
json_t *lx_json_ratios(const struct lx_ratios *ratios);
json_t *lx_json_decimals(const struct lx_ratios *ratios);
json_t *lx_json_shares(const struct lx_ratios *ratios);

/* The kinds. */
LX_CHECK enum lx_code lx_share_game(struct lx_problem *problem);
LX_CHECK enum lx_code lx_share_structured(struct lx_problem *problem, const char *kind);
LX_CHECK enum lx_code lx_share_quantities(struct lx_problem *problem, const char *kind);
LX_CHECK enum lx_code lx_share_lindahl(struct lx_problem *problem);

/* Reads n, mode, players and the table (or what makes it) into problem->game. */
LX_CHECK enum lx_code lx_read_game(struct lx_problem *problem);

/* The parts of it: coalitions by names; weights with a formula; names for the players, as given or P1 …;
 * fractions to whole numbers over their common denominator (`shares.big` names the entry). */
LX_CHECK enum lx_code lx_read_coalitions(struct lx_problem *problem);
LX_CHECK enum lx_code lx_read_formula_game(struct lx_problem *problem);
LX_CHECK enum lx_code lx_name_players(struct lx_problem *problem);
LX_CHECK enum lx_code lx_whole_worths(
	struct lx_call *call, const struct lx_ratios *worths, int64_t *worth, int64_t *scale);

/* Certificates and rounding of the shares of a method, under `objections`, `certificate`, `rounded`. */
LX_CHECK enum lx_code lx_put_certificate(
	struct lx_problem *problem, const char *method, const struct lx_ratios *shares);

#endif
