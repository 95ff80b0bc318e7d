/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Topics: finding leaders (cluster.c) and naming what gathers around them (names.c). */
#ifndef LX_ENGINES_SIMILAR_CLUSTER_H
#define LX_ENGINES_SIMILAR_CLUSTER_H

#include "engines/similar/minhash.h"

#define CLUSTER_NONE UINT32_MAX

/* `weights` of the terms; `mass` of a text: the sum of its terms' weights. `leader` of each text:
 * itself, another's, or CLUSTER_NONE. */
struct lx_cluster {
	struct lx_sets sets;
	const uint32_t *weights;
	const uint64_t *mass;
	uint32_t *leader;
	double alike;
};

/* The share that the weight of the common terms has in the weight of all terms of both. */
double lx_cluster_alike(const struct lx_cluster *cluster, uint32_t a, uint32_t b);

/* Names a topic by its leader's terms: those that weigh most among its members, neighbours in the
 * leader's text written together. Copies into the call's arena. */
LX_CHECK enum lx_code lx_cluster_name(struct lx_call *call, const struct lx_cluster *cluster,
	const uint32_t *members, size_t n, struct lx_similar_topic *topic);

#endif
