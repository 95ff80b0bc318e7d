/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Equal Shares in rationals. */
#include "engines/tally/exact.h"
#include "engines/tally/blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lx_tally_set_wide(mpz_t to, lx_int128 from)
{
	mpz_set_si(to, (long)(from >> 64));
	mpz_mul_2exp(to, to, 64);
	mpz_add_ui(to, to, (unsigned long)(uint64_t)from);
}

enum lx_code lx_tally_exact_open(
	struct lx_call *call, const struct lx_tally_view *view, struct lx_tally_exact *exact)
{
	size_t rows = view->rows_n, widest = 0;

	for (size_t p = 0; p < view->n; p++)
		if (view->start[p + 1] - view->start[p] > widest)
			widest = view->start[p + 1] - view->start[p];
	*exact = (struct lx_tally_exact){ .view = view };
	/* a purchase makes at most one group for each supporting row before old ones fall empty */
	size_t room = rows + widest + 2;
	exact->group = lx_array(call, rows, sizeof *exact->group);
	exact->members = lx_array(call, room, sizeof *exact->members);
	exact->spare = lx_array(call, room, sizeof *exact->spare);
	exact->slot = lx_array(call, room, sizeof *exact->slot);
	exact->child = lx_array(call, widest + 1, sizeof *exact->child);
	exact->parts = lx_array(call, widest + 1, sizeof *exact->parts);
	exact->money = lx_array(call, room, sizeof *exact->money);
	if (view->blocks != NULL)
		exact->stretch = lx_array(call, LX_BLOCK_ROWS, sizeof *exact->stretch);
	if ((view->blocks != NULL && exact->stretch == NULL) || exact->group == NULL ||
		exact->members == NULL || exact->spare == NULL || exact->slot == NULL ||
		exact->child == NULL || exact->parts == NULL || exact->money == NULL)
		return LX_BROKEN;
	mpz_inits(exact->denominator, exact->one, exact->two, exact->price.over, exact->price.under,
		NULL);
	return LX_OK;
}

void lx_tally_exact_close(struct lx_tally_exact *exact)
{
	if (exact->money == NULL)
		return;
	for (size_t g = 0; g < exact->room; g++)
		mpz_clear(exact->money[g]);
	mpz_clears(exact->denominator, exact->one, exact->two, exact->price.over,
		exact->price.under, NULL);
	exact->money = NULL;
}

static uint32_t new_group(struct lx_tally_exact *exact)
{
	if (exact->spare_n > 0)
		return exact->spare[--exact->spare_n];
	if (exact->groups_n == exact->room)
		mpz_init(exact->money[exact->room++]);
	return (uint32_t)exact->groups_n++;
}

void lx_tally_exact_start(struct lx_tally_exact *exact, lx_int128 num, int64_t den)
{
	mpz_t over, under;

	mpz_init(over);
	mpz_init_set_si(under, (long)den);
	lx_tally_set_wide(over, num);
	lx_tally_exact_start_at(exact, over, under);
	mpz_clears(over, under, NULL);
}

void lx_tally_exact_start_at(struct lx_tally_exact *exact, const mpz_t num, const mpz_t den)
{
	exact->groups_n = exact->spare_n = exact->synced = 0;
	uint32_t broke = new_group(exact), all = new_group(exact);

	mpz_set_ui(exact->money[broke], 0);
	mpz_set(exact->money[all], num);
	mpz_set(exact->denominator, den);
	mpz_gcd(exact->one, exact->money[all], exact->denominator);
	mpz_divexact(exact->money[all], exact->money[all], exact->one);
	mpz_divexact(exact->denominator, exact->denominator, exact->one);
	for (size_t row = 0; row < exact->view->rows_n; row++)
		exact->group[row] = all;
	exact->members[broke] = 1; /* never spare */
	exact->members[all] = (uint32_t)exact->view->rows_n;
}

static int by_group(const void *left, const void *right)
{
	const struct lx_exact_part *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->use < b->use ? -1 : a->use > b->use;
}

/* Supporters of a project, a stretch of rows at a time: all of them, or those of a block. `from`: where use[] of the
 * first stands; `next`: the stretch to come. */
struct stretch {
	const uint32_t *row;
	size_t n, from, next;
};

static bool next_stretch(const struct lx_tally_exact *exact, size_t p, struct stretch *stretch)
{
	const struct lx_tally_view *view = exact->view;
	const struct lx_tally_blocks *blocks = view->blocks;
	size_t b = stretch->next++;

	if (blocks == NULL) {
		*stretch = (struct stretch){ view->voter + view->start[p],
			view->start[p + 1] - view->start[p], view->start[p], b + 1 };
		return b == 0;
	}
	if (b == blocks->n)
		return false;
	const uint64_t *at = blocks->at + b * blocks->projects_n + p;
	stretch->row = exact->stretch;
	stretch->n = (size_t)(at[1] - at[0]);
	for (size_t i = 0; i < stretch->n; i++)
		exact->stretch[i] = (uint32_t)(b * LX_BLOCK_ROWS + blocks->row[at[0] + i]);
	return true;
}

static uint64_t people_of(const struct lx_tally_view *view, uint32_t row)
{
	return (uint64_t)(view->blocks == NULL ? view->weight[row]
					       : lx_blocks_weight(view->blocks, row));
}

/* Supporters of one utility: a slot for each group. */
static void collect_uniform(struct lx_tally_exact *exact, size_t p)
{
	size_t n = 0;

	for (struct stretch at = { 0 }; next_stretch(exact, p, &at);)
		for (size_t i = 0; i < at.n; i++) {
			uint32_t row = at.row[i], group = exact->group[row];
			if (exact->slot[group] == 0) {
				exact->parts[n++] = (struct lx_exact_part){ .group = group,
					.use = 1 };
				exact->slot[group] = (uint32_t)n;
			}
			exact->parts[exact->slot[group] - 1].people += people_of(exact->view, row);
		}
	for (size_t i = 0; i < n; i++)
		exact->slot[exact->parts[i].group] = 0;
	exact->parts_n = n;
}

static void collect_mixed(struct lx_tally_exact *exact, size_t p)
{
	const struct lx_tally_view *view = exact->view;
	size_t n = 0, last = 0;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		exact->parts[n++] = (struct lx_exact_part){ .group = exact->group[row],
			.use = view->use[k],
			.people = (uint64_t)view->weight[row] };
	}
	qsort(exact->parts, n, sizeof exact->parts[0], by_group);
	for (size_t i = 1; i < n; i++)
		if (by_group(&exact->parts[i], &exact->parts[last]) == 0)
			exact->parts[last].people += exact->parts[i].people;
		else
			exact->parts[++last] = exact->parts[i];
	exact->parts_n = n == 0 ? 0 : last + 1;
}

void lx_tally_exact_collect(struct lx_tally_exact *exact, size_t p)
{
	if (exact->view->use == NULL)
		collect_uniform(exact, p);
	else
		collect_mixed(exact, p);
}

/* Marks as poor whom the present price would take more from than they have; whether any. */
static bool part_poor(struct lx_tally_exact *exact)
{
	bool some = false;

	for (size_t i = 0; i < exact->parts_n; i++) {
		struct lx_exact_part *part = &exact->parts[i];
		if (part->poor)
			continue;
		mpz_mul(exact->one, exact->money[part->group], exact->price.under);
		mpz_mul_ui(exact->two, exact->price.over, part->use);
		part->poor = mpz_cmp(exact->one, exact->two) < 0;
		some |= part->poor;
	}
	return some;
}

/* over = cost * denominator - what the poor have; under = the utility of the rest. */
static void level(struct lx_tally_exact *exact, size_t p)
{
	mpz_mul_ui(exact->price.over, exact->denominator,
		(unsigned long)exact->view->election->cost[p]);
	mpz_set_ui(exact->price.under, 0);
	for (size_t i = 0; i < exact->parts_n; i++) {
		const struct lx_exact_part *part = &exact->parts[i];
		if (part->poor) {
			mpz_submul_ui(exact->price.over, exact->money[part->group], part->people);
		} else {
			mpz_set_ui(exact->one, part->use);
			mpz_addmul_ui(exact->price.under, exact->one, part->people);
		}
	}
}

static bool affordable(struct lx_tally_exact *exact, size_t p)
{
	mpz_set_ui(exact->one, 0);
	for (size_t i = 0; i < exact->parts_n; i++)
		mpz_addmul_ui(
			exact->one, exact->money[exact->parts[i].group], exact->parts[i].people);
	mpz_mul_ui(exact->two, exact->denominator, (unsigned long)exact->view->election->cost[p]);
	return mpz_cmp(exact->one, exact->two) >= 0;
}

bool lx_tally_exact_price(struct lx_tally_exact *exact, size_t p)
{
	lx_tally_exact_collect(exact, p);
	if (!affordable(exact, p))
		return false;
	do
		level(exact, p);
	while (part_poor(exact));
	return true;
}

/* Takes out the common factor of the price and brings all money to the new denominator. */
static void rescale(struct lx_tally_exact *exact)
{
	mpz_gcd(exact->one, exact->price.over, exact->price.under);
	mpz_divexact(exact->price.over, exact->price.over, exact->one);
	mpz_divexact(exact->price.under, exact->price.under, exact->one);
	if (mpz_cmp_ui(exact->price.under, 1) == 0)
		return;
	mpz_mul(exact->denominator, exact->denominator, exact->price.under);
	for (size_t g = 1; g < exact->groups_n; g++)
		mpz_mul(exact->money[g], exact->money[g], exact->price.under);
}

/* The group of those who pay: what remains to them, or the group that has nothing. */
static uint32_t paid_group(struct lx_tally_exact *exact, const struct lx_exact_part *part)
{
	if (part->out)
		return part->group;
	if (part->poor)
		return 0;
	mpz_set(exact->one, exact->money[part->group]);
	mpz_submul_ui(exact->one, exact->price.over, part->use);
	if (mpz_sgn(exact->one) == 0)
		return 0;
	uint32_t group = new_group(exact);
	mpz_set(exact->money[group], exact->one);
	exact->members[group] = 0;
	return group;
}

static size_t part_of(const struct lx_tally_exact *exact, uint32_t group, uint32_t use)
{
	struct lx_exact_part key = { .group = group, .use = use };

	if (exact->view->use == NULL)
		return exact->slot[group] - 1;
	const struct lx_exact_part *found = bsearch(
		&key, exact->parts, exact->parts_n, sizeof key, by_group);
	return (size_t)(found - exact->parts);
}

void lx_tally_exact_buy(struct lx_tally_exact *exact, size_t p)
{
	bool paid = lx_tally_exact_price(exact, p);
	(void)paid; /* the caller knows that it is affordable */

	lx_tally_exact_pay(exact, p);
}

void lx_tally_exact_pay(struct lx_tally_exact *exact, size_t p)
{
	const struct lx_tally_view *view = exact->view;

	rescale(exact);
	for (size_t i = 0; i < exact->parts_n; i++) {
		exact->child[i] = paid_group(exact, &exact->parts[i]);
		if (view->use == NULL)
			exact->slot[exact->parts[i].group] = (uint32_t)i + 1;
	}
	for (struct stretch at = { 0 }; next_stretch(exact, p, &at);)
		for (size_t i = 0; i < at.n; i++) {
			uint32_t row = at.row[i], old = exact->group[row];
			uint32_t use = view->use == NULL ? 1 : view->use[at.from + i];
			uint32_t now = exact->child[part_of(exact, old, use)];
			exact->group[row] = now;
			exact->members[now]++;
			exact->members[old]--;
		}
	for (size_t i = 0; i < exact->parts_n; i++) {
		uint32_t old = exact->parts[i].group;
		exact->slot[old] = 0;
		if (exact->members[old] == 0) {
			exact->members[old] = 1; /* so that a second part does not spare it again */
			exact->spare[exact->spare_n++] = old;
			mpz_set_ui(exact->money[old], 0);
		}
	}
	exact->synced++;
}

double lx_tally_exact_double(struct lx_tally_exact *exact, const struct lx_exact_price *price)
{
	long up, down;

	mpz_mul(exact->one, price->under, exact->denominator);
	double over = mpz_get_d_2exp(&up, price->over);
	double under = mpz_get_d_2exp(&down, exact->one);
	return ldexp(over / under, (int)(up - down));
}

int lx_tally_exact_compare(struct lx_tally_exact *exact, size_t p, const struct lx_exact_price *a,
	size_t q, const struct lx_exact_price *b)
{
	mpz_mul(exact->one, a->over, b->under);
	mpz_mul_ui(exact->one, exact->one, (unsigned long)exact->view->unit[q]);
	mpz_mul(exact->two, b->over, a->under);
	mpz_mul_ui(exact->two, exact->two, (unsigned long)exact->view->unit[p]);
	return mpz_cmp(exact->one, exact->two);
}

int64_t lx_tally_exact_cover(
	struct lx_tally_exact *exact, size_t p, size_t q, const struct lx_exact_price *price)
{
	const struct lx_tally_view *view = exact->view;
	mpz_t sum, have, due, under;

	lx_tally_exact_collect(exact, p);
	mpz_inits(sum, have, due, under, NULL);
	mpz_set_ui(under, 1);
	if (price != NULL)
		mpz_mul_ui(under, price->under, (unsigned long)view->unit[q]);
	for (size_t i = 0; i < exact->parts_n; i++) {
		const struct lx_exact_part *part = &exact->parts[i];
		mpz_mul(have, exact->money[part->group], under);
		if (price != NULL) {
			mpz_mul_ui(due, price->over,
				(unsigned long)(view->use == NULL ? view->unit[p]
								  : (int64_t)part->use));
			if (mpz_cmp(due, have) < 0)
				mpz_swap(due, have);
		}
		mpz_addmul_ui(sum, have, part->people);
	}
	mpz_mul_ui(sum, sum, 100);
	mpz_mul(under, under, exact->denominator);
	mpz_mul_ui(under, under, (unsigned long)view->election->cost[p]);
	mpz_fdiv_q(sum, sum, under);
	int64_t percent = mpz_fits_slong_p(sum) ? mpz_get_si(sum) : INT64_MAX;
	mpz_clears(sum, have, due, under, NULL);
	return percent;
}
