/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of this engine share among themselves. Not for others. */
#ifndef LX_CONSENSUS_INNER_H
#define LX_CONSENSUS_INNER_H

#include "engines/consensus/consensus.h"

/* ids.c: from ids to places 0, 1, 2 … in the order of first appearance. */
struct ids {
	int64_t *id;
	size_t n, room;
	uint32_t *slot;
	size_t slots;
};
LX_CHECK enum lx_code lx_ground_ids_open(struct lx_call *call, struct ids *ids);
LX_CHECK enum lx_code lx_ground_ids_add(
	struct lx_call *call, struct ids *ids, int64_t id, size_t *place);
size_t lx_ground_ids_find(const struct ids *ids, int64_t id); /* SIZE_MAX: absent */
/* rank[place] = where the id stands when all are sorted ascending. */
LX_CHECK enum lx_code lx_ground_ids_rank(
	struct lx_call *call, const struct ids *ids, uint32_t **rank);

/* a keyed mixing function, the same on every machine. */
uint64_t lx_ground_mix(uint64_t key, uint64_t a, uint64_t b);
uint64_t lx_ground_mix_more(uint64_t mixed, uint64_t a); /* goes on from mix */
double lx_ground_unit_of(uint64_t hash);                 /* in [0, 1) */

/* The columns that are analysed, and sums over them. place[j] is the analysed column or NO_PLACE. */
#define NO_PLACE UINT16_MAX
struct columns {
	size_t n;
	uint16_t *place; /* [statements] */
	uint16_t *of;    /* [n] statement */
	int64_t *sum;    /* [n] of stances */
	int64_t *voted;  /* [n] how many voted */
	int64_t *strong; /* [n] how many did not pass */
	double *mean;    /* [n] */
	int64_t *tally;  /* [4 * statements] votes by cell */
};
LX_CHECK enum lx_code lx_ground_columns_open(
	struct lx_call *call, size_t statements, struct columns *columns);
void lx_ground_columns_fill(const struct lx_opinions *opinions, struct columns *columns);
LX_CHECK enum lx_code lx_ground_columns_of(
	struct lx_call *call, const struct lx_opinions *opinions, struct columns *columns);
void lx_ground_columns_means(struct columns *columns);
double lx_ground_columns_trace(const struct columns *columns);

/* pairs.c: for each pair of analysed columns j < l (and j = l): how many voted on both, and sums over
 * those of x_j x_l, x_j, x_l. Stored by l, then j. */
#define PAIRED_MOST 3000 /* columns; above, memory (16 bytes a pair) and time speak for sparse.c */
struct pair {
	int32_t product, left, right;
	uint32_t both;
};
static inline size_t lx_ground_pair_at(size_t j, size_t l)
{
	return l * (l + 1) / 2 + j;
}
LX_CHECK enum lx_code lx_ground_pairs_count(struct lx_call *call,
	const struct lx_opinions *opinions, const struct columns *columns, struct pair *pairs);
void lx_ground_pairs_scatter(
	const struct pair *pairs, const struct columns *columns, double *scatter);
void lx_ground_pairs_scatter_column(
	const struct pair *pairs, const struct columns *columns, size_t column, double *scatter);

/* axes.c: the leading eigenvectors of a symmetric operator on blocks of four vectors. */
#define LANES 4
struct lanes {
	double v[LANES];
};
struct map {
	size_t n;
	void (*apply)(const void *with, const struct lanes *in, struct lanes *out);
	const void *with;
};
struct axes {
	double value[3];
	double residual[2];
	struct lanes *vector; /* [n] the first four */
	bool determined;
};
/* `start` (NULL: a fixed one) is where the search begins; `fine` the residual asked for. */
LX_CHECK enum lx_code lx_ground_axes_find(struct lx_call *call, const struct map *map, double trace,
	const struct lanes *start, double fine, struct axes *axes);

/* jacobi.c: all eigenvalues (falling) and vectors (columns) of a small symmetric n * n matrix. */
#define SMALL_MOST 32
void lx_ground_jacobi(size_t n, double a[SMALL_MOST][SMALL_MOST], double value[SMALL_MOST],
	double vector[SMALL_MOST][SMALL_MOST]);

/* operators.c: the scatter matrix as a table, and through the votes themselves. */
struct dense {
	size_t n;
	unsigned threads;
	const double *scatter;
};
void lx_ground_dense_apply(const void *with, const struct lanes *in, struct lanes *out);
struct sparse {
	const struct lx_opinions *opinions;
	const struct columns *columns;
	unsigned threads;
	struct lanes *partial; /* [SPARSE_BLOCKS * n] */
	double *deviation;     /* [4 * statements] by cell; 0 for columns left out */
	uint16_t *place;       /* [statements] as that of the columns, 0 for those left out */
};
#define SPARSE_BLOCKS 8
LX_CHECK enum lx_code lx_ground_sparse_open(struct lx_call *call,
	const struct lx_opinions *opinions, const struct columns *columns, struct sparse *sparse);
void lx_ground_sparse_apply(const void *with, const struct lanes *in, struct lanes *out);

/* place.c: coordinates of people. `scale_m` and `scale_extra`: sqrt(m / max(1, s_i + extra)). */
LX_CHECK enum lx_code lx_ground_place_people(struct lx_call *call,
	const struct lx_opinions *opinions, const struct columns *columns,
	const struct lanes *vector, size_t scale_m, size_t scale_extra, double (*xy)[2]);
/* Who is grouped: enough votes, else the most active. */
LX_CHECK enum lx_code lx_ground_place_active(
	struct lx_call *call, const struct lx_opinions *opinions, uint8_t *active, size_t *grouped);

/* kmeans.c: groups of LX_PLAIN for k = from .. to, into ground->split. `active` [people]. */
LX_CHECK enum lx_code lx_ground_plain_groups(struct lx_call *call, const uint8_t *active,
	unsigned from, unsigned to, unsigned starts, struct lx_ground *ground);
#define STARTS_MOST  32
#define STARTS_CELLS 12 /* where beads are cells of a grid: the rest is done over all people */
#define STARTS_FEW   5  /* for reruns, which look at one number of groups and compare roughly */

/* points.c: for each point the squared distance to the nearest mean, and which it is (the first of equals), as a
 * small whole number kept as a double. */
struct points {
	const double *x, *y, *weight;
	size_t n;
};
struct means {
	unsigned k;
	double at[LX_GROUPS_MOST][2];
	double inertia;
};
void lx_ground_nearest_means(
	const struct points *points, const struct means *means, double *best, double *to);
/* Adds, by nearest mean: x, y and weight; and the weighted distances of all. */
struct sums {
	double of[LX_GROUPS_MOST][3], inertia;
};
void lx_ground_sum_points(const struct points *points, unsigned k, const double *best,
	const double *to, struct sums *sums);

/* beads.c: people as few weighted points, for the many starts of k-means. */
#define BEADS_MOST 4096
struct beads {
	size_t n;
	bool exact; /* each bead is one place: nothing was put together */
	double x[BEADS_MOST], y[BEADS_MOST], weight[BEADS_MOST];
};
void lx_ground_beads_string(const double *x, const double *y, size_t n, struct beads *beads);
void lx_ground_beads_add(struct beads *beads, double x, double y, double weight);
/* A grid over the places of those who are grouped, GRID * GRID == BEADS_MOST cells. */
#define GRID 64
struct grid {
	double low[2], step[2];
};
struct grid lx_ground_grid_of(double (*xy)[2], const uint8_t *active, size_t people, size_t *n);
size_t lx_ground_grid_cell(const struct grid *grid, const double xy[2]);
/* The start-th attempt at k means of the beads; k = 0 in *means: fewer than k places. */
void lx_ground_beads_means(
	const struct beads *beads, unsigned k, unsigned start, struct means *means);
/* crowd.c: all people, sorted into cells, and rounds of k-means over them. People of cell c:
 * from[c] … from[c + 1] - 1; the box around them by its middle and half its sides; their sums. */
struct crowd {
	size_t n, cells;
	double *x, *y; /* by cell, then by row */
	double *one;   /* weights: everybody's is 1 */
	uint32_t *row, *from;
	double *middle[2], *half[2], *sum[2], *squares;
};
LX_CHECK enum lx_code lx_ground_crowd_gather(struct lx_call *call, const uint8_t *active,
	const struct lx_ground *ground, struct crowd *crowd);
/* Means on their way. `whole`: the common group of a cell, or LX_NO_GROUP where each has its own. */
struct settling {
	const struct crowd *crowd;
	struct means means;
	struct sums sums;
	uint8_t *label, *whole;
	bool changed;
};
LX_CHECK enum lx_code lx_ground_settling_open(
	struct lx_call *call, const struct crowd *crowd, struct settling *settling);
/* Carries the means on until nobody changes group, or, in a crowd, until that no longer matters. The
 * groups of people are in `label`, their sizes in `sums`. */
LX_CHECK enum lx_code lx_ground_crowd_settle(struct lx_call *call, struct settling *settling);

/* silhouette.c: mean silhouettes of all splits at once, over at most SILHOUETTE_MOST people. */
#define SILHOUETTE_MOST 1500
LX_CHECK enum lx_code lx_ground_silhouettes(struct lx_call *call, const uint8_t *active,
	unsigned from, unsigned to, struct lx_ground *ground);

/* polis.c: base clusters and groups of LX_POLIS. */
LX_CHECK enum lx_code lx_ground_polis_groups(
	struct lx_call *call, const uint8_t *active, unsigned groups, struct lx_ground *ground);

/* counts.c; `all` [statements], where not NULL, spares counting the largest group. */
LX_CHECK enum lx_code lx_ground_count_groups(struct lx_call *call,
	const struct lx_opinions *opinions, const uint8_t *group, unsigned k,
	const struct lx_count *all, struct lx_count *count);
/* Counts kept from one result to the next: of a discussion in which few people change groups at a time. */
struct kept {
	unsigned k;             /* 0: nothing is kept */
	uint8_t *group;         /* [people] */
	struct lx_count *count; /* [k * statements] */
};
/* One vote more (sign 1) or less (-1) of the person in `row`. */
void lx_ground_keep_vote(struct kept *kept, size_t statements, size_t row, uint16_t cell, int sign);
/* The same as lx_ground_count_groups, from what is kept where that is quicker. */
LX_CHECK enum lx_code lx_ground_count_again(struct lx_call *call,
	const struct lx_opinions *opinions, struct kept *kept, struct lx_ground *ground);
void lx_ground_count_all(const struct columns *columns, size_t statements, struct lx_count *count);
void lx_ground_weigh_statements(
	const struct lx_opinions *opinions, struct lx_ground *ground, const struct lx_count *count);

/* stable.c */
LX_CHECK enum lx_code lx_ground_measure_stability(struct lx_call *call,
	const struct lx_opinions *opinions, const struct lx_ground_options *options,
	const struct axes *axes, const uint8_t *active, struct lx_ground *ground);
double lx_ground_adjusted_rand(const uint8_t *a, const uint8_t *b, size_t n);

/* ground.c: progress is told in steps of the whole; deep inside, lx_step(call, 0, 0) only asks whether to
 * stop and lx_step(call, 1, 1) says that one of the steps is done. */

/* ground.c: the result from columns and, where there are any, pair counts. */
struct basis {
	const struct columns *columns;
	const double *scatter; /* NULL: through the votes */
	struct kept *kept;     /* NULL: nothing is kept */
};
LX_CHECK enum lx_code lx_ground_ground_from(struct lx_call *call,
	const struct lx_opinions *opinions, const struct lx_ground_options *options,
	const struct basis *basis, struct lx_ground *ground);

#endif
