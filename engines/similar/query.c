/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Answering a query: terms, walk, the twin; then, without the lock, what explains each hit. */
#include "engines/similar/query.h"

#include "engines/similar/score.h"

#include <string.h>

#define HITS_USUAL 5
#define TWIN_TRIES 64 /* texts with the same 32 bits that are compared; more are made by malice */

/* Whether a text of the index is a twin of the question; its memory is given back. */
static enum lx_code is_twin(
	struct lx_call *call, const struct lx_question *question, struct lx_text text, bool *twin)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lx_tokens tokens;

	LX_TRY(lx_tokens_index(call, text, LX_TOKENS_USUAL, &tokens));
	*twin = lx_similar_same(tokens.normal, question->tokens.normal);
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

/* A search for the twin with the smallest id. */
struct twin {
	struct lx_call *call;
	const struct lx_similar *index;
	const struct lx_question *question;
	bool found;
	int64_t id;
	enum lx_where where;
	size_t number;
	unsigned tries;
};

static enum lx_code try_twin(struct twin *t, enum lx_where where, size_t number)
{
	const struct lx_similar_query *query = t->question->query;
	struct lx_similar_text text = where == WHERE_IMAGE ? lx_image_text(&t->index->image, number)
							   : t->index->delta.texts[number].text;
	bool twin;

	if ((t->found && text.id > t->id) || (query->excepting && text.id == query->except) ||
		t->tries++ == TWIN_TRIES)
		return LX_OK;
	LX_TRY(is_twin(t->call, t->question, text.text, &twin));
	if (!twin)
		return LX_OK;
	t->found = true;
	t->id = text.id;
	t->where = where;
	t->number = number;
	return LX_OK;
}

/* A twin has every term of the question, so it stands in the list of the rarest. */
static enum lx_code find_twin(struct twin *t)
{
	const struct lx_asked *rarest = &t->question->terms[0];
	const struct lx_image *image = &t->index->image;
	const struct lx_delta *delta = &t->index->delta;
	uint32_t key = t->question->twin;

	if (rarest->of_image < image->terms) {
		const unsigned char *at = image->postings + image->starts[rarest->of_image];
		const unsigned char *end = image->postings + image->starts[rarest->of_image + 1];
		for (uint64_t i = UINT64_MAX; at < end && !t->found && t->tries < TWIN_TRIES;) {
			i += lx_image_gap(&at) + UINT64_C(1);
			if (i >= image->n)
				break;
			if (image->twins[i] == key && !lx_delta_dead(delta, i))
				LX_TRY(try_twin(t, WHERE_IMAGE, i));
		}
	}
	t->tries = 0;
	for (uint32_t k = 0; rarest->of_delta != NULL && k < rarest->of_delta->n; k++) {
		uint32_t i = rarest->of_delta->texts[k];
		if (delta->texts[i].twin == key && !delta->texts[i].dead)
			LX_TRY(try_twin(t, WHERE_DELTA, i));
	}
	return LX_OK;
}

/* Sees to it that a twin, if there is one, is among the best. It has all the terms there are. */
static enum lx_code add_twin(struct lx_call *call, const struct lx_similar *index,
	const struct lx_question *question, struct lx_best *best)
{
	struct twin t = { .call = call, .index = index, .question = question };
	uint32_t sum = 0;

	if (question->unknown || question->n == 0)
		return LX_OK;
	LX_TRY(find_twin(&t));
	for (size_t i = 0; i < best->n; i++)
		if (!t.found || best->at[i].id == t.id)
			return LX_OK;
	if (!t.found)
		return LX_OK;
	for (size_t i = 0; i < question->all; i++)
		sum += question->terms[i].weight;
	if (best->n == best->most)
		best->n--;
	struct lx_candidate twin = lx_candidate_of(index, question->query, t.where, t.number, sum);
	twin.weighed = true;
	lx_best_take(best, twin);
	return LX_OK;
}

static bool has(const struct lx_keys *keys, uint64_t key)
{
	size_t low = 0, high = keys->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (keys->at[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < keys->n && keys->at[low] == key;
}

/* Weighs a candidate with all terms of the question, by the tokens of its text. */
static enum lx_code weigh_all(struct lx_call *call, const struct lx_similar *index,
	const struct lx_question *question, struct lx_candidate *c)
{
	struct lx_text text = c->where == WHERE_IMAGE ? lx_image_text(&index->image, c->number).text
						      : index->delta.texts[c->number].text.text;
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lx_keys keys;
	uint32_t sum = 0;

	if (text.len > WEIGHED_LONG)
		return LX_OK;
	LX_TRY(lx_similar_keys(call, text, &keys));
	for (size_t i = 0; i < question->all; i++)
		if (has(&keys, question->terms[i].key))
			sum += question->terms[i].weight;
	lx_arena_back(call->arena, mark);
	*c = lx_candidate_of(index, question->query, c->where, c->number, sum);
	c->weighed = true;
	return LX_OK;
}

/* The best by the terms walked, weighed with all; of these the best. */
static enum lx_code weigh_best(struct lx_call *call, const struct lx_similar *index,
	const struct lx_question *question, struct lx_best *best, size_t most)
{
	struct lx_best all = { .most = most };

	for (size_t i = 0; i < best->n; i++) {
		LX_TRY(weigh_all(call, index, question, &best->at[i]));
		lx_best_take(&all, best->at[i]);
	}
	*best = all;
	return LX_OK;
}

static enum lx_code copy_hit(struct lx_call *call, const struct lx_similar *index,
	const struct lx_candidate *best, struct lx_similar_hit *hit)
{
	struct lx_similar_text text = best->where == WHERE_IMAGE
					      ? lx_image_text(&index->image, best->number)
					      : index->delta.texts[best->number].text;

	text.text.at = lx_arena_copy(call->arena, text.text.at, text.text.len);
	text.kept.at = lx_arena_copy(call->arena, text.kept.at, text.kept.len);
	if (text.text.at == NULL || text.kept.at == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	*hit = (struct lx_similar_hit){ .id = best->id,
		.score = best->score,
		.near = best->near,
		.same = best->same,
		.text = text };
	return LX_OK;
}

/* The sum of weights behind a hit's score, of all terms or of those walked. */
struct sum {
	uint32_t of;
	bool weighed;
};

/* All that needs the index. */
static enum lx_code find(struct lx_call *call, const struct lx_similar *index,
	struct lx_question *question, struct lx_similar_hit **hits, size_t *n, struct sum *sums)
{
	const struct lx_similar_query *query = question->query;
	size_t most = query->most == 0 ? HITS_USUAL : query->most;
	struct lx_best best = { 0 };

	if (most > LX_SIMILAR_HITS_MAX)
		most = LX_SIMILAR_HITS_MAX;
	LX_TRY(lx_question_ask(call, index, query, question));
	best.most = question->all == question->n || most > WEIGHED ? most : WEIGHED;
	if (question->n > 0) {
		LX_TRY(lx_walk(call, index, question, &best));
		if (question->all > question->n)
			LX_TRY(weigh_best(call, index, question, &best, most));
		LX_TRY(add_twin(call, index, question, &best));
	}
	*hits = lx_array(call, best.n, sizeof **hits);
	if (*hits == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < best.n; i++) {
		LX_TRY(copy_hit(call, index, &best.at[i], &(*hits)[i]));
		sums[i] = (struct sum){ best.at[i].sum, best.at[i].weighed };
	}
	*n = best.n;
	return LX_OK;
}

/* The terms a hit shares with the question; each has its share of the score. */
static enum lx_code explain(struct lx_call *call, const struct lx_question *question,
	struct sum sum, struct lx_similar_hit *hit)
{
	size_t n = sum.weighed ? question->all : question->n;
	struct lx_similar_term *terms = lx_array(call, n, sizeof *terms);
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lx_keys keys;

	if (terms == NULL)
		return LX_BROKEN;
	LX_TRY(lx_similar_keys(call, hit->text.text, &keys));
	for (size_t i = 0; i < n; i++) {
		const struct lx_asked *asked = &question->terms[i];
		if (!has(&keys, asked->key))
			continue;
		terms[hit->terms_n++] = (struct lx_similar_term){ .text = asked->text,
			.instead = asked->instead,
			.texts = asked->df,
			.weight = (double)asked->weight / LX_WEIGHT_ONE,
			.part = hit->score * asked->weight / sum.of };
	}
	hit->terms = terms;
	lx_arena_back(call->arena, mark);
	if (keys.twin == question->twin)
		LX_TRY(is_twin(call, question, hit->text.text, &hit->twin));
	return LX_OK;
}

enum lx_code lx_similar_query(struct lx_call *call, struct lx_similar *index,
	const struct lx_similar_query *query, struct lx_similar_hits *hits)
{
	struct lx_question question = { .query = query };
	struct lx_similar_hit *found = NULL;
	struct sum sums[LX_SIMILAR_HITS_MAX];
	size_t n = 0;

	(void)pthread_rwlock_rdlock(&index->lock);
	enum lx_code code = find(call, index, &question, &found, &n, sums);
	double average = lx_similar_average(index);
	(void)pthread_rwlock_unlock(&index->lock);
	LX_TRY(code);
	double full = (double)question.full / LX_WEIGHT_ONE *
		      lx_similar_norm(question.length, average);
	for (size_t i = 0; i < n; i++) {
		LX_TRY(explain(call, &question, sums[i], &found[i]));
		found[i].likeness = found[i].score < full ? found[i].score / full : 1;
	}
	*hits = (struct lx_similar_hits){ found, n };
	return LX_OK;
}
