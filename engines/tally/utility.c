/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a voter gets from a project, as whole numbers: by the project alone (cost, one, root and
 * logarithm of the cost) or by the ballot (points, Borda, position).
 */
#include "engines/tally/utility.h"

static uint64_t root(lx_uint128 square)
{
	uint64_t sum = 0;

	for (uint64_t bit = UINT64_C(1) << 63; bit > 0; bit >>= 1) {
		uint64_t more = sum | bit;
		if ((lx_uint128)more * more <= square)
			sum = more;
	}
	return sum;
}

/* floor of 2^20 * log2(x), x > 0: the bits one by one, by squaring; the same on every machine. */
static int64_t logarithm(uint64_t x)
{
	int whole = 63 - __builtin_clzll(x);
	uint64_t scaled = x << (63 - whole); /* 2^63 stands for 1 */
	int64_t sum = whole;

	for (int i = 0; i < 20; i++) {
		lx_uint128 square = ((lx_uint128)scaled * scaled) >> 63;
		bool over = square >> 64 != 0;
		sum = 2 * sum + over;
		scaled = (uint64_t)(over ? square >> 1 : square);
	}
	return sum;
}

bool lx_tally_uniform(enum lx_tally_utility utility)
{
	return utility == LX_UTILITY_COST || utility == LX_UTILITY_CARD ||
	       utility == LX_UTILITY_SQRT || utility == LX_UTILITY_LOG;
}

int64_t lx_tally_unit(const struct lx_tally_election *e, enum lx_tally_utility utility, size_t p)
{
	uint64_t cost = (uint64_t)e->cost[p], scale = 1;
	int64_t unit = 1;

	for (unsigned i = 0; i < e->places; i++)
		scale *= 10;
	if (utility == LX_UTILITY_COST)
		unit = e->cost[p];
	else if (utility == LX_UTILITY_SQRT)
		unit = (int64_t)root(((lx_uint128)cost << 40) / scale);
	else if (utility == LX_UTILITY_LOG)
		unit = logarithm(scale + cost) - logarithm(scale);
	return unit > 0 ? unit : 1;
}

int64_t lx_tally_use(
	const struct lx_tally_election *e, enum lx_tally_utility utility, size_t b, size_t at)
{
	size_t from = e->first[b], length = e->first[b + 1] - from;

	switch (utility) {
	case LX_UTILITY_POINTS:
		return e->points[from + at];
	case LX_UTILITY_BORDA:
		return (int64_t)(length - at) - 1;
	case LX_UTILITY_POSITION:
		return e->longest > at ? (int64_t)(e->longest - at) : 0;
	default:
		return lx_tally_unit(e, utility, e->choice[from + at]);
	}
}
