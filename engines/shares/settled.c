/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Coalitions in the span of the settled ones are settled with them and leave the table. The rows of the
 * basis that do not belong to a settled column are orthogonal to all settled coalitions; a hash of them
 * tells nearly all others apart, and the exact product decides.
 */
#include "engines/shares/pricing.h"
#include "engines/shares/simplex.h"

#include <math.h>

/* Whole vectors orthogonal to the settled coalitions: the rows of the columns that are not free. */
struct normals {
	unsigned n, rows;
	uint64_t hash[LX_PLAYERS_MAX];
	mpz_t *row[LX_BASIS_MOST];
	bool small;
	int64_t whole[LX_BASIS_MOST][LX_PLAYERS_MAX];
};

static uint64_t low_bits(mpz_srcptr number)
{
	uint64_t bits = mpz_size(number) == 0 ? 0 : (uint64_t)mpz_getlimbn(number, 0);

	return mpz_sgn(number) < 0 ? -bits : bits;
}

static void find_normals(struct lx_basis *basis, struct normals *out)
{
	uint64_t mix = UINT64_C(0x9E3779B97F4A7C15);

	*out = (struct normals){ .n = basis->n, .small = true };
	for (unsigned i = 0; i < basis->m; i++) {
		if (basis->column[i].kind == LX_COLUMN_FREE)
			continue;
		out->row[out->rows] = basis->inverse[i];
		mix = (mix ^ mix >> 29) * UINT64_C(0xBF58476D1CE4E5B9) | 1;
		for (unsigned j = 0; j < basis->n; j++) {
			mpz_srcptr entry = basis->inverse[i][j];
			out->small = out->small && mpz_sizeinbase(entry, 2) < 58;
			out->whole[out->rows][j] = mpz_get_si(entry);
			out->hash[j] += mix * low_bits(entry);
		}
		out->rows++;
	}
}

static bool orthogonal(const struct normals *normals, uint32_t S, mpz_ptr sum)
{
	for (unsigned i = 0; i < normals->rows; i++) {
		int64_t small = 0;
		mpz_set_ui(sum, 0);
		for (uint32_t rest = S; rest != 0; rest &= rest - 1) {
			unsigned j = (unsigned)__builtin_ctz(rest);
			small += normals->small ? normals->whole[i][j] : 0;
			if (!normals->small)
				mpz_add(sum, sum, normals->row[i][j]);
		}
		if (small != 0 || mpz_sgn(sum) != 0)
			return false;
	}
	return true;
}

/* The hash of a coalition is 0 if it is in the span, and seldom otherwise: then look closely. */
void lx_drop_settled(struct lx_basis *basis, struct lx_pricing *pricing)
{
	struct normals normals;
	uint64_t lows[1 << 8];
	unsigned low = basis->n < 8 ? basis->n : 8;

	find_normals(basis, &normals);
	for (size_t k = 0; k < (size_t)1 << low; k++) {
		lows[k] = 0;
		for (size_t rest = k; rest != 0; rest &= rest - 1)
			lows[k] += normals.hash[__builtin_ctzll(rest)];
	}
	for (size_t b = 0; b < (size_t)1 << (basis->n - low); b++) {
		uint64_t high = 0;
		for (size_t rest = b; rest != 0; rest &= rest - 1)
			high += normals.hash[low + (unsigned)__builtin_ctzll(rest)];
		for (size_t k = 0; k < (size_t)1 << low; k++) {
			size_t S = b << low | k;
			if (lows[k] + high == 0 && pricing->worth[S] != -INFINITY &&
				orthogonal(&normals, (uint32_t)S, basis->a))
				pricing->worth[S] = -INFINITY;
		}
	}
}
