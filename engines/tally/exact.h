/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Equal Shares in rationals: money by groups of voters who bought the same, as whole numbers over
 * one common denominator (GMP). It follows a run purchase by purchase, only as far as it is asked.
 * Not for others.
 */
#ifndef LX_ENGINES_TALLY_EXACT_H
#define LX_ENGINES_TALLY_EXACT_H

#include "engines/tally/inner.h"

#include <gmp.h>

/* Part of a project's supporters: those of one group and one utility. `poor`: pays all it has;
 * `out`: pays nothing. `level`: what it has for a unit of utility, where somebody works that out. */
struct lx_exact_part {
	uint32_t group, use;
	uint64_t people;
	double level;
	bool poor, out;
};

/* The price of a unit of utility: over / (denominator * under * unit of the project). */
struct lx_exact_price {
	mpz_t over, under;
};

/* `money[g]` over `denominator` is what each voter of group g has; groups 0 .. groups_n - 1, of
 * which group 0 has nothing left. `group` is of each row; `members` counts the rows of a group,
 * unused groups stand in `spare`. */
struct lx_tally_exact {
	const struct lx_tally_view *view;
	mpz_t denominator, one, two;
	mpz_t *money;
	size_t room, groups_n, spare_n;
	uint32_t *group, *members, *spare, *slot, *child;
	uint32_t *stretch; /* a block's supporters as rows */
	struct lx_exact_part *parts;
	size_t parts_n, synced;
	struct lx_exact_price price;
};

/* Memory from the call's arena; numbers are GMP's own and end with lx_tally_exact_close. */
LX_CHECK enum lx_code lx_tally_exact_open(
	struct lx_call *call, const struct lx_tally_view *view, struct lx_tally_exact *exact);

/* Everyone has num / den and has bought nothing. */
void lx_tally_exact_start(struct lx_tally_exact *exact, lx_int128 num, int64_t den);

/* The same for a share of any size, which is reduced. */
void lx_tally_exact_start_at(struct lx_tally_exact *exact, const mpz_t num, const mpz_t den);

/* The price of project p now, into exact->price; false when its supporters cannot pay it. */
bool lx_tally_exact_price(struct lx_tally_exact *exact, size_t p);

/* The parts of p's supporters, into exact->parts, by group and utility; nobody is poor or out. */
void lx_tally_exact_collect(struct lx_tally_exact *exact, size_t p);

/* Lets the collected parts of p's supporters pay exact->price for each unit of utility (each voter,
 * where all get the same); who is poor pays all, who is out nothing. Parts stay in the order in which
 * they were collected. Counts as one more purchase followed. */
void lx_tally_exact_pay(struct lx_tally_exact *exact, size_t p);

/* Lets p's supporters pay; p is affordable. Counts as one more purchase followed (`synced`). */
void lx_tally_exact_buy(struct lx_tally_exact *exact, size_t p);

/* A price as a double, off by less than 4 units in the last place. For uniform utilities what each
 * voter pays, else the price of a unit of utility. */
double lx_tally_exact_double(struct lx_tally_exact *exact, const struct lx_exact_price *price);

/* Compares the prices of a unit of utility of projects p and q: negative, zero, positive. */
int lx_tally_exact_compare(struct lx_tally_exact *exact, size_t p, const struct lx_exact_price *a,
	size_t q, const struct lx_exact_price *b);

/* What p's supporters would pay of its cost at the price of q (all they have when `price` is NULL),
 * in whole percent, rounded down. */
int64_t lx_tally_exact_cover(
	struct lx_tally_exact *exact, size_t p, size_t q, const struct lx_exact_price *price);

/* Writes a whole number of up to 127 bits into a GMP number. */
void lx_tally_set_wide(mpz_t to, lx_int128 from);

/* For LX_CLOSE; a zeroed one is allowed. */
void lx_tally_exact_close(struct lx_tally_exact *exact);

#endif
