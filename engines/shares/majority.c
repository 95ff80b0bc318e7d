/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Double majority over all 2^n coalitions without visiting them one by one: the members are cut into two
 * halves; the subsets of the first half stand in lists by size, sorted by population, with how often each
 * member occurs from there on; for each subset of the second half, and each size of the first, one search
 * counts all partners with which it wins.
 */
#include "engines/shares/inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HALF_MOST (LX_MAJORITY_MOST / 2)

struct subset {
	int64_t population;
	uint32_t set;
};

/* The subsets of one size, ascending by population; holds[p * members + i]: how many of the subsets p,
 * p+1 ... hold member i. */
struct list {
	size_t n;
	struct subset *at;
	uint32_t *holds;
};

struct tally {
	uint64_t all[LX_MAJORITY_MOST + 1]; /* winning coalitions by size */
	uint64_t with[LX_MAJORITY_MOST][LX_MAJORITY_MOST + 1];
};

static int by_population(const void *a, const void *b)
{
	const struct subset *left = a, *right = b;

	if (left->population != right->population)
		return left->population < right->population ? -1 : 1;
	return left->set < right->set ? -1 : left->set > right->set;
}

static int64_t population_of(const int64_t *population, uint32_t S)
{
	int64_t sum = 0;

	for (; S != 0; S &= S - 1)
		sum += population[__builtin_ctz(S)];
	return sum;
}

static enum lx_code fill_list(struct lx_call *call, struct list *list, unsigned members)
{
	qsort(list->at, list->n, sizeof *list->at, by_population);
	list->holds = lx_array(call, (list->n + 1) * members, sizeof *list->holds);
	if (list->holds == NULL)
		return LX_BROKEN;
	for (size_t p = list->n; p-- > 0;)
		for (unsigned i = 0; i < members; i++)
			list->holds[p * members + i] = list->holds[(p + 1) * members + i] +
						       (list->at[p].set >> i & 1);
	return LX_OK;
}

static enum lx_code make_lists(
	struct lx_call *call, const int64_t *population, unsigned members, struct list *lists)
{
	size_t binomial = 1;

	for (unsigned k = 0; k <= members; k++) {
		lists[k].at = lx_array(call, binomial, sizeof *lists[k].at);
		if (lists[k].at == NULL)
			return LX_BROKEN;
		binomial = binomial * (members - k) / (k + 1);
	}
	for (uint32_t S = 0; S < UINT32_C(1) << members; S++) {
		struct list *list = &lists[__builtin_popcount(S)];
		assert(list->at != NULL);
		list->at[list->n++] = (struct subset){ population_of(population, S), S };
	}
	for (unsigned k = 0; k <= members; k++)
		LX_TRY(fill_list(call, &lists[k], members));
	return LX_OK;
}

/* The first place in the list with at least that population. */
static size_t first_with(const struct list *list, int64_t population)
{
	size_t from = 0, to = list->n;

	while (from < to) {
		size_t middle = (from + to) / 2;
		if (list->at[middle].population < population)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void count_partners(const struct lx_majority *rule, const struct list *lists, unsigned first,
	int64_t needed, uint32_t T, struct tally *tally)
{
	unsigned size = (unsigned)__builtin_popcount(T);
	int64_t have = population_of(rule->population + first, T);

	for (unsigned k = 0; k <= first; k++) {
		const struct list *list = &lists[k];
		unsigned together = k + size;
		bool unblockable = rule->n - together < rule->blocking;
		size_t p = unblockable ? 0 : list->n;
		if (!unblockable && together >= rule->members)
			p = first_with(list, needed - have);
		uint64_t wins = list->n - p;
		if (wins == 0)
			continue;
		tally->all[together] += wins;
		for (unsigned i = 0; i < first; i++)
			tally->with[i][together] += list->holds[p * first + i];
		for (uint32_t rest = T; rest != 0; rest &= rest - 1)
			tally->with[first + (unsigned)__builtin_ctz(rest)][together] += wins;
	}
}

static enum lx_code check(struct lx_call *call, const struct lx_majority *rule, int64_t *total)
{
	*total = 0;
	if (rule->n < 1 || rule->n > LX_MAJORITY_MOST)
		return lx_fail(call, LX_INVALID, "populations_thousand", "shares.players", "%d",
			LX_MAJORITY_MOST);
	for (size_t i = 0; i < rule->n; i++)
		if (rule->population[i] < 0 ||
			__builtin_add_overflow(*total, rule->population[i], total) ||
			*total > INT64_MAX / 4)
			return lx_fail(call, LX_INVALID, "populations_thousand", "shares.weight",
				"%zu", i + 1);
	if (rule->members > rule->n || rule->blocking > rule->n)
		return lx_fail(call, LX_INVALID, "members_needed", "shares.quota", NULL);
	if (mpq_sgn(rule->share) < 0 || mpq_cmp_ui(rule->share, 1, 1) > 0)
		return lx_fail(call, LX_INVALID, "population_share_needed", "shares.quota", NULL);
	return LX_OK;
}

/* The least whole population that is at least share * total. */
static int64_t population_needed(const struct lx_majority *rule, int64_t total)
{
	mpz_t needed;

	mpz_init(needed);
	mpz_mul_si(needed, mpq_numref(rule->share), total);
	mpz_cdiv_q(needed, needed, mpq_denref(rule->share));
	int64_t result = mpz_get_si(needed);
	mpz_clear(needed);
	return result;
}

/* Swings of member i by size of the others: winning with i less winning without. */
static uint64_t weigh(
	const struct lx_majority *rule, const struct tally *tally, size_t i, mpq_ptr shapley)
{
	uint64_t swings = 0;
	mpz_t part, factor;

	mpz_inits(part, factor, NULL);
	mpq_set_ui(shapley, 0, 1);
	for (size_t k = 0; k < rule->n; k++) {
		uint64_t now = tally->with[i][k + 1] - (tally->all[k] - tally->with[i][k]);
		swings += now;
		mpz_fac_ui(part, k);
		mpz_mul_ui(part, part, now);
		mpz_fac_ui(factor, rule->n - k - 1);
		mpz_addmul(mpq_numref(shapley), part, factor);
	}
	mpz_fac_ui(mpq_denref(shapley), rule->n);
	mpq_canonicalize(shapley);
	mpz_clears(part, factor, NULL);
	return swings;
}

enum lx_code lx_majority(struct lx_call *call, const struct lx_majority *rule, uint64_t *winning,
	uint64_t *swings, struct lx_ratios *shapley)
{
	struct list lists[HALF_MOST + 1] = { 0 };
	struct tally *tally = lx_alloc(call, sizeof *tally);
	int64_t total;

	if (tally == NULL)
		return LX_BROKEN;
	LX_TRY(check(call, rule, &total));
	unsigned first = (unsigned)rule->n / 2, second = (unsigned)rule->n - first;
	int64_t needed = population_needed(rule, total);
	LX_TRY(make_lists(call, rule->population, first, lists));
	for (uint32_t T = 0; T < UINT32_C(1) << second; T++) {
		if ((T & 0xfff) == 0)
			LX_TRY(lx_step(call, T, UINT64_C(1) << second));
		count_partners(rule, lists, first, needed, T, tally);
	}
	LX_TRY(lx_ratios_open(call, rule->n, shapley));
	*winning = 0;
	for (size_t k = 0; k <= rule->n; k++)
		*winning += tally->all[k];
	for (size_t i = 0; i < rule->n; i++)
		swings[i] = weigh(rule, tally, i, shapley->at[i]);
	return LX_OK;
}
