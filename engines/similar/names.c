/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Naming a topic: the leader's tokens weighed by how many members have them. */
#include "base/tokens.h"
#include "engines/similar/cluster.h"
#include "engines/similar/score.h"

#include <string.h>

#define SAMPLE     256 /* members that are looked at */
#define NAME_BYTES 48  /* beyond which neighbours are not written together */
#define TOKENS     512 /* of the leader's text that are looked at */

/* A stretch of the leader's normal form and its worth. */
struct stretch {
	size_t from, to;
	double worth;
};

static bool has_term(const struct lx_sets *sets, uint32_t text, size_t term)
{
	uint64_t low = sets->start[text], high = sets->start[text + 1];

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (sets->terms[middle] < term)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sets->start[text + 1] && sets->terms[low] == term;
}

/* The weight of a token times the share of the members that have it; 0 if less than a third do. */
static double worth_of(
	const struct lx_cluster *cluster, struct lx_text token, const uint32_t *members, size_t n)
{
	size_t term = lx_image_term(cluster->sets.image, lx_similar_key(token)), have = 0;

	if (term == cluster->sets.image->terms)
		return 0;
	for (size_t i = 0; i < n; i++)
		have += has_term(&cluster->sets, members[i], term);
	if (have < 2 || 3 * have < n)
		return 0;
	return (double)cluster->weights[term] * (double)have / (double)n;
}

/* Writes overlapping stretches together, in the order of the text. */
static size_t unite(struct stretch *at, size_t n, double least)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (at[i].worth < least)
			continue;
		if (k > 0 && at[i].from < at[k - 1].to && at[i].to - at[k - 1].from <= NAME_BYTES) {
			if (at[i].to > at[k - 1].to)
				at[k - 1].to = at[i].to;
			if (at[i].worth > at[k - 1].worth)
				at[k - 1].worth = at[i].worth;
		} else {
			at[k++] = at[i];
		}
	}
	return k;
}

/* The best stretch that is left; it is taken out. */
static struct stretch *best_of(struct stretch *at, size_t n)
{
	struct stretch *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (at[i].worth > 0 && (best == NULL || at[i].worth > best->worth))
			best = &at[i];
	return best;
}

static enum lx_code write_names(struct lx_call *call, struct lx_text normal, struct stretch *at,
	size_t n, struct lx_text *names, size_t *names_n)
{
	struct stretch *best;

	while (*names_n < LX_SIMILAR_NAMES && (best = best_of(at, n)) != NULL) {
		struct lx_text name = { normal.at + best->from, best->to - best->from };
		bool known = false;
		best->worth = 0;
		for (size_t i = 0; i < *names_n; i++)
			known |= lx_text_equal(names[i], name);
		if (known)
			continue;
		name.at = lx_arena_copy(call->arena, name.at, name.len);
		if (name.at == NULL)
			return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
		names[(*names_n)++] = name;
	}
	return LX_OK;
}

static size_t weigh_tokens(const struct lx_cluster *cluster, const struct lx_tokens *tokens,
	unsigned kinds, const uint32_t *members, size_t n, struct stretch *at)
{
	size_t k = 0;

	for (size_t i = 0; i < tokens->n && k < TOKENS; i++) {
		const struct lx_token *token = &tokens->at[i];
		if ((token->kind & kinds) == 0)
			continue;
		double worth = worth_of(cluster, token->text, members, n);
		size_t from = (size_t)(token->text.at - tokens->normal.at);
		at[k++] = (struct stretch){ from, from + token->text.len, worth };
	}
	return k;
}

enum lx_code lx_cluster_name(struct lx_call *call, const struct lx_cluster *cluster,
	const uint32_t *members, size_t n, struct lx_similar_topic *topic)
{
	LX_CLOSE(lx_arena_close)
	struct lx_arena arena = { .limit = call->arena->limit - call->arena->taken };
	struct lx_call scratch = { .arena = &arena };
	struct stretch at[TOKENS], *best;
	struct lx_tokens tokens;

	if (lx_tokens_index(&scratch, lx_image_text(cluster->sets.image, topic->leader).text,
		    LX_TOKENS_USUAL, &tokens) != LX_OK)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	if (n > SAMPLE)
		n = SAMPLE;
	size_t k = weigh_tokens(
		cluster, &tokens, LX_TOKEN_TWO | LX_TOKEN_WORD | LX_TOKEN_PAIR, members, n, at);
	if (best_of(at, k) == NULL)
		k = weigh_tokens(cluster, &tokens, LX_TOKEN_ONE, members, n, at);
	best = best_of(at, k);
	if (best == NULL)
		return LX_OK;
	double least = best->worth / 3;
	k = unite(at, k, least);
	return write_names(call, tokens.normal, at, k, topic->names, &topic->names_n);
}
