/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The order among equals, settled before the count, and the log of purchases that records its use. */
#include "engines/tally/inner.h"

#include <stdlib.h>
#include <string.h>

/* What sorting needs of one project. */
struct place {
	struct lx_text id;
	uint64_t people;
	int64_t cost;
	uint64_t lot;
	uint16_t project;
	enum lx_tally_ties ties;
};

static bool digit(struct lx_text text, size_t i)
{
	return i < text.len && text.at[i] >= '0' && text.at[i] <= '9';
}

static size_t digits_end(struct lx_text text, size_t i)
{
	while (digit(text, i))
		i++;
	return i;
}

/* Numbers within ids as numbers ("9" before "10"); what is then equal, as bytes. */
static int natural(struct lx_text a, struct lx_text b)
{
	size_t i = 0, j = 0;

	while (i < a.len && j < b.len) {
		if (!digit(a, i) || !digit(b, j)) {
			if (a.at[i] != b.at[j])
				return (unsigned char)a.at[i] < (unsigned char)b.at[j] ? -1 : 1;
			i++;
			j++;
			continue;
		}
		while (digit(a, i + 1) && a.at[i] == '0')
			i++;
		while (digit(b, j + 1) && b.at[j] == '0')
			j++;
		size_t n = digits_end(a, i) - i, m = digits_end(b, j) - j;
		int order = n == m ? memcmp(a.at + i, b.at + j, n) : n < m ? -1 : 1;
		if (order != 0)
			return order;
		i += n;
		j += m;
	}
	if (i < a.len || j < b.len)
		return i < a.len ? 1 : -1;
	return lx_text_order(a, b);
}

static int by_ties(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->ties == LX_TIES_NATURAL)
		return natural(a->id, b->id);
	if (a->ties == LX_TIES_VOTES && a->people != b->people)
		return a->people > b->people ? -1 : 1;
	if (a->ties == LX_TIES_COST && a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	if (a->ties == LX_TIES_LOT && a->lot != b->lot)
		return a->lot < b->lot ? -1 : 1;
	return lx_text_order(a->id, b->id);
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* The lot of a project: from the seed and its id alone (SplitMix64 over the bytes), so that neither
 * the order of rows nor other projects move it. */
static uint64_t lot(uint64_t seed, struct lx_text id)
{
	uint64_t x = mix(seed + UINT64_C(0x9e3779b97f4a7c15));

	for (size_t i = 0; i < id.len; i++)
		x = mix(x + UINT64_C(0x9e3779b97f4a7c15) + (unsigned char)id.at[i]);
	return x;
}

enum lx_code lx_tally_order(
	struct lx_call *call, const struct lx_tally_setting *setting, struct lx_tally_view *view)
{
	const struct lx_tally_election *e = view->election;
	struct place *places = lx_array(call, view->n, sizeof *places);
	uint32_t *rank = lx_array(call, view->n, sizeof *rank);

	if (places == NULL || rank == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < view->n; p++)
		places[p] = (struct place){ e->id[p], view->people[p], e->cost[p],
			lot(setting->seed, e->id[p]), (uint16_t)p, setting->ties };
	qsort(places, view->n, sizeof places[0], by_ties);
	for (size_t i = 0; i < view->n; i++)
		rank[places[i].project] = (uint32_t)i;
	view->rank = rank;
	return LX_OK;
}

enum lx_code lx_tally_settle(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, uint16_t *names, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint16_t name = names[i];
		size_t k = i;
		for (; k > 0 && view->rank[names[k - 1]] > view->rank[name]; k--)
			names[k] = names[k - 1];
		names[k] = name;
	}
	if (n > 1 && setting->ties == LX_TIES_REFUSE) {
		const struct lx_text *id = view->election->id;
		return lx_fail(call, LX_CONFLICT, NULL, "tally.tie", "%.*s, %.*s",
			(int)id[names[0]].len, id[names[0]].at, (int)id[names[1]].len,
			id[names[1]].at);
	}
	return LX_OK;
}

enum lx_code lx_tally_log_open(struct lx_call *call, size_t n, struct lx_tally_log *log)
{
	*log = (struct lx_tally_log){ .tied_room = 8 * n + 64 };
	log->rounds = lx_array(call, n + 1, sizeof *log->rounds);
	log->tied = lx_array(call, log->tied_room, sizeof *log->tied);
	return log->rounds == NULL || log->tied == NULL ? LX_BROKEN : LX_OK;
}

void lx_tally_log_add(struct lx_tally_log *log, const struct lx_tally_view *view, uint8_t phase,
	double price, const uint16_t *names, size_t names_n)
{
	struct lx_tally_round *round = &log->rounds[log->n++];

	*round = (struct lx_tally_round){ .project = names[0], .phase = phase, .price = price };
	log->spent += view->election->cost[names[0]];
	if (names_n < 2 || names_n > log->tied_room - log->tied_n)
		return;
	round->tied = log->tied_n;
	round->tied_n = names_n;
	memcpy(log->tied + log->tied_n, names, names_n * sizeof *names);
	log->tied_n += names_n;
}
