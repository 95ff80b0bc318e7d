/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Gathering texts around leaders. Texts in crowded places come first and become leaders; whoever finds
 * none alike enough among the leaders that agree with him in a band becomes one. In a second round,
 * all leaders known, each text chooses again, and leaders left alone look for another.
 */
#include "engines/similar/cluster.h"

#include "base/parallel.h"
#include "engines/similar/groups.h"
#include "engines/similar/score.h"

#include <stdlib.h>
#include <string.h>

#define ALIKE_USUAL 0.3
#define PLACES      2    /* leaders a bucket holds; of others, other bands will know */
#define LEADERS_ALL 512  /* as long as there are no more, a text is compared with all of them */
#define CROWDED     64   /* neighbours beyond which a band counts no more */
#define PIECE       256  /* texts a thread takes at a time */
#define BATCH       8192 /* texts that look for leaders at the same time */

/* Leaders by band: a bucket of PLACES for each hash; 0 is empty, else the text from 1. Different hashes
 * may meet in a bucket: whether two texts are alike is decided by their terms. */
struct table {
	uint32_t (*buckets)[PLACES];
	size_t mask;
	size_t n; /* leaders */
	uint32_t first[LEADERS_ALL];
};

static size_t bucket_of(const struct table *table, unsigned band, uint32_t hash)
{
	uint64_t h = ((uint64_t)band << 32 | hash) * UINT64_C(0x9e3779b97f4a7c15);

	return (h >> 24) & table->mask;
}

static void enter(struct table *table, const struct lx_sets *sets, uint32_t text)
{
	if (table->n < LEADERS_ALL)
		table->first[table->n] = text;
	table->n++;
	for (unsigned band = 0; band < MINHASH_BANDS; band++) {
		uint32_t *bucket = table->buckets[bucket_of(table, band, sets->bands[text][band])];
		for (size_t i = 0; i < PLACES; i++)
			if (bucket[i] == 0) {
				bucket[i] = text + 1;
				break;
			}
	}
}

double lx_cluster_alike(const struct lx_cluster *cluster, uint32_t a, uint32_t b)
{
	const struct lx_sets *sets = &cluster->sets;
	uint64_t i = sets->start[a], k = sets->start[b], common = 0;

	while (i < sets->start[a + 1] && k < sets->start[b + 1]) {
		uint32_t p = sets->terms[i], q = sets->terms[k];
		common += p == q ? cluster->weights[p] : 0;
		i += p <= q;
		k += q <= p;
	}
	uint64_t all = cluster->mass[a] + cluster->mass[b] - common;
	return all == 0 ? 0 : (double)common / (double)all;
}

/* The leader found so far. */
struct choice {
	uint32_t leader;
	double alike;
};

static void try_leader(
	const struct lx_cluster *cluster, uint32_t text, uint32_t leader, struct choice *choice)
{
	double a = (double)cluster->mass[text], b = (double)cluster->mass[leader];

	if (leader == text || (a < b ? a : b) < choice->alike * (a < b ? b : a))
		return; /* not even if one held all of the other */
	double alike = lx_cluster_alike(cluster, text, leader);
	if (alike > choice->alike || (alike == choice->alike && leader < choice->leader))
		*choice = (struct choice){ leader, alike };
}

static void try_buckets(const struct lx_cluster *cluster, const struct table *table, uint32_t text,
	struct choice *choice)
{
	uint32_t seen[MINHASH_BANDS * PLACES];
	size_t n = 0;

	for (unsigned band = 0; band < MINHASH_BANDS; band++) {
		const uint32_t *bucket =
			table->buckets[bucket_of(table, band, cluster->sets.bands[text][band])];
		for (size_t i = 0; i < PLACES && bucket[i] != 0; i++) {
			size_t k = 0;
			while (k < n && seen[k] != bucket[i])
				k++;
			if (k < n)
				continue;
			seen[n++] = bucket[i];
			try_leader(cluster, text, bucket[i] - 1, choice);
		}
	}
}

/* The leader a text is most alike, or CLUSTER_NONE; ties to the smaller text. */
static uint32_t choose(const struct lx_cluster *cluster, const struct table *table, uint32_t text)
{
	struct choice choice = { CLUSTER_NONE, cluster->alike };

	if (table->n > LEADERS_ALL)
		try_buckets(cluster, table, text, &choice);
	else
		for (size_t i = 0; i < table->n; i++)
			try_leader(cluster, text, table->first[i], &choice);
	return choice.leader;
}

struct crowd {
	uint32_t neighbours, text;
};

static int by_crowd(const void *a, const void *b)
{
	const struct crowd *p = a, *q = b;

	if (p->neighbours != q->neighbours)
		return (p->neighbours < q->neighbours) - (p->neighbours > q->neighbours);
	return (p->text > q->text) - (p->text < q->text);
}

/* The texts, those first that share their bands with many. */
static enum lx_code by_neighbours(
	struct lx_call *call, const struct lx_sets *sets, struct crowd **order)
{
	size_t n = sets->image->n;
	struct crowd *crowds = lx_array(call, n, sizeof *crowds);
	struct lx_banded *at = lx_array(call, n, sizeof *at);
	struct lx_banded *spare = lx_array(call, n, sizeof *spare);

	if (crowds == NULL || at == NULL || spare == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		crowds[i].text = (uint32_t)i;
	for (unsigned band = 0; band < MINHASH_BANDS; band++) {
		size_t m = lx_bands_sort(sets, band, at, spare);
		for (size_t from = 0, to; from < m; from = to) {
			for (to = from + 1; to < m && at[to].band == at[from].band; to++)
				;
			size_t others = to - from - 1;
			for (size_t i = from; i < to; i++)
				crowds[at[i].text].neighbours +=
					(uint32_t)(others < CROWDED ? others : CROWDED);
		}
		LX_TRY(lx_step(call, band, 4 * MINHASH_BANDS));
	}
	qsort(crowds, n, sizeof *crowds, by_crowd);
	*order = crowds;
	return LX_OK;
}

/* A batch of texts looks for leaders at the same time, among those before the batch; then, one after
 * the other, those without one look again and become leaders. */
struct batch {
	const struct lx_cluster *cluster;
	const struct table *table;
	const struct crowd *order;
	size_t n;
};

static enum lx_code batch_piece(void *with, size_t piece, unsigned worker, struct lx_fault *fault)
{
	const struct batch *b = with;
	size_t to = (piece + 1) * PIECE;

	(void)worker;
	(void)fault;
	for (size_t i = piece * PIECE; i < to && i < b->n; i++) {
		uint32_t text = b->order[i].text;
		b->cluster->leader[text] = choose(b->cluster, b->table, text);
	}
	return LX_OK;
}

static void lead_batch(struct lx_cluster *cluster, struct table *table, const struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		uint32_t text = batch->order[i].text;
		bool alone = batch->order[i].neighbours == 0 && table->n > LEADERS_ALL;
		if (alone || lx_image_length(cluster->sets.image, text) == 0) {
			cluster->leader[text] = CLUSTER_NONE;
			continue;
		}
		if (cluster->leader[text] == CLUSTER_NONE)
			cluster->leader[text] = choose(cluster, table, text);
		if (cluster->leader[text] == CLUSTER_NONE) {
			cluster->leader[text] = text;
			enter(table, &cluster->sets, text);
		}
	}
}

static enum lx_code first_round(struct lx_call *call, struct lx_cluster *cluster,
	struct table *table, const struct crowd *order)
{
	size_t n = cluster->sets.image->n;
	struct lx_call quiet = *call;

	quiet.progress = NULL;
	for (size_t from = 0, size = PIECE; from < n; from += size, size = BATCH) {
		struct batch batch = { cluster, table, order + from, n - from };
		if (batch.n > size)
			batch.n = size;
		LX_TRY(lx_parallel(&quiet, (batch.n + PIECE - 1) / PIECE, batch_piece, &batch));
		lead_batch(cluster, table, &batch);
		LX_TRY(lx_step(call, n + 2 * from, 4 * n));
	}
	return LX_OK;
}

/* Who a text is led by when all leaders are known; leaders with followers stay. */
struct again {
	const struct lx_cluster *cluster;
	const struct table *table;
	const uint32_t *followers;
	uint32_t *leader;
};

static enum lx_code again_piece(void *with, size_t piece, unsigned worker, struct lx_fault *fault)
{
	const struct again *a = with;
	size_t to = (piece + 1) * PIECE, n = a->cluster->sets.image->n;

	(void)worker;
	(void)fault;
	for (size_t i = piece * PIECE; i < to && i < n; i++) {
		uint32_t before = a->cluster->leader[i];
		uint32_t found = CLUSTER_NONE;
		if (before != CLUSTER_NONE && (before != i || a->followers[i] == 0))
			found = choose(a->cluster, a->table, (uint32_t)i);
		a->leader[i] = found == CLUSTER_NONE ? before : found;
	}
	return LX_OK;
}

static void count_followers(const uint32_t *leader, size_t n, uint32_t *followers)
{
	memset(followers, 0, n * sizeof *followers);
	for (size_t i = 0; i < n; i++)
		if (leader[i] != CLUSTER_NONE && leader[i] != i)
			followers[leader[i]]++;
}

/* After the second round: a chosen leader who follows another himself passes his followers on; of two
 * who chose each other the smaller leads. */
static void settle(struct lx_cluster *cluster, const uint32_t *leader)
{
	size_t n = cluster->sets.image->n;

	for (size_t i = 0; i < n; i++) {
		uint32_t to = leader[i];
		for (unsigned steps = 0; to != CLUSTER_NONE && steps < 8; steps++) {
			uint32_t next = leader[to];
			if (next == to || next == CLUSTER_NONE)
				break;
			if (leader[next] == to) {
				to = to < next ? to : next;
				break;
			}
			to = next;
		}
		cluster->leader[i] = to;
	}
}

static enum lx_code second_round(
	struct lx_call *call, struct lx_cluster *cluster, const struct table *table)
{
	size_t n = cluster->sets.image->n;
	uint32_t *followers = lx_array(call, n, sizeof *followers);
	uint32_t *leader = lx_array(call, n, sizeof *leader);
	struct again again = { cluster, table, followers, leader };
	struct lx_call quiet = *call;

	if (followers == NULL || leader == NULL)
		return LX_BROKEN;
	count_followers(cluster->leader, n, followers);
	quiet.progress = NULL;
	LX_TRY(lx_parallel(&quiet, (n + PIECE - 1) / PIECE, again_piece, &again));
	settle(cluster, leader);
	return lx_step(call, 1, 1);
}

static enum lx_code weigh(
	struct lx_call *call, const struct lx_image *image, struct lx_cluster *cluster)
{
	uint32_t *weights = lx_array(call, image->terms, sizeof *weights);
	uint64_t *mass = lx_array(call, image->n, sizeof *mass);

	if (weights == NULL || mass == NULL)
		return LX_BROKEN;
	for (size_t t = 0; t < image->terms; t++)
		weights[t] = lx_similar_weight(image->n, image->counts[t]);
	for (size_t i = 0; i < image->n; i++)
		for (uint64_t k = cluster->sets.start[i]; k < cluster->sets.start[i + 1]; k++)
			mass[i] += weights[cluster->sets.terms[k]];
	cluster->weights = weights;
	cluster->mass = mass;
	return LX_OK;
}

static enum lx_code lead(struct lx_call *call, struct lx_cluster *cluster)
{
	size_t n = cluster->sets.image->n, buckets = 64;
	struct table table = { 0 };
	struct crowd *order;

	while (buckets < 8 * n)
		buckets *= 2;
	table.mask = buckets - 1;
	table.buckets = lx_array(call, buckets, sizeof *table.buckets);
	if (table.buckets == NULL)
		return LX_BROKEN;
	LX_TRY(by_neighbours(call, &cluster->sets, &order));
	LX_TRY(first_round(call, cluster, &table, order));
	return second_round(call, cluster, &table);
}

/* A topic while topics are sorted: the largest first, then by first member. */
struct sized {
	uint32_t size, group;
};

static int by_size(const void *a, const void *b)
{
	const struct sized *p = a, *q = b;

	if (p->size != q->size)
		return (p->size < q->size) - (p->size > q->size);
	return (p->group > q->group) - (p->group < q->group);
}

static enum lx_code sort_groups(
	struct lx_call *call, const struct lx_similar_groups *from, struct lx_similar_groups *to)
{
	struct sized *order = lx_array(call, from->n, sizeof *order);
	uint32_t *start = lx_array(call, from->n + 1, sizeof *start);
	uint32_t *members = lx_array(call, from->start[from->n], sizeof *members);

	if (order == NULL || start == NULL || members == NULL)
		return LX_BROKEN;
	for (size_t g = 0; g < from->n; g++)
		order[g] = (struct sized){ from->start[g + 1] - from->start[g], (uint32_t)g };
	qsort(order, from->n, sizeof *order, by_size);
	for (size_t g = 0; g < from->n; g++) {
		start[g + 1] = start[g] + order[g].size;
		memcpy(members + start[g], from->members + from->start[order[g].group],
			order[g].size * sizeof *members);
	}
	*to = (struct lx_similar_groups){ start, members, from->n };
	return LX_OK;
}

static enum lx_code report(
	struct lx_call *call, const struct lx_cluster *cluster, struct lx_similar_topics *topics)
{
	size_t n = cluster->sets.image->n;
	uint32_t *roots = lx_roots_new(call, n);
	struct lx_similar_groups groups;

	if (roots == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		if (cluster->leader[i] != CLUSTER_NONE)
			lx_roots_join(roots, (uint32_t)i, cluster->leader[i]);
	LX_TRY(lx_groups_make(call, roots, n, &groups));
	LX_TRY(sort_groups(call, &groups, &topics->groups));
	struct lx_similar_topic *at = lx_array(call, groups.n, sizeof *at);
	if (at == NULL)
		return LX_BROKEN;
	for (size_t g = 0; g < groups.n; g++) {
		const uint32_t *from = topics->groups.members + topics->groups.start[g];
		size_t size = topics->groups.start[g + 1] - topics->groups.start[g];
		at[g].leader = cluster->leader[from[0]];
		LX_TRY(lx_cluster_name(call, cluster, from, size, &at[g]));
	}
	topics->at = at;
	return LX_OK;
}

enum lx_code lx_similar_cluster(
	struct lx_call *call, struct lx_text image, double alike, struct lx_similar_topics *topics)
{
	struct lx_cluster cluster = { .alike = alike > 0 && alike <= 1 ? alike : ALIKE_USUAL };
	struct lx_image opened;
	struct lx_call quiet = *call;

	LX_TRY(lx_image_open(call, image, &opened));
	quiet.progress = NULL;
	enum lx_code code = lx_sets_make(&quiet, &opened, &cluster.sets);
	if (call->fault.code == LX_OK)
		call->fault = quiet.fault;
	LX_TRY(code);
	cluster.leader = lx_array(call, opened.n, sizeof *cluster.leader);
	if (cluster.leader == NULL)
		return LX_BROKEN;
	LX_TRY(weigh(call, &opened, &cluster));
	LX_TRY(lead(call, &cluster));
	return report(call, &cluster, topics);
}
