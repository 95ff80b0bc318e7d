/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of this folder share: places of faults, checks of tables, seeded draws. */
#ifndef LX_ENGINES_APPRAISE_INNER_H
#define LX_ENGINES_APPRAISE_INNER_H

#include "engines/appraise/appraise.h"

#define NOWHERE SIZE_MAX

/* n zeroed doubles of the call's arena, or NULL with the fault recorded. */
double *lx_doubles(struct lx_call *call, size_t n);

/* A fault at a row and column (either may be NOWHERE), named as the table names them. */
enum lx_code lx_cell_fault(struct lx_call *call, const struct lx_grid *table, size_t row,
	size_t column, const char *msgid);

/* Finite numbers within the bounds of the header, at least `rows` rows; `negative`: whether numbers
 * below 0 are allowed, `missing`: whether NaN is. */
LX_CHECK enum lx_code lx_check_table(struct lx_call *call, const struct lx_grid *table, size_t rows,
	bool negative, bool missing);

/* A copy of the weights divided by their sum. Faults: a negative weight, sum 0. */
LX_CHECK enum lx_code lx_share_weights(
	struct lx_call *call, const struct lx_grid *table, const double *weights, double **out);

/* The rows from rank 1 down, equals in the order of rows; NULL beyond memory. */
size_t *lx_ranked_rows(struct lx_call *call, size_t n, const size_t *rank);

/* What VIKOR and TOPSIS see before any weights, rows × columns: how far from the best of its column each
 * number lies, 0 to 1 (a constant column: 0); squared distances of the vector-normalised columns to their
 * best and worst. */
void lx_unit_regrets(const struct lx_grid *table, const bool *benefit, double *out);
void lx_square_distances(
	const struct lx_grid *table, const bool *benefit, double *best, double *worst);

/* For simulations of ranks: room and checks; weights of one draw, sum 1; ranks of one draw (`sorted` is
 * scratch of n, rank[r * stride] is written); the points of each row's `draws` ranks, which get sorted. */
LX_CHECK enum lx_code lx_rank_ranges_open(struct lx_call *call, size_t rows, size_t draws,
	double spread, struct lx_rank_ranges *out, double **rank);
void lx_draw_weights(uint64_t *state, double spread, size_t n, const double *weights, double *out);
void lx_ranks_of_draw(size_t n, const double *score, double *sorted, double *rank, size_t stride);
void lx_rank_points(size_t n, size_t draws, double *rank, struct lx_rank_ranges *out);

/* Zero-terminated name of a row, by its number if it has none; NULL beyond memory. */
const char *lx_row_name(struct lx_call *call, const struct lx_grid *table, size_t row);
const char *lx_column_name(struct lx_call *call, const struct lx_grid *table, size_t column);

/* Reads [-]digits[.digits][e±digits], or two such with a slash between; false for anything else, for
 * what is not finite, and for a denominator of 0. */
bool lx_number_read(struct lx_text text, double *number);

/* Names "1", "2", … with a prefix. */
struct lx_text *lx_number_names(struct lx_call *call, size_t n, const char *prefix);

/* Refuses names that stand twice or are empty; `field` names the list. */
LX_CHECK enum lx_code lx_check_names(
	struct lx_call *call, const char *field, size_t n, const struct lx_text *names);

/* The place of a name in a short list, or NOWHERE. */
size_t lx_find_name(size_t n, const struct lx_text *names, struct lx_text name);

/* Names in order, with their places, for long lists; NULL beyond memory. */
struct lx_named {
	struct lx_text name;
	size_t at;
};
struct lx_named *lx_index_names(struct lx_call *call, size_t n, const struct lx_text *names);

/* The place of a name by such an index, or NOWHERE. */
size_t lx_find_indexed(size_t n, const struct lx_named *index, struct lx_text name);

/* Takes a role in brackets off the end of a column's name: "labour (input)" leaves "labour". The words
 * of `roles` are separated by blanks, in pairs: English, Chinese. Returns the number of the pair, or
 * NOWHERE when there is none of them. */
size_t lx_take_role(struct lx_text *name, const char *roles);

/* Makes every row's neighbours weigh 1 together, or every neighbour 1. */
LX_CHECK enum lx_code lx_weigh_neighbours(
	struct lx_call *call, struct lx_neighbours *neighbours, bool row_standardised);

/* What a file need not say: VIKOR's v, exponent 2, 1000 draws, 999 permutations, seed 1 … */
void lx_appraisal_defaults(struct lx_appraisal *appraisal);

/* Splitmix64 (Steele, Lea & Flood 2014): a stream of draws from a state that is just a number. */
static inline uint64_t lx_draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* The state of the i-th stream of a seed. */
static inline uint64_t lx_stream(uint64_t seed, uint64_t i)
{
	uint64_t state = i;

	return seed ^ lx_draw(&state);
}

/* A number below n (n < 2^32), each as likely as any other (Lemire 2019). */
static inline uint32_t lx_draw_below(uint64_t *state, uint32_t n)
{
	uint64_t wide = (lx_draw(state) >> 32) * n;

	if ((uint32_t)wide < n)
		for (uint32_t least = (uint32_t)(-n) % n; (uint32_t)wide < least;)
			wide = (lx_draw(state) >> 32) * n;
	return (uint32_t)(wide >> 32);
}

/* A double from [0, 1). */
static inline double lx_draw_unit(uint64_t *state)
{
	return (double)(lx_draw(state) >> 11) * 0x1p-53;
}

#endif
