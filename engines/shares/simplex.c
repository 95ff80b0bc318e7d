/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The exact basis: fraction-free pivots (Edmonds, Bareiss), lexicographic ratio test (Dantzig, Orden, Wolfe). */
#include "engines/shares/simplex.h"

void lx_basis_open(struct lx_basis *basis, unsigned n)
{
	basis->n = n;
	basis->m = n + 1;
	for (unsigned i = 0; i < LX_BASIS_MOST; i++) {
		mpz_inits(basis->cost[i], basis->price[i], basis->entering[i], NULL);
		for (unsigned j = 0; j < LX_BASIS_MOST; j++)
			mpz_init(basis->inverse[i][j]);
	}
	mpz_inits(basis->det, basis->a, basis->b, basis->c, NULL);
}

void lx_basis_close(struct lx_basis *basis)
{
	for (unsigned i = 0; i < LX_BASIS_MOST; i++) {
		mpz_clears(basis->cost[i], basis->price[i], basis->entering[i], NULL);
		for (unsigned j = 0; j < LX_BASIS_MOST; j++)
			mpz_clear(basis->inverse[i][j]);
	}
	mpz_clears(basis->det, basis->a, basis->b, basis->c, NULL);
}

void lx_basis_reset(struct lx_basis *basis)
{
	for (unsigned i = 0; i < basis->m; i++) {
		basis->column[i] = (struct lx_column){ 0 };
		mpz_set_ui(basis->cost[i], 0);
		for (unsigned j = 0; j < basis->m; j++)
			mpz_set_ui(basis->inverse[i][j], i == j);
	}
	mpz_set_ui(basis->det, 1);
}

/* out = row i of the inverse times a column */
static void row_times(
	struct lx_basis *basis, unsigned i, const struct lx_column *column, mpz_ptr out)
{
	mpz_t *row = basis->inverse[i];

	mpz_set_ui(out, 0);
	if (column->kind == LX_COLUMN_START) {
		for (unsigned j = 0; j < basis->m; j++) {
			mpz_mul_si(basis->c, row[j], basis->start[j]);
			mpz_add(out, out, basis->c);
		}
		return;
	}
	for (uint32_t rest = column->set; rest != 0; rest &= rest - 1)
		mpz_add(out, out, row[__builtin_ctz(rest)]);
	if (column->weight == 1) {
		mpz_add(out, out, row[basis->n]);
	} else if (column->weight != 0) {
		mpz_mul_si(basis->c, row[basis->n], column->weight);
		mpz_add(out, out, basis->c);
	}
}

void lx_basis_enter(struct lx_basis *basis, const struct lx_column *column)
{
	for (unsigned i = 0; i < basis->m; i++)
		row_times(basis, i, column, basis->entering[i]);
}

/* row i = (pivot * row i - entering_i * row r) / det */
static void update_row(struct lx_basis *basis, unsigned i, unsigned r)
{
	mpz_srcptr pivot = basis->entering[r], factor = basis->entering[i];

	for (unsigned j = 0; j < basis->m; j++) {
		mpz_ptr at = basis->inverse[i][j];
		if (mpz_sgn(at) != 0)
			mpz_mul(at, at, pivot);
		if (mpz_sgn(factor) != 0)
			mpz_submul(at, factor, basis->inverse[r][j]);
		if (mpz_sgn(at) != 0 && mpz_cmp_ui(basis->det, 1) != 0)
			mpz_divexact(at, at, basis->det);
	}
}

void lx_basis_pivot(struct lx_basis *basis, unsigned r, const struct lx_column *column)
{
	for (unsigned i = 0; i < basis->m; i++)
		if (i != r)
			update_row(basis, i, r);
	mpz_set(basis->det, basis->entering[r]);
	if (mpz_sgn(basis->det) < 0) {
		mpz_neg(basis->det, basis->det);
		for (unsigned i = 0; i < basis->m; i++)
			for (unsigned j = 0; j < basis->m; j++)
				mpz_neg(basis->inverse[i][j], basis->inverse[i][j]);
	}
	basis->column[r] = *column;
}

bool lx_basis_insert(struct lx_basis *basis, const struct lx_column *column)
{
	lx_basis_enter(basis, column);
	for (unsigned i = 0; i < basis->m; i++) {
		if (basis->column[i].kind != LX_COLUMN_NONE || mpz_sgn(basis->entering[i]) == 0)
			continue;
		lx_basis_pivot(basis, i, column);
		return true;
	}
	return false;
}

void lx_basis_mark(struct lx_basis *basis)
{
	for (unsigned i = 0; i < basis->m; i++)
		basis->first[i] = basis->column[i];
}

/* Whether row i leaves before row k: the lexicographically smaller of the rows (right-hand side, inverse
 * times first columns) divided by the entering coordinate. */
static bool leaves_before(struct lx_basis *basis, unsigned i, unsigned k)
{
	mpz_mul(basis->a, basis->inverse[i][basis->n], basis->entering[k]);
	mpz_mul(basis->b, basis->inverse[k][basis->n], basis->entering[i]);
	int order = mpz_cmp(basis->a, basis->b);
	for (unsigned j = 0; order == 0 && j < basis->m; j++) {
		row_times(basis, i, &basis->first[j], basis->a);
		row_times(basis, k, &basis->first[j], basis->b);
		mpz_mul(basis->a, basis->a, basis->entering[k]);
		mpz_mul(basis->b, basis->b, basis->entering[i]);
		order = mpz_cmp(basis->a, basis->b);
	}
	return order < 0;
}

unsigned lx_basis_leaving(struct lx_basis *basis)
{
	unsigned best = basis->m;

	for (unsigned i = 0; i < basis->m; i++)
		if (basis->column[i].kind != LX_COLUMN_FREE && mpz_sgn(basis->entering[i]) > 0 &&
			(best == basis->m || leaves_before(basis, i, best)))
			best = i;
	return best;
}

void lx_basis_price(struct lx_basis *basis)
{
	for (unsigned j = 0; j < basis->m; j++) {
		mpz_set_ui(basis->price[j], 0);
		for (unsigned i = 0; i < basis->m; i++)
			mpz_addmul(basis->price[j], basis->cost[i], basis->inverse[i][j]);
	}
}
