/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A simplex basis in exact arithmetic, for linear programmes whose columns are coalitions: one row a
 * player, one row for the weights. The inverse is kept as whole numbers over its determinant
 * (fraction-free), so that nothing is ever rounded; the lexicographic ratio test makes cycling impossible.
 */
#ifndef LX_ENGINES_SHARES_SIMPLEX_H
#define LX_ENGINES_SHARES_SIMPLEX_H

#include "engines/shares/inner.h"

#define LX_BASIS_MOST (LX_NUCLEOLUS_PLAYERS + 1)

/* FREE columns are settled coalitions, whose multiplier may have any sign. */
enum lx_column_kind {
	LX_COLUMN_NONE,
	LX_COLUMN_EXCESS,
	LX_COLUMN_ALONE,
	LX_COLUMN_FREE,
	LX_COLUMN_START
};

struct lx_column {
	uint32_t set;
	enum lx_column_kind kind;
	int64_t weight;
};

struct lx_basis {
	unsigned n, m;
	struct lx_column column[LX_BASIS_MOST], first[LX_BASIS_MOST];
	int64_t start[LX_BASIS_MOST]; /* the entries of the START column */
	mpz_t inverse[LX_BASIS_MOST][LX_BASIS_MOST], det;
	mpz_t cost[LX_BASIS_MOST], price[LX_BASIS_MOST], entering[LX_BASIS_MOST];
	mpz_t a, b, c;
};

/* Memory of GMP for n players; and its end. */
void lx_basis_open(struct lx_basis *basis, unsigned n);
void lx_basis_close(struct lx_basis *basis);

/* Empties it: the identity, no columns. */
void lx_basis_reset(struct lx_basis *basis);

/* The coordinates of a column in this basis, times det, into basis->entering. */
void lx_basis_enter(struct lx_basis *basis, const struct lx_column *column);

/* Puts the column of the last lx_basis_enter into row r. */
void lx_basis_pivot(struct lx_basis *basis, unsigned r, const struct lx_column *column);

/* Puts a column into a row that has none; false when it depends on the columns there. */
bool lx_basis_insert(struct lx_basis *basis, const struct lx_column *column);

/* From here on ties are broken in the order of the present columns. */
void lx_basis_mark(struct lx_basis *basis);

/* The row to leave for the column of the last lx_basis_enter, or m when nothing limits it. */
unsigned lx_basis_leaving(struct lx_basis *basis);

/* price = cost * inverse, over det. */
void lx_basis_price(struct lx_basis *basis);

#endif
